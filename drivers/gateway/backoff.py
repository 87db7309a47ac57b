"""How long to wait before trying again."""

from __future__ import annotations

import random


class Backoff:
    """Doubling waits up to a ceiling, each shortened at random by up to half so that retries spread out."""

    def __init__(self, first_s: float, ceiling_s: float, rng: random.Random) -> None:
        self._first_s = first_s
        self._ceiling_s = ceiling_s
        self._rng = rng
        self._next_s = first_s

    def next_s(self) -> float:
        """The wait before the next try."""
        wait_s, self._next_s = self._next_s, min(self._ceiling_s, self._next_s * 2)
        return wait_s * self._rng.uniform(0.5, 1.0)

    def reset(self) -> None:
        """It worked: start again from the shortest wait."""
        self._next_s = self._first_s
