"""The Chinese 6-byte binary stream: FF, flags, three BCD bytes with the lowest first, unit."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Literal

from msgspec import Meta

from drivers.base import Driver, Probe
from drivers.messages import Weight, WeightUnit
from drivers.profile import Profile, read_options
from drivers.scale.wire_scale import ScaleOptions, WireScale, weighing_probe, without_value

_DECIMALS, _NEGATIVE, _STABLE, _OVERFLOW = 0x07, 0x20, 0x40, 0x80
_MAX_DECIMALS = 4

_FRAME = re.compile(
    rb"\xff(?P<flags>[\x00-\x07\x20-\x27\x40-\x47\x60-\x67\x80-\x87\xa0-\xa7\xc0-\xc7\xe0-\xe7])"
    rb"(?P<digits>[^\xff]{3})(?P<unit>[^\xff])\Z",
    re.DOTALL,
)


class Cn6Options(ScaleOptions, frozen=True, kw_only=True):
    """unit_code: the last byte of this model's frames, and the unit it stands for."""

    unit_code: Annotated[int, Meta(ge=0, le=254)] = 0
    unit: Literal["kg", "g"] = "kg"


class Cn6(WireScale):
    """The wire has no checksum: a weight counts as stable once two frames in a row say the same."""

    def __init__(self, options: Cn6Options) -> None:
        super().__init__(options, _FRAME)
        self._unit: WeightUnit = options.unit
        self._unit_code = options.unit_code
        self._before = b""

    def reset(self) -> None:
        super().reset()
        self._before = b""

    def read(self, frame: re.Match[bytes]) -> Weight | None:
        before, self._before = self._before, bytes(frame.group())
        flags, digits = frame["flags"][0], frame["digits"][::-1].hex()
        decimals = flags & _DECIMALS
        if not digits.isdecimal() or decimals > _MAX_DECIMALS or frame["unit"][0] != self._unit_code:
            return None
        if flags & _OVERFLOW:
            under = bool(flags & _NEGATIVE)
            return without_value(frame, self._unit, over=not under, under=under)
        value = Decimal(int(digits)).scaleb(-decimals)
        stable = bool(flags & _STABLE) and before == self._before
        return self._weight(frame, -value if flags & _NEGATIVE else value, self._unit, stable=stable)


def build(profile: Profile, overrides: dict[str, Any]) -> Driver:
    """A scale with the 6-byte stream as its profile describes it."""
    return Cn6(read_options(profile, Cn6Options, overrides))


def probe(profile: Profile) -> Probe:
    """It speaks unasked: listen."""
    return weighing_probe((b"",), build(profile, {}), "likely", "probe.streamed")
