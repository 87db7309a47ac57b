"""What lies on the scales: the newest weight of each, in memory only, and what of it may be sold."""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

import msgspec

from drivers import messages as wire
from hub.devices import model
from hub.devices.messages import WeightView
from hub.kernel.clock import Clock
from hub.kernel.errors import Refused

_GRAMS = {"kg": Decimal(1000), "g": Decimal(1)}
MAX_SCALES = 256
MAX_SOLD = 500
"""Sales remembered for a till that asks again because it missed the answer."""


class Sold(NamedTuple):
    """What was sold off a scale, and the reading that says so."""

    device_id: str
    grams: int
    net: bool | None
    tare_g: int | None
    raw_hex: str


class _Scale(NamedTuple):
    terminal_id: str
    pan: model.Pan
    shown: WeightView
    sold_by: str = ""
    """The command that sold what lies there."""


class Weights:
    """Telemetry: nothing here is journaled. Lives on the event loop."""

    def __init__(
        self,
        clock: Clock,
        at_terminal: Callable[[str], str | None],
        changed: Callable[[str, WeightView], None],
    ) -> None:
        self._clock = clock
        self._at_terminal = at_terminal
        self._changed = changed
        self._tares_over: set[str] = set()
        self._scales: dict[str, _Scale] = {}
        self._sold: dict[str, Sold] = {}

    def take(self, device_id: str, weight: wire.Weight, age_ms: int) -> None:
        """A scale said this, so long ago; one that works for no till is not heard."""
        terminal_id = self._at_terminal(device_id)
        if terminal_id is None:
            self._scales.pop(device_id, None)
            return
        before = self._scales.get(device_id)
        if before is None and len(self._scales) >= MAX_SCALES:
            return
        at_ms = self._now_ms() - age_ms
        pan = model.weighed(before.pan if before else None, said_by(weight), at_ms)
        if before is not None and before.pan.is_sold and not pan.is_sold and pan.is_preset:
            pan = model.pressed(pan, "clear_tare", self._now_ms())
            self._tares_over.add(device_id)
        self._keep(device_id, terminal_id, pan, before.sold_by if before else "")

    def latest(self, terminal_id: str) -> WeightView | None:
        """What the till's scale says now; None without one that was heard lately."""
        found = self._at(terminal_id)
        return None if found is None else self._view(found[0], found[1].pan)

    def grow_old(self) -> None:
        """Show what time alone has changed: a scale that fell silent says nothing any more."""
        for device_id, scale in list(self._scales.items()):
            self._keep(device_id, scale.terminal_id, scale.pan, scale.sold_by)

    def check_key(self, terminal_id: str, key: wire.ScaleAct) -> None:
        """Raises Refused when this key of the till's scale must not be pressed now."""
        found = self._at(terminal_id)
        if found is None:
            raise Refused("devices.weight_stale")
        if reason := model.why_not_pressed(found[1].pan, key, self._now_ms()):
            raise Refused(reason)

    def check_preset(self, terminal_id: str) -> None:
        """Raises Refused when the till's scale must not be told a tare now."""
        found = self._at(terminal_id)
        if found is None:
            raise Refused("devices.weight_stale")
        if reason := model.why_not_preset(found[1].pan, self._now_ms()):
            raise Refused(reason)

    def pressed(self, device_id: str, key: wire.ScaleKey, preset_g: int = 0) -> None:
        """This key of a scale was pressed for a till, or the scale was told a tare."""
        if (scale := self._scales.get(device_id)) is not None:
            pan = model.pressed(scale.pan, key, self._now_ms(), preset_g)
            self._keep(device_id, scale.terminal_id, pan, scale.sold_by)

    def tares_over(self) -> list[str]:
        """The scales that are to forget the tare they were told, each named once."""
        over, self._tares_over = sorted(self._tares_over), set()
        return over

    def sell(self, terminal_id: str, command_id: str) -> Sold:
        """What this command sells, the same again if it did before; Refused if nothing may be sold."""
        if command_id in self._sold:
            return self._sold[command_id]
        found = self._at(terminal_id)
        if found is None:
            raise Refused("devices.weight_stale")
        device_id, scale = found
        if reason := model.why_not_sold(scale.pan, self._now_ms()):
            raise Refused(reason)
        said = scale.pan.said
        sale = Sold(device_id, said.grams or 0, said.net, scale.pan.tare_g, said.raw_hex)
        self._sold[command_id] = sale
        if len(self._sold) > MAX_SOLD:
            del self._sold[next(iter(self._sold))]
        self._keep(device_id, terminal_id, model.sold(scale.pan), command_id)
        return sale

    def give_back(self, terminal_id: str, command_id: str) -> None:
        """The sale came to nothing: what lies there may still be sold."""
        self._sold.pop(command_id, None)
        for device_id, scale in self._scales.items():
            if scale.terminal_id == terminal_id and scale.sold_by == command_id:
                self._keep(device_id, terminal_id, model.not_sold(scale.pan), "")
                return

    def _at(self, terminal_id: str) -> tuple[str, _Scale] | None:
        now_ms = self._now_ms()
        fresh = (
            (device_id, scale)
            for device_id, scale in sorted(self._scales.items())
            if scale.terminal_id == terminal_id and now_ms - scale.pan.at_ms <= model.WEIGHT_FRESH_MS
        )
        return next(fresh, None)

    def _keep(self, device_id: str, terminal_id: str, pan: model.Pan, sold_by: str) -> None:
        before = self._scales.get(device_id)
        shown = self._view(device_id, pan)
        self._scales[device_id] = _Scale(terminal_id, pan, shown, sold_by)
        if before is None or before.terminal_id != terminal_id or not _same(before.shown, shown):
            self._changed(terminal_id, shown)

    def _view(self, device_id: str, pan: model.Pan) -> WeightView:
        now_ms = self._now_ms()
        return WeightView(
            device_id=device_id,
            grams=pan.said.grams,
            reason=model.why_not_sold(pan, now_ms),
            age_ms=max(0, now_ms - pan.at_ms),
            net=pan.said.net,
            tare_g=pan.tare_g,
            is_preset=pan.is_preset,
        )

    def _now_ms(self) -> int:
        return int(self._clock.read().monotonic_s * 1000)


def said_by(weight: wire.Weight) -> model.Said:
    """A scale's reading in grams; one in pounds or ounces has none, and says so."""
    if weight.unit not in _GRAMS:
        return model.Said(None, False, "devices.weight_unit", raw_hex=weight.raw_hex)
    trouble = "devices.weight_over" if weight.over else "devices.weight_under" if weight.under else ""
    return model.Said(
        grams=grams_of(weight.value, weight.unit),
        stable=weight.stable,
        trouble=trouble,
        net=weight.net,
        tare_g=grams_of(weight.tare, weight.unit),
        raw_hex=weight.raw_hex,
    )


def grams_of(value: Decimal | None, unit: str) -> int | None:
    """Whole grams, halves up; None where the scale says none."""
    if value is None:
        return None
    return int((value * _GRAMS[unit]).to_integral_value(ROUND_HALF_UP))


def _same(one: WeightView, other: WeightView) -> bool:
    return msgspec.structs.replace(one, age_ms=0) == msgspec.structs.replace(other, age_ms=0)
