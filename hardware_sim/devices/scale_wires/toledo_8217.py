"""Toledo 8217."""

from hardware_sim.devices.pan import Pan, Shown
from hardware_sim.devices.parity import even

TARE_DIGITS = 5


class Wire:
    """Toledo 8217 at 7E1: single letters; a tare is what lies on the pan, or five digits between T and CR."""

    every_s: float | None = None

    def __init__(self, pan: Pan) -> None:
        self._pan = pan
        self._echoes = False
        self._tare: bytes | None = None

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
        if self._tare is not None:
            return self._tared(letter)
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
                self._tare = b""
            case "C":
                self._pan.clear_tare()
        return b""

    def _tared(self, letter: int) -> bytes:
        """What follows a T: digits and CR are a tare that is told, CR alone means the pan's load."""
        digits, self._tare = self._tare or b"", None
        if letter == 0x0D:
            if len(digits) == TARE_DIGITS:
                self._pan.preset_tare(int(digits))
            elif not digits:
                self._pan.tare()
            return b""
        if chr(letter).isdigit() and len(digits) < TARE_DIGITS:
            self._tare = digits + bytes([letter])
            return b""
        return self._answer(letter)

    def _weight(self, shown: Shown) -> bytes:
        below = shown.under or shown.net_g < 0
        if shown.moving or shown.over or below:
            status = 0x40 | shown.moving | shown.over << 1 | below << 2 | (shown.tare_g > 0) << 5
            return b"\x02?%c\r" % status
        return b"\x02%02d.%03d%s\r" % (*divmod(shown.net_g, 1000), b"N" if shown.tare_g else b"")
