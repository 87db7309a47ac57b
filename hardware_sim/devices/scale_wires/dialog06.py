"""Dialog 06."""

from hardware_sim.devices.pan import Pan, Shown
from hardware_sim.devices.parity import odd

ACK, NAK = 0x06, 0x15
RECORD_BYTES = 64


class Wire:
    """Dialog 06 at 7O1: weighs each load once, and says why not the next time."""

    every_s: float | None = None

    def __init__(self, pan: Pan) -> None:
        self._pan = pan
        self._record = b""
        self._price = 0
        self._status = "00"
        self._weighed_move = -1
        self._is_told = False

    def hear(self, data: bytes) -> list[bytes]:
        answers = []
        for byte in data:
            if byte.bit_count() % 2 == 0:  # wrong parity
                self._record = b""
                continue
            self._record = (self._record + bytes([byte & 0x7F]))[-RECORD_BYTES:]
            if byte & 0x7F == 0x04:
                self._record = b"\x04"
            elif answer := self._answer(self._record):
                self._record = b""
                answers.append(odd(answer))
        return answers

    def stream(self) -> bytes:
        return b""

    def _answer(self, record: bytes) -> bytes:
        if record == b"\x04\x05":
            return self._weigh(self._pan.show())
        if not (record.startswith(b"\x04\x02") and record.endswith(b"\x03")):
            return b""
        if record[2:4] == b"08":
            return f"\x0209\x1b{self._status}\x03".encode()
        if record[2:4] in (b"01", b"03") and record[5:11].isdigit():
            return self._take_price(record)
        self._status = "10"
        return bytes([NAK])

    def _take_price(self, record: bytes) -> bytes:
        """Record 03 brings a tare of four digits with the price, 01 brings none."""
        told = record[12:16] if record[2:4] == b"03" else b""
        if told and not (told.isdigit() and self._pan.preset_tare(int(told))):
            self._status = "12"
            return bytes([NAK])
        if not told and self._is_told:
            self._pan.clear_tare()
        self._is_told = bool(told)
        self._price = int(record[5:11])
        return bytes([ACK])

    def _weigh(self, shown: Shown) -> bytes:
        self._status = self._refusal(shown)
        if self._status != "00":
            return bytes([NAK])
        self._weighed_move = self._pan.moves
        amount = (shown.net_g * self._price + 500) // 1000
        return f"\x0202\x1b3\x1b{shown.net_g:05d}\x1b{self._price:06d}\x1b{amount:06d}\x03".encode()

    def _refusal(self, shown: Shown) -> str:
        if shown.over:
            return "32"
        if shown.moving:
            return "20"
        if shown.under or shown.net_g < 0:
            return "31"
        if shown.net_g < 20 * self._pan.traits.division_g:
            return "30"
        return "21" if self._weighed_move == self._pan.moves else "00"
