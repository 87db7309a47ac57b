"""Logic Controls displays: a cursor (DLE n) over both lines; each line is written over what was there."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from drivers.base import Driver
from drivers.display.lines import LineDisplay, TextOptions
from drivers.profile import Profile, read_options

_NORMAL_MODE = b"\x11"
_CURSOR_OFF = b"\x14"
_BRIGHTNESS = {1: 0x20, 2: 0x40, 3: 0x60, 4: 0xFF}


class LogicControlsOptions(TextOptions, frozen=True, kw_only=True):
    """A Logic Controls display's facts; brightness 1 to 4, None leaves it as it is."""

    brightness: Annotated[int, Meta(ge=1, le=4)] | None = None


class LogicControls:
    """The wire; cells are numbered on from the end of the upper line."""

    def __init__(self, options: LogicControlsOptions) -> None:
        self._brightness = options.brightness
        self._columns = options.columns

    def greeting(self, options: TextOptions) -> bytes:
        init = b"\x1f" if options.init else b""
        level = self._brightness
        light = b"" if level is None else b"\x04" + bytes([_BRIGHTNESS[level]])
        return init + _NORMAL_MODE + _CURSOR_OFF + light

    def line(self, row: int, text: bytes) -> bytes:
        return b"\x10" + bytes([row * self._columns]) + text


def build(profile: Profile, overrides: dict[str, Any]) -> Driver:
    """A Logic Controls display as its profile describes it."""
    options = read_options(profile, LogicControlsOptions, overrides)
    return LineDisplay(options, LogicControls(options))
