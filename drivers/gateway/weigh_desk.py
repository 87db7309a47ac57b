"""One scale's work: its keys pressed for the hub, and only what is new of its weights passed on."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from drivers.base import Heard
from drivers.gateway.session import Session
from drivers.messages import ScaleAct, Weight
from drivers.scale.contract import Scale

MIN_GAP_S = 0.1
# An unchanged weight is said again this often, or the hub would take it for an old one.
REFRESH_S = 0.4
# An empty pan is what a scale says most of the day: nothing can be sold of it, so it need not be as fresh.
REFRESH_EMPTY_S = 1.0


class WeighDesk:
    """At most one weight every MIN_GAP_S; that the pan moved meanwhile is never swallowed."""

    def __init__(self, scale: Scale, monotonic: Callable[[], float]) -> None:
        self._scale = scale
        self._monotonic = monotonic
        self._told: Weight | None = None
        self._told_s = 0.0
        self._moved: Weight | None = None

    def press(self, act: ScaleAct) -> bool:
        """Press the scale's key with its next poll; False if it has no such key."""
        return self._scale.command(act)

    def hear(self, heard: Heard) -> Weight | None:
        """The weight to pass on, if it is time and there is news."""
        if not isinstance(heard, Weight):
            return None
        now_s = self._monotonic()
        news = self._news(heard, now_s - self._told_s)
        if news is not None:
            self._told, self._told_s = news, now_s
        return news

    def blocked(self) -> str:
        """A scale that says nothing is seen by its weights growing old."""
        return ""

    async def work(self, session: Session) -> None:
        """Listen until the link is lost."""
        self._told = self._moved = None
        await session.listen()

    def _news(self, weight: Weight, waited_s: float) -> Weight | None:
        if self._told is None:
            return weight
        if waited_s < MIN_GAP_S:
            self._moved = self._moved if weight.stable else weight
            return None
        moved, self._moved = self._moved, None
        if moved is not None and self._told.stable and weight.stable:
            return moved
        refresh_s = REFRESH_EMPTY_S if weight.stable and not weight.value else REFRESH_S
        return weight if waited_s >= refresh_s or not _same(weight, self._told) else None


def _same(one: Weight, other: Weight) -> bool:
    return msgspec.structs.replace(one, raw_hex="") == msgspec.structs.replace(other, raw_hex="")
