"""How long to wait before trying again."""

from __future__ import annotations

import random

# Full jitter, but for a floor: a device that fails at once is not tried in a busy loop.
SHORTEST_SHARE = 0.1


class Backoff:
    """Doubling waits up to a ceiling, each shortened at random to a tenth at least: retries spread out."""

    def __init__(self, first_s: float, ceiling_s: float, rng: random.Random) -> None:
        self._first_s = first_s
        self._ceiling_s = ceiling_s
        self._rng = rng
        self._next_s = first_s

    def next_s(self) -> float:
        """The wait before the next try."""
        wait_s, self._next_s = self._next_s, min(self._ceiling_s, self._next_s * 2)
        return wait_s * self._rng.uniform(SHORTEST_SHARE, 1.0)

    def reset(self) -> None:
        """It worked: start again from the shortest wait."""
        self._next_s = self._first_s
