"""MT-SICS: SI asks for the weight as it is, S D or S S answers, lines end in CR LF."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Literal

import msgspec

from drivers.base import Answers, Driver, Probe, Verdict
from drivers.messages import ScaleAct, Weight, WeightUnit
from drivers.profile import Profile, read_options
from drivers.scale.wire_scale import (
    IN_KG,
    AskedOptions,
    WireScale,
    number,
    unit_of,
    weighing_probe,
    without_value,
)

_FRAME = re.compile(
    rb"(?:\bS (?:(?P<state>[SD]) (?P<weight>[ 0-9.-]{10}) (?P<unit>[a-z]{1,2}) ?|(?P<none>[+-]))"
    rb"|(?:TA A|T S) (?P<tare>[ 0-9.]{1,10}) (?P<tare_unit>[a-z]{1,2}) ?|(?P<no_tare>TAC A|Z A))\r\n\Z"
)
_NAME = re.compile(rb'I2 A "([^"\r\n]{1,40})"')
_KEYS: dict[ScaleAct, bytes] = {"zero": b"Z\r\n", "tare": b"T\r\n", "clear_tare": b"TAC\r\n"}


class SicsOptions(AskedOptions, frozen=True, kw_only=True):
    """The unit is for the answers that carry none: out of range, or not to be had now."""

    unit: Literal["kg", "g", "lb", "oz"] = "g"


class MtSics(WireScale):
    """S stable, D dynamic, + over, - under; the weight field is ten wide.

    S I (not to be had now) is no reading: the scale is busy, which is not to say that the pan moved.
    """

    def __init__(self, options: SicsOptions) -> None:
        super().__init__(options, _FRAME, _KEYS)
        self._unit: WeightUnit = options.unit
        self._tare: Decimal | None = None

    def preset(self, tare_g: int) -> bool:
        if self._unit not in ("kg", "g"):
            return False
        asked = f"TA {tare_g} g\r\n" if self._unit == "g" else f"TA {Decimal(tare_g).scaleb(-3)} kg\r\n"
        self.press(asked.encode())
        return True

    def reset(self) -> None:
        super().reset()
        self._tare = None

    def question(self) -> bytes:
        return b"SI\r\n"

    def read(self, frame: re.Match[bytes]) -> Weight | None:
        weight = self._read(frame)
        if weight is None or self._tare is None:
            return weight
        return msgspec.structs.replace(weight, net=self._tare > 0, tare=self._tare / IN_KG[weight.unit])

    def _read(self, frame: re.Match[bytes]) -> Weight | None:
        if frame["tare"] or frame["no_tare"]:
            self._tare = _kilograms(frame)
            return None
        if frame["none"]:
            return without_value(frame, self._unit, over=frame["none"] == b"+", under=frame["none"] == b"-")
        unit = unit_of(frame["unit"])
        if unit is None:
            return None
        return self._weight(frame, number(frame["weight"]), unit, stable=frame["state"] == b"S")


def _kilograms(frame: re.Match[bytes]) -> Decimal | None:
    """The tare that the scale says it took, 0 where it has none any more; None where that cannot be read."""
    if frame["no_tare"]:
        return Decimal(0)
    unit, tare = unit_of(frame["tare_unit"]), number(frame["tare"])
    return None if unit is None or tare is None else tare * IN_KG[unit]


def build(profile: Profile, overrides: dict[str, Any]) -> Driver:
    """An MT-SICS scale as its profile describes it."""
    return MtSics(read_options(profile, SicsOptions, overrides))


def probe(profile: Profile) -> Probe:
    """SI is answered with the weight; I2 with the balance's name, which every MT-SICS balance knows."""
    weighing = weighing_probe((b"SI\r\n", b"I2\r\n"), build(profile, {}), "likely", "probe.framed")

    def judge(answers: Answers) -> Verdict | None:
        if (named := _NAME.search(answers[1])) is not None:
            return Verdict(sure="certain", why="probe.named", says=named[1].decode("latin-1"))
        return weighing.judge(answers)

    return Probe(asks=weighing.asks, judge=judge)
