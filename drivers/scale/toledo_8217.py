"""Mettler Toledo 8217: one letter asks, STX … CR answers; seven bits and a parity bit."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from drivers.base import Answers, Driver, Probe, Verdict
from drivers.messages import ScaleAct, Weight
from drivers.profile import Profile, read_options
from drivers.scale.parity import Parity, dress
from drivers.scale.wire_scale import AskedOptions, WireScale, number, weighing_probe, without_value

_MOTION, _OVER, _UNDER, _NET, _ALWAYS = 0x01, 0x02, 0x04, 0x20, 0x40
_CENTRE_OF_ZERO = 0x10

_FRAME = re.compile(
    rb"\x02(?:\?(?P<status>[^\x02\r])|(?P<weight>[0-9]{2}\.[0-9]{3}|[0-9]{3}\.[0-9]{2})(?P<net>N?))\r\Z"
)
# Weights that a scale may still tell gross, asked for after it was told its tare.
_GROSS_AFTER_PRESET = 1
_KEYS: dict[ScaleAct, bytes] = {"zero": b"Z", "tare": b"T\r", "clear_tare": b"C"}


class ToledoOptions(AskedOptions, frozen=True, kw_only=True):
    """repeats_by_status: the scale says a weight once, then a status without flags until it changes."""

    poll_ms: Annotated[int, Meta(ge=200, le=5_000)] = 200
    parity: Parity = "even"
    unit: Literal["kg", "lb"] = "kg"
    repeats_by_status: bool = False


class Toledo8217(WireScale):
    """A weight is stable by the protocol: in motion the scale answers with a status instead."""

    def __init__(self, options: ToledoOptions) -> None:
        super().__init__(options, _FRAME, _KEYS)
        self._options = options
        self._last: Weight | None = None
        self._preset: Decimal | None = None
        self._tare_asked: Decimal | None = None
        self._gross_left = 0

    def command(self, act: ScaleAct) -> bool:
        self._preset = None
        return super().command(act)

    def preset(self, tare_g: int) -> bool:
        """Five digits, read as the scale shows its weights: only where those are thousandths of a kg."""
        last = self._last.value if self._last else None
        if self._options.unit != "kg" or (last is not None and last.as_tuple().exponent != -3):
            return False
        self._preset, self._gross_left = Decimal(tare_g).scaleb(-3), _GROSS_AFTER_PRESET
        self.press(b"T%05d\r" % tare_g)
        return True

    def question(self) -> bytes:
        self._tare_asked = self._preset
        return b"W"

    def reset(self) -> None:
        super().reset()
        self._last = None
        self._preset = self._tare_asked = None

    def read(self, frame: re.Match[bytes]) -> Weight | None:
        if frame["status"]:
            return self._read_status(frame, frame["status"][0])
        weight = self._weight(
            frame, number(frame["weight"]), self._options.unit, stable=True, net=bool(frame["net"])
        )
        self._last = self._with_tare(weight) if weight else None
        return self._last

    def _read_status(self, frame: re.Match[bytes], status: int) -> Weight | None:
        if not status & _ALWAYS:
            return None
        if not status & (_MOTION | _OVER | _UNDER):
            return self._last if self._options.repeats_by_status else None
        self._last = None
        weight = without_value(
            frame,
            self._options.unit,
            over=bool(status & _OVER),
            under=bool(status & _UNDER),
            net=bool(status & _NET),
            zero=bool(status & _CENTRE_OF_ZERO),
        )
        return self._with_tare(weight)

    def _with_tare(self, weight: Weight) -> Weight:
        """The wire says that a weight is net, not by how much: by what was preset when it was asked for."""
        if self._tare_asked is None:
            return weight
        if weight.net:
            self._gross_left = 0
            return msgspec.structs.replace(weight, tare=self._tare_asked)
        self._gross_left -= 1
        if self._gross_left < 0:
            self._preset = None
        return weight


def build(profile: Profile, overrides: dict[str, Any]) -> Driver:
    """A Toledo 8217 scale as its profile describes it."""
    return Toledo8217(read_options(profile, ToledoOptions, overrides))


def probe(profile: Profile) -> Probe:
    """W is answered with a weight or a status; between E and F the scale echoes what it hears."""
    driver = build(profile, {})
    parity = read_options(profile, ToledoOptions, {}).parity
    asks = tuple(dress(ask, parity) for ask in (b"W", b"Ehello", b"F"))
    weighing = weighing_probe(asks, driver, "likely", "probe.framed")

    def judge(answers: Answers) -> Verdict | None:
        if dress(b"\x02E\rhello", parity) in answers[1]:
            return Verdict(sure="certain", why="probe.echoed")
        return weighing.judge(answers[:1])

    return Probe(asks=asks, judge=judge)
