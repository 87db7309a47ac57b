"""NCI / Weigh-Tronix ECR: W CR asks, LF weight CR LF status CR ETX answers."""

from __future__ import annotations

import re
from typing import Any

from drivers.base import Driver, Probe
from drivers.messages import ScaleAct, Weight
from drivers.profile import Profile, read_options
from drivers.scale.wire_scale import (
    AskedOptions,
    WireScale,
    number,
    unit_of,
    weighing_probe,
    without_value,
)

_MOTION, _AT_ZERO, _ALWAYS = 0x01, 0x02, 0x30
_UNDER, _OVER, _MORE = 0x01, 0x02, 0x40

_FRAME = re.compile(
    rb"\n(?P<weight>[ -]{0,2}[0-9]{1,4}\.[0-9]{1,3}) ?(?P<unit>[A-Za-z]{2})\r\n"
    rb" ?S(?P<status>[^\x00-\x1f]{2,3})\r\x03\Z"
)
_KEYS: dict[ScaleAct, bytes] = {"zero": b"Z\r"}


class NciEcr(WireScale):
    """Every answer carries the status; one byte more of it follows where bit 6 says so."""

    def __init__(self, options: AskedOptions) -> None:
        super().__init__(options, _FRAME, _KEYS)

    def question(self) -> bytes:
        return b"W\r"

    def read(self, frame: re.Match[bytes]) -> Weight | None:
        unit = unit_of(frame["unit"])
        first, second, *more = frame["status"]
        if unit is None or first & _ALWAYS != _ALWAYS or bool(second & _MORE) != bool(more):
            return None
        if second & (_UNDER | _OVER):
            return without_value(frame, unit, over=bool(second & _OVER), under=bool(second & _UNDER))
        stable = not first & _MOTION
        return self._weight(frame, number(frame["weight"]), unit, stable=stable, zero=bool(first & _AT_ZERO))


def build(profile: Profile, overrides: dict[str, Any]) -> Driver:
    """An NCI/ECR scale as its profile describes it."""
    return NciEcr(read_options(profile, AskedOptions, overrides))


def probe(profile: Profile) -> Probe:
    """W is answered with the weight and its status."""
    driver = build(profile, {})
    return weighing_probe((driver.poll(),), driver, "likely", "probe.framed")
