"""Cash drawers on a receipt printer's drawer connector: kicked by the printer, felt through its pin 3."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from drivers.messages import DrawerPosition, OpenWhen
from drivers.profile import Profile, read_options

_PULSE_UNIT_MS = 2
_REALTIME_UNIT_MS = 100
_OFF_MS = 400


class DrawerOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The drawer's facts; open_when is calibrated per drawer, "unwired" where it has no switch."""

    pin: Literal[2, 5] = 2
    pulse_ms: Annotated[int, Meta(ge=20, le=500)] = 100
    open_when: OpenWhen = "low"


class PrinterPortDrawer:
    """What to send to kick it, and what the pin's level means."""

    def __init__(self, options: DrawerOptions) -> None:
        self._options = options
        self._open: bool | None = None
        self._is_doubted = False

    def kick(self) -> bytes:
        """The pulse as ESC p, obeyed in its place behind the print data."""
        on, off = self._options.pulse_ms // _PULSE_UNIT_MS, _OFF_MS // _PULSE_UNIT_MS
        return b"\x1b\x70" + bytes([self._connector(), on, off])

    def kick_now(self) -> bytes:
        """The pulse as DLE DC4, obeyed at once even by a printer that is out of paper."""
        pulses = min(8, max(1, -(-self._options.pulse_ms // _REALTIME_UNIT_MS)))
        return b"\x10\x14\x01" + bytes([self._connector(), pulses])

    def feel(self, *, pin_high: bool) -> DrawerPosition | None:
        """The drawer's position if this level of pin 3 is news."""
        if self._is_doubted or self._options.open_when == "unwired":
            return None
        is_open = pin_high == (self._options.open_when == "high")
        if is_open == self._open:
            return None
        self._open = is_open
        return DrawerPosition(open=is_open)

    def forget(self) -> None:
        """The printer went away: the next level is news again."""
        self._open = None

    def doubt(self) -> DrawerPosition:
        """Somebody is about to show what its levels mean; until then nothing is believed."""
        self._open, self._is_doubted = None, True
        return DrawerPosition(open=None)

    def learn(self, open_when: OpenWhen | None) -> None:
        """This is what its levels mean from now on; None: what they meant before."""
        self._is_doubted = False
        if open_when is not None:
            self._options = msgspec.structs.replace(self._options, open_when=open_when)

    def _connector(self) -> int:
        return 0 if self._options.pin == 2 else 1


def build_drawer(profile: Profile, overrides: dict[str, Any]) -> PrinterPortDrawer:
    """A drawer as its profile and calibration describe it."""
    return PrinterPortDrawer(read_options(profile, DrawerOptions, overrides))
