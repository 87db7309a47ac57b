"""NCI ECR at 7E1: a letter and CR ask, weight and status answer."""

from hardware_sim.devices.pan import Pan, Shown
from hardware_sim.devices.parity import even

LONGEST_COMMAND = 8
MOTION, ZERO, UNDER, OVER = 0x01, 0x02, 0x01, 0x02


class Wire:
    """W weighs, Z zeroes; anything else is not understood."""

    every_s: float | None = None

    def __init__(self, pan: Pan) -> None:
        self._pan = pan
        self._typed = ""

    def hear(self, data: bytes) -> list[bytes]:
        answers = []
        for byte in data:
            if byte.bit_count() % 2:  # wrong parity
                self._typed = ""
            elif byte & 0x7F == 0x0D:
                command, self._typed = self._typed, ""
                answers.append(even(self._answer(command)))
            else:
                self._typed = (self._typed + chr(byte & 0x7F))[-LONGEST_COMMAND:]
        return answers

    def stream(self) -> bytes:
        return b""

    def _answer(self, command: str) -> bytes:
        if command == "Z":
            self._pan.zero()
        if command not in ("W", "Z"):
            return b"\n?\r\x03"
        shown = self._pan.show()
        weight = b"" if command == "Z" else self._weight(shown)
        return weight + b"\n S%c%c\r\x03" % self._status(shown)

    def _weight(self, shown: Shown) -> bytes:
        out_of_range = shown.over or shown.under or shown.net_g < 0
        return f"\n {0 if out_of_range else shown.net_g / 1000:06.3f}KG\r".encode()

    def _status(self, shown: Shown) -> tuple[int, int]:
        below = shown.under or shown.net_g < 0
        first = 0x30 | MOTION * shown.moving | ZERO * shown.at_zero
        return first, 0x30 | UNDER * below | OVER * shown.over
