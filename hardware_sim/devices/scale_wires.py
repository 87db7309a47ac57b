"""What scales say on their wires, from the manuals: the frames of four protocols."""

from typing import ClassVar, Protocol

from hardware_sim.devices.pan import Pan, Shown

ENQ, ACK, DC1, NAK = 0x05, 0x06, 0x11, 0x15
RECORD_BYTES = 64


class ScaleWire(Protocol):
    """`hear` answers the host; `stream` is what the scale says by itself every `every_s`, if it does."""

    every_s: float | None

    def hear(self, data: bytes) -> list[bytes]: ...
    def stream(self) -> bytes: ...


class ToledoWire:
    """Toledo 8217 at 7E1: single letters; tare is what lies on the pan."""

    every_s: float | None = None

    def __init__(self, pan: Pan) -> None:
        self._pan = pan
        self._echoes = False

    def hear(self, data: bytes) -> list[bytes]:
        letters = (byte & 0x7F for byte in data if byte.bit_count() % 2 == 0)
        return [even(answer) for letter in letters if (answer := self._hear(letter))]

    def stream(self) -> bytes:
        return b""

    def _hear(self, letter: int) -> bytes:
        """Between E and F every letter comes back and none is obeyed."""
        if self._echoes:
            self._echoes = letter != ord("F")
            return bytes([letter]) if self._echoes else b""
        return self._answer(letter)

    def _answer(self, letter: int) -> bytes:
        match chr(letter):
            case "E":
                self._echoes = True
                return b"\x02E\r"
            case "W":
                return self._weight(self._pan.show())
            case "Z":
                self._pan.zero()
            case "T":
                self._pan.tare()
            case "C":
                self._pan.clear_tare()
        return b""

    def _weight(self, shown: Shown) -> bytes:
        below = shown.under or shown.net_g < 0
        if shown.moving or shown.over or below:
            status = 0x40 | shown.moving | shown.over << 1 | below << 2 | (shown.tare_g > 0) << 5
            return b"\x02?%c\r" % status
        return b"\x02%02d.%03d%s\r" % (*divmod(shown.net_g, 1000), b"N" if shown.tare_g else b"")


class CasWire:
    """CAS AP: ENQ is answered by ACK, DC1 by the frame; OS2X keys in angle brackets."""

    every_s: float | None = None
    KEYS: ClassVar[tuple[bytes, bytes]] = (b"<ZK>\t", b"<TK>\t")

    def __init__(self, pan: Pan) -> None:
        self._pan = pan
        self._typed = b""

    def hear(self, data: bytes) -> list[bytes]:
        answers = []
        for byte in data:
            if byte == ENQ:
                answers.append(bytes([ACK]))
            elif byte == DC1:
                answers.append(self._frame(self._pan.show()))
            else:
                self._type(byte)
        return answers

    def stream(self) -> bytes:
        return b""

    def _type(self, byte: int) -> None:
        zero, tare = self.KEYS
        self._typed = (self._typed + bytes([byte]))[-len(zero) :]
        if self._typed == zero:
            self._pan.zero()
        elif self._typed == tare:
            self._pan.tare()

    def _frame(self, shown: Shown) -> bytes:
        out_of_range = shown.over or shown.under
        state = "F" if out_of_range else "U" if shown.moving else "S"
        sign = "-" if shown.net_g < 0 else " "
        body = f"{state}{sign}{abs(shown.net_g) / 1000:6.3f}"[:8].encode() + b"kg"
        check = 0
        for byte in body:
            check ^= byte
        return b"\x01\x02" + body + bytes([check]) + b"\x03\x04"


class StreamWire:
    """The CAS 22-byte frame, ten times a second; the host is not listened to."""

    every_s: float | None = 0.1

    def __init__(self, pan: Pan) -> None:
        self._pan = pan

    def hear(self, data: bytes) -> list[bytes]:
        return []

    def stream(self) -> bytes:
        shown = self._pan.show()
        out_of_range = shown.over or shown.under
        state = "OL" if out_of_range else "US" if shown.moving else "ST"
        sign = "-" if shown.net_g < 0 else " "
        weight = f"{sign}{abs(shown.net_g) / 1000:7.3f}"
        return f"{state},{'NT' if shown.tare_g else 'GS'},1A,{weight} kg\r\n".encode()


class DialogWire:
    """Dialog 06 at 7O1: weighs each load once, and says why not the next time."""

    every_s: float | None = None

    def __init__(self, pan: Pan) -> None:
        self._pan = pan
        self._record = b""
        self._price = 0
        self._status = "00"
        self._weighed_move = -1

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
        if record[2:4] == b"01" and record[5:11].isdigit():
            self._price = int(record[5:11])
            return bytes([ACK])
        self._status = "10"
        return bytes([NAK])

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


def even(text: bytes) -> bytes:
    """Seven bits and even parity, as an eight-bit line sees them."""
    return bytes(byte | (byte.bit_count() % 2) << 7 for byte in text)


def odd(text: bytes) -> bytes:
    """Seven bits and odd parity, as an eight-bit line sees them."""
    return bytes(byte | (1 - byte.bit_count() % 2) << 7 for byte in text)


WIRES: dict[str, type[ToledoWire] | type[CasWire] | type[StreamWire] | type[DialogWire]] = {
    "toledo_8217": ToledoWire,
    "cas_os2x": CasWire,
    "cas_stream": StreamWire,
    "dialog06": DialogWire,
}
