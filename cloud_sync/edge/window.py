"""The sender: go-back-N over journal sequence numbers, paced by the cloud's word. Pure; time is handed in."""

import enum
from collections import deque
from dataclasses import dataclass

from cloud_sync.wire.ack import Ack


class UplinkState(enum.Enum):
    """OK sends; every other state has stopped with an alarm, and selling goes on."""

    OK = "ok"
    CLOUD_AHEAD = "cloud_ahead"
    DIVERGED = "diverged"
    QUARANTINED = "quarantined"
    FENCED = "fenced"
    OVERSIZE = "oversize"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may be on its way, and how long silence is borne before asking again."""

    batches: int = 20
    events: int = 10_000
    timeout_s: float = 5.0
    ask_every_s: float = 1.0
    ask_at_most_every_s: float = 30.0


@dataclass(frozen=True, slots=True)
class Span:
    """The next stretch to read from the journal: after < seq <= up_to."""

    after: int
    up_to: int

    def first(self, events: int) -> "Span":
        """At most so many of its events."""
        return Span(self.after, min(self.up_to, self.after + events))


class Window:
    """What has been sent, what is acknowledged, what may go next.

    Nothing is sent before the cloud has spoken since the last connect or silence; while it is silent only
    small questions go out, ever more rarely, so that nothing piles up in a broker.
    """

    def __init__(self, hub: str, epoch: int, limits: Limits | None = None) -> None:
        self.hub = hub
        self.epoch = epoch
        self.limits = limits or Limits()
        self.state = UplinkState.OK
        self.reason: str | None = None
        self.applied = 0
        self.heard = False
        """Whether the cloud has spoken since the last connect or silence."""
        self._sent = 0
        self._in_flight: deque[int] = deque()
        self._credit = 0
        self._progress_s = 0.0
        self._ask_s = 0.0
        self._asks = 0
        self._serial: tuple[str, int] = ("", 0)
        self._resent_want = 0

    @property
    def in_flight(self) -> int:
        """Batches sent and not acknowledged."""
        return len(self._in_flight)

    def on_connected(self, now_s: float) -> None:
        """A new connection: nothing of the old one is counted on."""
        self._fall_silent(now_s)
        self._asks, self._ask_s = 0, now_s

    def on_disconnected(self) -> None:
        """The connection is gone; wait for the next."""
        self._fall_silent(0.0)

    def stop(self, state: UplinkState, reason: str) -> None:
        """Send nothing more. A later acknowledgement that fits the journal starts it again."""
        self.state, self.reason = state, reason
        self._in_flight.clear()

    def is_news(self, ack: Ack) -> bool:
        """Whether an acknowledgement is for this hub and newer than the last of the same cloud process."""
        boot_id, serial = self._serial
        return ack.hub == self.hub and (ack.boot_id != boot_id or ack.serial > serial)

    def on_ack(self, ack: Ack, known_hash: bytes | None, now_s: float) -> None:
        """Take the cloud's word; `known_hash` is our own at `ack.applied` or None."""
        if not self.is_news(ack):
            return
        self._serial = (ack.boot_id, ack.serial)
        if not self._judge(ack, known_hash):
            return
        starts = not self.heard or self.state is not UplinkState.OK
        self.state, self.reason = UplinkState.OK, None
        advanced = ack.applied > self.applied
        self.heard, self._credit, self._asks = True, ack.credit, 0
        if starts or ack.applied < self.applied:
            self._go_back_to(ack.applied, now_s)
        elif ack.want is not None and ack.want == ack.applied + 1 and ack.want != self._resent_want:
            self._resent_want = ack.want
            self._go_back_to(ack.applied, now_s)
        elif advanced:
            self._advance_to(ack.applied, now_s)

    def on_sent(self, last_seq: int, now_s: float) -> None:
        """A batch that ends at `last_seq` has been handed to the link."""
        if not self._in_flight:
            self._progress_s = now_s
        self._in_flight.append(last_seq)
        self._sent = last_seq

    def on_tick(self, now_s: float) -> None:
        """Notice silence: batches in flight and no progress within the timeout."""
        if self._in_flight and now_s - self._progress_s >= self.limits.timeout_s:
            self._fall_silent(now_s)

    def next_span(self, fsynced_seq: int) -> Span | None:
        """What may be read and sent now; never past `fsynced_seq`."""
        if self.state is not UplinkState.OK or not self.heard or self.in_flight >= self.limits.batches:
            return None
        up_to = min(fsynced_seq, self.applied + min(self._credit, self.limits.events))
        return Span(self._sent, up_to) if up_to > self._sent else None

    def wants_to_ask(self, now_s: float) -> bool:
        """Whether to ask the cloud for its word now; each question doubles the wait for the next."""
        if now_s < self._ask_s or (self.heard and self._credit > 0 and self.state is UplinkState.OK):
            return False
        wait_s = min(self.limits.ask_every_s * 2 ** min(self._asks, 16), self.limits.ask_at_most_every_s)
        self._asks += 1
        self._ask_s = now_s + wait_s
        return True

    def _judge(self, ack: Ack, known_hash: bytes | None) -> bool:
        if ack.verdict == "quarantined":
            self.stop(UplinkState.QUARANTINED, ack.reason or "sync.quarantined")
        elif ack.verdict == "fenced" or ack.epoch != self.epoch:
            self.stop(UplinkState.FENCED, ack.reason or "sync.fenced")
        elif ack.applied and known_hash is None:
            self.stop(UplinkState.CLOUD_AHEAD, "sync.cloud_ahead")
        elif ack.applied and known_hash != ack.applied_hash:
            self.stop(UplinkState.DIVERGED, "sync.diverged")
        else:
            return True
        return False

    def _go_back_to(self, applied: int, now_s: float) -> None:
        self._in_flight.clear()
        self.applied = self._sent = applied
        self._progress_s = now_s

    def _advance_to(self, applied: int, now_s: float) -> None:
        self.applied = applied
        self._sent = max(self._sent, applied)
        self._progress_s = now_s
        while self._in_flight and self._in_flight[0] <= applied:
            self._in_flight.popleft()

    def _fall_silent(self, now_s: float) -> None:
        self.heard = False
        self._in_flight.clear()
        self._ask_s = now_s
