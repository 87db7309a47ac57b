"""Adam: P CR LF asks to print; the scale answers with a line, or not at all."""

from __future__ import annotations

import re
from typing import Any

from drivers.base import Driver, Heard, Probe
from drivers.messages import ScaleAct, Weight
from drivers.profile import Profile, read_options
from drivers.scale.wire_scale import AskedOptions, WireScale, number, unit_of, weighing_probe

_KEYS: dict[ScaleAct, bytes] = {"zero": b"Z\r\n", "tare": b"T\r\n"}

_FRAME = re.compile(
    rb"\n(?:(?P<state>ST|US),(?P<net>GS|NT),)? *(?P<weight>[+-]? *[0-9]{1,4}(?:\.[0-9]{1,4})?)"
    rb" *(?P<unit>kg|g|lb|oz)\r\n\Z"
)


class AdamOptions(AskedOptions, frozen=True, kw_only=True):
    """cpw_plus: asked with G, the scale says at any time what it weighs, and takes zero and tare."""

    cpw_plus: bool = False


class Adam(WireScale):
    """A line is believed from its very beginning only: after a line's end, or after a
    silence that broke no line.

    The scale prints at rest unless the line says US.
    """

    def __init__(self, options: AdamOptions) -> None:
        super().__init__(options, _FRAME, _KEYS if options.cpw_plus else None)
        self.quiet_s = 0.1
        self._question = b"G\r\n" if options.cpw_plus else b"P\r\n"

    def question(self) -> bytes:
        return self._question

    def quiet(self) -> list[Heard]:
        self._tail[:] = b"\n" if bytes(self._tail) in (b"", b"\n") else b""
        return []

    def read(self, frame: re.Match[bytes]) -> Weight | None:
        unit = unit_of(frame["unit"])
        if unit is None:
            return None
        net = None if frame["net"] is None else frame["net"] == b"NT"
        return self._weight(frame, number(frame["weight"]), unit, stable=frame["state"] != b"US", net=net)


def build(profile: Profile, overrides: dict[str, Any]) -> Driver:
    """An Adam scale as its profile describes it."""
    return Adam(read_options(profile, AdamOptions, overrides))


def probe(profile: Profile) -> Probe:
    """Asked to say its weight; an Adam without a new weight stays silent."""
    driver = build(profile, {})
    return weighing_probe((driver.poll(),), driver, "likely", "probe.framed")
