"""CAS AP/PD and its kin (OHAUS Aviator, Gram, Aclas OS2X): ENQ, ACK, DC1, then a frame with a checksum."""

from __future__ import annotations

import re
from functools import reduce
from operator import xor
from typing import Any

from drivers.base import Answers, Driver, Probe, Verdict
from drivers.messages import ScaleAct, Weight
from drivers.profile import Profile, read_options
from drivers.scale.wire_scale import (
    AskedOptions,
    PollMs,
    WireScale,
    number,
    unit_of,
    weighing_probe,
    without_value,
)

_ENQ, _DC1 = b"\x05", b"\x11"
_ACK, _NAK = 0x06, 0x15
_OS2X_KEYS: dict[ScaleAct, bytes] = {"tare": b"<TK>\t", "zero": b"<ZK>\t"}

_FRAME = re.compile(
    rb"\x01\x02(?P<checked>(?P<state>[SUF])(?P<sign>[ F-])(?P<weight>[ 0-9.]{6})(?P<unit>kg| g|lb|oz))"
    rb"(?P<bcc>.)\x03\x04\Z",
    re.DOTALL,
)


class CasOptions(AskedOptions, frozen=True, kw_only=True):
    """os2x: the scale takes the OS2X tare and zero keys too; poll_ms is half of a dialogue."""

    poll_ms: PollMs = 100
    os2x: bool = False


class CasOs2x(WireScale):
    """Asks whether the scale is ready with one poll and for its weight with the next."""

    def __init__(self, options: CasOptions) -> None:
        super().__init__(options, _FRAME, _OS2X_KEYS if options.os2x else None)
        self._ready = False

    def question(self) -> bytes:
        ready, self._ready = self._ready, False
        return _DC1 if ready else _ENQ

    def reset(self) -> None:
        super().reset()
        self._ready = False

    def control(self, byte: int) -> None:
        if byte in (_ACK, _NAK):
            self._ready = byte == _ACK

    def read(self, frame: re.Match[bytes]) -> Weight | None:
        self._ready = False
        unit = unit_of(frame["unit"])
        if unit is None or reduce(xor, frame["checked"]) != frame["bcc"][0]:
            return None
        negative = frame["sign"] == b"-"
        if frame["state"] == b"F" or frame["sign"] == b"F":
            return without_value(frame, unit, over=not negative, under=negative)
        value = number(frame["weight"])
        if value is not None and negative:
            value = -value
        return self._weight(frame, value, unit, stable=frame["state"] == b"S")


def build(profile: Profile, overrides: dict[str, Any]) -> Driver:
    """A CAS-style scale as its profile describes it."""
    return CasOs2x(read_options(profile, CasOptions, overrides))


def probe(profile: Profile) -> Probe:
    """ENQ is acknowledged, DC1 answered with a frame whose checksum is right."""
    weighing = weighing_probe((_ENQ, _DC1), build(profile, {}), "certain", "probe.checksum")

    def judge(answers: Answers) -> Verdict | None:
        acknowledged = answers[0] in (bytes([_ACK]), bytes([_NAK]))
        hint = Verdict(sure="possible", why="probe.acknowledged") if acknowledged else None
        return weighing.judge(answers) or hint

    return Probe(asks=weighing.asks, judge=judge)
