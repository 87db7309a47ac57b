"""UTC displays in enhanced mode: ESC u A and ESC u B write a whole line and end it with CR."""

from __future__ import annotations

from typing import Any

from drivers.base import Driver
from drivers.display.lines import LineDisplay, TextOptions
from drivers.profile import Profile, read_options


class Utc:
    """The wire."""

    def greeting(self, options: TextOptions) -> bytes:
        return b"\r" if options.init else b""  # ends a line that a former host left half written

    def line(self, row: int, text: bytes) -> bytes:
        return b"\x1b\x75" + b"AB"[row : row + 1] + text + b"\r"


def build(profile: Profile, overrides: dict[str, Any]) -> Driver:
    """A UTC display as its profile describes it."""
    return LineDisplay(read_options(profile, TextOptions, overrides), Utc())
