"""CD5220 pole displays: ESC Q A and ESC Q B write a whole line and end it with CR."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from drivers.base import Driver
from drivers.display.lines import LineDisplay, TextOptions
from drivers.profile import Profile, read_options


class Cd5220Options(TextOptions, frozen=True, kw_only=True):
    """A CD5220's facts; brightness 1 to 4, None leaves it as it is."""

    brightness: Annotated[int, Meta(ge=1, le=4)] | None = None


class Cd5220:
    """The wire; the line commands leave the other line alone, so nothing is ever cleared."""

    def __init__(self, brightness: int | None) -> None:
        self._brightness = brightness

    def greeting(self, options: TextOptions) -> bytes:
        init = b"\x1b\x40" if options.init else b""
        return init if self._brightness is None else init + b"\x1b\x2a" + bytes([self._brightness])

    def line(self, row: int, text: bytes) -> bytes:
        return b"\x1b\x51" + b"AB"[row : row + 1] + text + b"\r"


def build(profile: Profile, overrides: dict[str, Any]) -> Driver:
    """A CD5220 display as its profile describes it."""
    options = read_options(profile, Cd5220Options, overrides)
    return LineDisplay(options, Cd5220(options.brightness))
