"""Dialog 06, 04 and 02: a price goes down, weight, price and amount come back and must agree."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from drivers.base import Answers, Driver, Probe, Verdict
from drivers.messages import ScaleAct, Weight
from drivers.profile import Profile, read_options
from drivers.scale.parity import dress, undress
from drivers.scale.wire_scale import AskedOptions, WireScale, without_value

_ASK_WEIGHT, _ASK_STATUS = b"\x04\x05", b"\x04\x0208\x03"
_ACK, _NAK = 0x06, 0x15
_MOTION, _SAME, _UNFINISHED, _BELOW_MINIMUM, _BELOW_ZERO, _OVERLOAD = b"20", b"21", b"22", b"30", b"31", b"32"

_FRAME = re.compile(
    rb"\x02(?:02\x1b3\x1b(?P<weight>[0-9]{5})\x1b(?P<price>[0-9]{6})\x1b(?P<amount>[0-9]{6})"
    rb"|09\x1b(?P<status>[0-9]{2}))\x03\Z"
)


class DialogOptions(AskedOptions, frozen=True, kw_only=True):
    """Dialog 02, 04 and 06 say the same at other speeds and parities.

    The amounts are ours to count, so any price will do; at 1000 the amount repeats every digit of the weight.
    """

    unit_price: Annotated[int, Meta(ge=1, le=999_999)] = 1000


class Dialog06(WireScale):
    """Says the last weight again while the scale says that nothing has moved since (status 21)."""

    def __init__(self, options: DialogOptions) -> None:
        super().__init__(options, _FRAME)
        self._price = options.unit_price
        self._begin = self._with_price(0)
        self._next = self._begin
        self._tare = self._tare_sent = Decimal(0)
        self._gross: Weight | None = None

    def command(self, act: ScaleAct) -> bool:
        """The wire has no keys; a tare that was preset is no longer sent."""
        return act == "clear_tare" and self.preset(0)

    def preset(self, tare_g: int) -> bool:
        """The tare goes down with each price from now on."""
        self._tare = Decimal(tare_g).scaleb(-3)
        self._begin = self._next = self._with_price(tare_g)
        return True

    def _with_price(self, tare_g: int) -> bytes:
        if not tare_g:
            return f"\x04\x0201\x1b{self._price:06d}\x1b\x03".encode()
        return f"\x04\x0203\x1b{self._price:06d}\x1b{tare_g:04d}\x03".encode()

    def question(self) -> bytes:
        asked, self._next = self._next, self._begin
        if asked == self._begin:
            self._tare_sent = self._tare
        return asked

    def reset(self) -> None:
        super().reset()
        self.preset(0)
        self._gross = None

    def control(self, byte: int) -> None:
        if byte == _ACK:
            self._next = _ASK_WEIGHT
        elif byte == _NAK:
            self._next = _ASK_STATUS

    def read(self, frame: re.Match[bytes]) -> Weight | None:
        self._next = self._begin
        if frame["status"]:
            return self._read_status(frame, frame["status"])
        grams, price, amount = (int(frame[name]) for name in ("weight", "price", "amount"))
        if price != self._price or abs(1000 * amount - grams * price) > 1000:
            return None
        gross = Decimal(grams).scaleb(-3) + self._tare_sent
        self._gross = self._weight(frame, gross, "kg", stable=True)
        return self._net()

    def _net(self) -> Weight | None:
        """What was weighed last, without the tare of now: the scale itself would not weigh it again."""
        gross, tare = self._gross, self._tare_sent
        if gross is None or gross.value is None or not tare:
            return gross
        return msgspec.structs.replace(gross, value=gross.value - tare, net=True, tare=tare)

    def _read_status(self, frame: re.Match[bytes], status: bytes) -> Weight | None:
        if status == _SAME:
            return self._net()
        if status in (_MOTION, _UNFINISHED):
            self._next = _ASK_WEIGHT
        if status not in (_MOTION, _BELOW_MINIMUM, _BELOW_ZERO, _OVERLOAD):
            return None
        self._gross = None
        under = status in (_BELOW_MINIMUM, _BELOW_ZERO)
        return without_value(frame, "kg", over=status == _OVERLOAD, under=under)


def build(profile: Profile, overrides: dict[str, Any]) -> Driver:
    """A Dialog 06 scale as its profile describes it."""
    return Dialog06(read_options(profile, DialogOptions, overrides))


def probe(profile: Profile) -> Probe:
    """Its status may be asked at any time; no price is sent and nothing is weighed."""
    parity = read_options(profile, DialogOptions, {}).parity

    def judge(answers: Answers) -> Verdict | None:
        heard = bytes(char for byte in answers[0] if (char := undress(byte, parity)) is not None)
        frame = _FRAME.search(heard)
        return Verdict(sure="likely", why="probe.framed") if frame and frame["status"] else None

    return Probe(asks=(dress(_ASK_STATUS, parity),), judge=judge)
