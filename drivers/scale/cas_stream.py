"""The CAS stream of 22 bytes and its A&D form of 18: stability, gross or net, weight, unit, CR LF."""

from __future__ import annotations

import re
from typing import Any, Literal

from drivers.base import Driver, Probe
from drivers.messages import Weight
from drivers.profile import Profile, read_options
from drivers.scale.wire_scale import (
    ScaleOptions,
    WireScale,
    number,
    unit_of,
    weighing_probe,
    without_value,
)

_HEAD = rb"(?P<state>ST|US|OL),(?P<net>GS|NT),"
_FORMS = {
    "cas_22": re.compile(_HEAD + rb".[^\x00-\x1f],(?P<weight>.{8}) (?P<unit>[ A-Za-z]{2})\r\n\Z"),
    "and_18": re.compile(_HEAD + rb"(?P<weight>.{8})(?P<unit>[ A-Za-z]{2})\r\n\Z"),
}


class StreamOptions(ScaleOptions, frozen=True, kw_only=True):
    """Which of the two forms the scale sends, unasked."""

    form: Literal["cas_22", "and_18"] = "cas_22"


class CasStream(WireScale):
    """Every frame has its fixed length; OL is beyond the range, below it where a minus stands."""

    def __init__(self, options: StreamOptions) -> None:
        super().__init__(options, _FORMS[options.form])

    def read(self, frame: re.Match[bytes]) -> Weight | None:
        unit = unit_of(frame["unit"])
        if unit is None:
            return None
        net = frame["net"] == b"NT"
        if frame["state"] == b"OL":
            under = b"-" in frame["weight"]
            return without_value(frame, unit, over=not under, under=under, net=net)
        return self._weight(frame, number(frame["weight"]), unit, stable=frame["state"] == b"ST", net=net)


def build(profile: Profile, overrides: dict[str, Any]) -> Driver:
    """A streaming CAS or A&D scale as its profile describes it."""
    return CasStream(read_options(profile, StreamOptions, overrides))


def probe(profile: Profile) -> Probe:
    """It speaks unasked: listen."""
    return weighing_probe((b"",), build(profile, {}), "likely", "probe.streamed")
