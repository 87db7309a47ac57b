"""Adam CPWplus: G asks what it weighs, at any time; Z and T are its keys."""

from hardware_sim.devices.pan import Pan

LONGEST_LINE = 16


class Wire:
    """Says at rest or not, gross or net; out of its range it says nothing."""

    every_s: float | None = None

    def __init__(self, pan: Pan) -> None:
        self._pan = pan
        self._line = b""

    def hear(self, data: bytes) -> list[bytes]:
        *lines, rest = (self._line + data).split(b"\r\n")
        self._line = rest[-LONGEST_LINE:]
        return [answer for line in lines if (answer := self._answer(line))]

    def stream(self) -> bytes:
        return b""

    def _answer(self, command: bytes) -> bytes:
        if command == b"Z":
            self._pan.zero()
        elif command == b"T":
            self._pan.tare()
        shown = self._pan.show()
        if command != b"G" or shown.over or shown.under:
            return b""
        state, net = "US" if shown.moving else "ST", "NT" if shown.tare_g else "GS"
        sign = "-" if shown.net_g < 0 else " "
        return f"\r\n{state},{net},{sign}{abs(shown.net_g) / 1000:7.3f} kg\r\n".encode()
