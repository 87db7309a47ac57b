"""Epson DM-D displays: US $ puts the cursor at a line's start, the line is written over what was there."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from drivers.base import Driver
from drivers.display.lines import LineDisplay, TextOptions
from drivers.profile import Profile, read_options

_INIT = b"\x1b\x40"
_OVERWRITE = b"\x1f\x01"
_CURSOR_OFF = b"\x1f\x43\x00"


class DmdOptions(TextOptions, frozen=True, kw_only=True):
    """A DM-D's facts; brightness 1 to 4 and code_page as ESC t numbers them, None leaves them as they are."""

    brightness: Annotated[int, Meta(ge=1, le=4)] | None = None
    code_page: Annotated[int, Meta(ge=0, le=255)] | None = None


class EpsonDmd:
    """The wire, in overwrite mode with its cursor hidden."""

    def __init__(self, brightness: int | None, code_page: int | None) -> None:
        self._brightness = brightness
        self._code_page = code_page

    def greeting(self, options: TextOptions) -> bytes:
        parts = [_INIT if options.init else b"", _OVERWRITE, _CURSOR_OFF]
        if self._code_page is not None:
            parts.append(b"\x1b\x74" + bytes([self._code_page]))
        if self._brightness is not None:
            parts.append(b"\x1f\x58" + bytes([self._brightness]))
        return b"".join(parts)

    def line(self, row: int, text: bytes) -> bytes:
        return b"\x1f\x24\x01" + bytes([row + 1]) + text


def build(profile: Profile, overrides: dict[str, Any]) -> Driver:
    """A DM-D display as its profile describes it."""
    options = read_options(profile, DmdOptions, overrides)
    return LineDisplay(options, EpsonDmd(options.brightness, options.code_page))
