"""AEDEX displays: ! # 1 and ! # 2 write a whole line and end it with CR; they have nothing to set up."""

from __future__ import annotations

from typing import Any

from drivers.base import Driver
from drivers.display.lines import LineDisplay, TextOptions
from drivers.profile import Profile, read_options


class Aedex:
    """The wire."""

    def greeting(self, options: TextOptions) -> bytes:
        return b"\r" if options.init else b""  # ends a line that a former host left half written

    def line(self, row: int, text: bytes) -> bytes:
        return b"!#" + b"12"[row : row + 1] + text + b"\r"


def build(profile: Profile, overrides: dict[str, Any]) -> Driver:
    """An AEDEX display as its profile describes it."""
    return LineDisplay(read_options(profile, TextOptions, overrides), Aedex())
