"""Epelsa: STX, a mark (! in transition), the weight, CR ETX; the scale speaks unasked."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from msgspec import Meta

from drivers.base import Driver, Probe
from drivers.messages import Weight
from drivers.profile import Profile, read_options
from drivers.scale.wire_scale import ScaleOptions, WireScale, number, weighing_probe

_FRAME = re.compile(rb"\x02(?P<mark>[AI!])(?P<weight>[ -]{0,3}[0-9]{1,4}\.[0-9]{1,3})\r\x03\Z")


class EpelsaOptions(ScaleOptions, frozen=True, kw_only=True):
    """stable_marks: which of A and I this model puts before a weight at rest."""

    stable_marks: Annotated[str, Meta(pattern="^(A|I|AI)$")] = "A"
    unit: Literal["kg", "g", "lb"] = "kg"


class Epelsa(WireScale):
    """A mark that is not known to mean rest is taken for motion."""

    def __init__(self, options: EpelsaOptions) -> None:
        super().__init__(options, _FRAME)
        self._options = options

    def read(self, frame: re.Match[bytes]) -> Weight | None:
        stable = frame["mark"].decode() in self._options.stable_marks
        return self._weight(frame, number(frame["weight"]), self._options.unit, stable=stable)


def build(profile: Profile, overrides: dict[str, Any]) -> Driver:
    """An Epelsa scale as its profile describes it."""
    return Epelsa(read_options(profile, EpelsaOptions, overrides))


def probe(profile: Profile) -> Probe:
    """It speaks unasked: listen."""
    return weighing_probe((b"",), build(profile, {}), "likely", "probe.streamed")
