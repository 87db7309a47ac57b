"""One scale's work: its keys pressed, a known tare taken off, and what is new of its weights passed on."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import msgspec

from drivers.base import Heard
from drivers.gateway.session import Session
from drivers.messages import ScaleAct, Weight
from drivers.scale.contract import Scale
from drivers.scale.wire_scale import IN_KG

MIN_GAP_S = 0.1
_TARE_DIGITS = Decimal("0.0001")
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
        self._tare_g = 0

    def press(self, act: ScaleAct) -> bool:
        """Press the scale's key with its next poll, which ends a preset tare; False if it has no such key."""
        had_tare, self._tare_g = bool(self._tare_g), 0
        return self._scale.command(act) or (had_tare and act == "clear_tare")

    def preset(self, tare_g: int) -> None:
        """Have this tare taken off: by the scale, or here where its wire cannot say it."""
        self._tare_g = 0 if self._scale.preset(tare_g) else tare_g

    def hear(self, heard: Heard) -> Weight | None:
        """The weight to pass on, if it is time and there is news."""
        if not isinstance(heard, Weight):
            return None
        now_s = self._monotonic()
        heard = self._net(heard)
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
        self._tare_g = 0
        await session.listen()

    def _net(self, weight: Weight) -> Weight:
        """What is left of a weight without the tare; none is taken off one that its scale says is net."""
        if weight.net:
            self._tare_g = 0
        if not self._tare_g:
            return weight
        tare = (Decimal(self._tare_g).scaleb(-3) / IN_KG[weight.unit]).quantize(_TARE_DIGITS)
        value = None if weight.value is None else weight.value - tare
        return msgspec.structs.replace(weight, value=value, net=True, tare=tare)

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
