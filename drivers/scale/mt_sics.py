"""MT-SICS: SI asks for the weight as it is, S D or S S answers, lines end in CR LF."""

from __future__ import annotations

import re
from typing import Any, Literal

from drivers.base import Answers, Driver, Probe, Verdict
from drivers.messages import ScaleAct, Weight, WeightUnit
from drivers.profile import Profile, read_options
from drivers.scale.wire_scale import (
    AskedOptions,
    WireScale,
    number,
    unit_of,
    weighing_probe,
    without_value,
)

_FRAME = re.compile(
    rb"S (?:(?P<state>[SD]) (?P<weight>[ 0-9.-]{10}) (?P<unit>[a-z]{1,2}) ?|(?P<none>[+-]))\r\n\Z"
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

    def question(self) -> bytes:
        return b"SI\r\n"

    def read(self, frame: re.Match[bytes]) -> Weight | None:
        if frame["none"]:
            return without_value(frame, self._unit, over=frame["none"] == b"+", under=frame["none"] == b"-")
        unit = unit_of(frame["unit"])
        if unit is None:
            return None
        return self._weight(frame, number(frame["weight"]), unit, stable=frame["state"] == b"S")


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
