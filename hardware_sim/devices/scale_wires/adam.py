"""Adam: P CR LF asks to print; only a new weight at rest is told."""

from hardware_sim.devices.pan import Pan

LONGEST_LINE = 16


class Wire:
    """Silent while the pan moves, is empty or out of range, and about a weight that was told already."""

    every_s: float | None = None

    def __init__(self, pan: Pan) -> None:
        self._pan = pan
        self._line = b""
        self._told_move = -1

    def hear(self, data: bytes) -> list[bytes]:
        *lines, rest = (self._line + data).split(b"\r\n")
        self._line = rest[-LONGEST_LINE:]
        return [answer for line in lines if line == b"P" and (answer := self._print())]

    def stream(self) -> bytes:
        return b""

    def _print(self) -> bytes:
        shown = self._pan.show()
        silent = shown.moving or shown.over or shown.under or shown.net_g == 0
        if silent or self._told_move == self._pan.moves:
            return b""
        self._told_move = self._pan.moves
        return f"{shown.net_g / 1000:8.3f}kg\r\n".encode()
