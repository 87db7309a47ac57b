"""LED8N price displays: eight digits and four lamps. ESC Q A is CD5220's too: only the profile can tell."""

from __future__ import annotations

from typing import Annotated, Any, get_args

from msgspec import Meta

from drivers.base import Driver
from drivers.display.contract import DisplayOptions, Mute
from drivers.messages import Lamp, Show
from drivers.profile import Profile, read_options

_LAMPS: tuple[Lamp, ...] = get_args(Lamp)
_TOO_LONG = "-"


class Led8nOptions(DisplayOptions, frozen=True, kw_only=True):
    """A price display's facts."""

    digits: Annotated[int, Meta(ge=4, le=12)] = 8


class Led8n(Mute):
    """An amount in yuan and one lamp; without an amount the digits are dark."""

    def __init__(self, options: Led8nOptions) -> None:
        self.write_timeout_s = options.write_timeout_s
        self._options = options
        self._amount: str | None = None
        self._lamps: bytes | None = None

    def wake(self) -> bytes:
        return b"\x1b\x40" if self._options.init else b""

    def show(self, frame: Show) -> bytes:
        return self._digits(self._text(frame.amount_fen)) + self._light(frame.lamp)

    def reset(self) -> None:
        self._amount = self._lamps = None

    def _text(self, amount_fen: int | None) -> str:
        """The amount; one that is too long is dashes, never digits cut off."""
        if amount_fen is None:
            return ""
        yuan, fen = divmod(abs(amount_fen), 100)
        text = f"{'-' if amount_fen < 0 else ''}{yuan}.{fen:02d}"
        return text if len(text) - 1 <= self._options.digits else _TOO_LONG * self._options.digits

    def _digits(self, text: str) -> bytes:
        if text == self._amount:
            return b""
        self._amount = text
        if text:
            return b"\x1b\x51\x41" + text.encode() + b"\r"
        self._lamps = None  # whether clearing darkens them too, the manual does not say
        return b"\x0c"

    def _light(self, lamp: Lamp | None) -> bytes:
        lamps = b"".join(b"1" if lamp == one else b"0" for one in _LAMPS)
        if lamps == self._lamps:
            return b""
        self._lamps = lamps
        return b"\x02\x4c" + lamps


def build(profile: Profile, overrides: dict[str, Any]) -> Driver:
    """A price display as its profile describes it."""
    return Led8n(read_options(profile, Led8nOptions, overrides))
