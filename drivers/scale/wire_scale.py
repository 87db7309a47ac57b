"""What every scale wire shares: finding whole frames in a bounded tail of bytes, and asking in turn."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated

import msgspec
from msgspec import Meta

from drivers.base import Answers, Driver, Heard, Probe, Sure, Verdict
from drivers.messages import ScaleAct, Weight, WeightUnit
from drivers.scale.parity import Parity, dress, undress

MAX_TAIL_BYTES = 64
RESTS_AFTER = 25
"""Stable readings of nothing in a row, after which a scale is asked half as often, until it says more."""
MAX_PRESSED = 4
_STREAMED_MIN = 2
IN_KG: dict[WeightUnit, Decimal] = {
    "kg": Decimal(1),
    "g": Decimal("0.001"),
    "lb": Decimal("0.45359237"),
    "oz": Decimal("0.028349523125"),
}
_UNITS: dict[bytes, WeightUnit] = {b"kg": "kg", b"g": "g", b"lb": "lb", b"oz": "oz"}
_NUMBER = re.compile(rb"[-+]? *[0-9]{1,6}(\.[0-9]{1,4})?")


PollMs = Annotated[int, Meta(ge=50, le=5_000)]


class ScaleOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options every scale profile may set; a weight beyond max_kg is not believed."""

    max_kg: Annotated[int, Meta(ge=1, le=5_000)] = 60
    parity: Parity = "none"


class AskedOptions(ScaleOptions, frozen=True, kw_only=True):
    """For a scale that speaks when asked: how often it is."""

    poll_ms: PollMs = 200


class WireScale:
    """Bytes to weights by one pattern, which must match at the end of what was heard so far.

    A subclass says what a match means; a frame that does not hold what it must is no reading at all.
    """

    quiet_s: float | None = None

    def __init__(
        self, options: ScaleOptions, frame: re.Pattern[bytes], keys: Mapping[ScaleAct, bytes] | None = None
    ) -> None:
        self._asked_s = options.poll_ms / 1000 if isinstance(options, AskedOptions) else None
        self.poll_s: float | None = self._asked_s
        self._empty_readings = 0
        self._frame = frame
        self._keys = keys or {}
        self._parity = options.parity
        self._max_kg = options.max_kg
        self._tail = bytearray()
        self._pressed: list[bytes] = []

    def receive(self, data: bytes) -> list[Heard]:
        heard: list[Heard] = []
        for byte in data:
            reading = self._take(undress(byte, self._parity))
            if reading is not None:
                heard.append(reading)
        return heard

    def poll(self) -> bytes:
        if self._pressed:
            return dress(self._pressed.pop(0), self._parity)
        return dress(self.question(), self._parity)

    def quiet(self) -> list[Heard]:
        return []

    def reset(self) -> None:
        self._tail.clear()
        self._pressed.clear()
        self._pace(None)

    def command(self, act: ScaleAct) -> bool:
        """Press this key with the next poll; False where the wire has no such key."""
        if act not in self._keys:
            return False
        self.press(self._keys[act])
        return True

    def preset(self, tare_g: int) -> bool:
        """Have the scale take off this tare, with the next poll; False where its wire cannot say it."""
        return False

    def press(self, key: bytes) -> None:
        """Send this with the next poll, not twice running; of more than a few the oldest is forgotten."""
        if self._pressed[-1:] != [key]:
            self._pressed.append(key)
        del self._pressed[:-MAX_PRESSED]

    def question(self) -> bytes:
        """What to ask when no key waits; b"" for a scale that speaks unasked."""
        return b""

    def control(self, byte: int) -> None:
        """A byte that ended no frame: where a dialogue has its answers."""

    def read(self, frame: re.Match[bytes]) -> Weight | None:
        """The weight that a whole frame says; None if it says none that can be believed."""
        raise NotImplementedError

    def _take(self, character: int | None) -> Weight | None:
        if character is None:  # wrong parity: whatever it belonged to cannot be believed
            self._tail.clear()
            return None
        self._tail.append(character)
        if len(self._tail) > MAX_TAIL_BYTES:
            del self._tail[0]
        frame = self._frame.search(self._tail)
        if frame is None:
            self.control(character)
            return None
        found = self.read(frame)
        del self._tail[:-1]  # one line's end may be what the next must begin with
        self._pace(found)
        return found

    def _pace(self, found: Weight | None) -> None:
        is_empty = found is not None and found.stable and found.value == 0
        self._empty_readings = self._empty_readings + 1 if is_empty else 0
        if self._asked_s is not None:
            self.poll_s = self._asked_s * (2 if self._empty_readings >= RESTS_AFTER else 1)

    def _weight(
        self,
        frame: re.Match[bytes],
        value: Decimal | None,
        unit: WeightUnit,
        *,
        stable: bool,
        net: bool | None = None,
        zero: bool | None = None,
    ) -> Weight | None:
        if value is None or abs(value) * IN_KG[unit] > self._max_kg:
            return None
        return Weight(
            value=value, unit=unit, stable=stable, net=net, zero=zero, raw_hex=bytes(frame.group()).hex()
        )


def without_value(
    frame: re.Match[bytes],
    unit: WeightUnit,
    *,
    over: bool = False,
    under: bool = False,
    net: bool | None = None,
    zero: bool | None = None,
) -> Weight:
    """A scale that says why it has no weight: in motion, or out of its range."""
    return Weight(
        value=None,
        unit=unit,
        stable=False,
        net=net,
        zero=zero,
        over=over,
        under=under and not over,
        raw_hex=bytes(frame.group()).hex(),
    )


def number(text: bytes) -> Decimal | None:
    """A printed number, its sign perhaps apart from it; None if it is not one."""
    text = text.strip(b" ")
    return Decimal(text.replace(b" ", b"").decode()) if _NUMBER.fullmatch(text) else None


def unit_of(text: bytes) -> WeightUnit | None:
    """The unit as scales print it; None if it is not one we know."""
    return _UNITS.get(text.strip(b" ").lower())


def weighing_probe(asks: Answers, driver: Driver, sure: Sure, why: str) -> Probe:
    """Recognises a scale by the weights that its driver reads in what it answers; two make one more sure."""

    def judge(answers: Answers) -> Verdict | None:
        driver.reset()
        weights = sum(isinstance(heard, Weight) for heard in driver.receive(b"".join(answers)))
        if not weights:
            return None
        enough = weights >= _STREAMED_MIN or any(asks)
        return Verdict(sure=sure if enough else "possible", why=why)

    return Probe(asks=asks, judge=judge)
