"""How long frames are on their way from a gateway."""

from collections import deque

HEARTBEATS_KEPT = 12
"""A minute of them: long enough to hold a quick one, too short for two clocks to drift apart."""


class Transit:
    """Compares the sender's steady clock with ours; the quickest recent frame counts as no time at all.

    A frame that carries no time of sending (0) tells nothing and is taken to come at once.
    """

    def __init__(self) -> None:
        self._offsets_ms: deque[int] = deque(maxlen=HEARTBEATS_KEPT)

    def heard(self, sent_at_ms: int, now_ms: int) -> None:
        """A hello or a heartbeat came in."""
        if sent_at_ms:
            self._offsets_ms.append(now_ms - sent_at_ms)

    def took_ms(self, sent_at_ms: int, now_ms: int) -> int:
        """How much longer than the quickest one a frame was on its way."""
        if not sent_at_ms or not self._offsets_ms:
            return 0
        return max(0, now_ms - sent_at_ms - min(self._offsets_ms))
