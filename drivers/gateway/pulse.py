"""Knowing that this process was held up, so that what piled up meanwhile is not taken for fresh."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

BEAT_S = 0.5
# A beat this much late means the process stood still (stopped, swapped out, starved), not a busy moment.
HELD_UP_S = 1.0


class Pulse:
    """Beats twice a second; a beat that is missing dates back what is read now."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._last_s = monotonic()

    async def beat(self) -> None:
        """Run for ever."""
        while True:
            self._last_s = self._monotonic()
            await asyncio.sleep(BEAT_S)

    def arrived_s(self) -> float:
        """The earliest moment at which bytes read just now can have come."""
        now_s = self._monotonic()
        return self._last_s if now_s - self._last_s > BEAT_S + HELD_UP_S else now_s
