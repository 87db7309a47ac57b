"""Epelsa: STX, a mark, the weight, CR ETX, ten times a second."""

from hardware_sim.devices.pan import Pan


class Wire:
    """A at rest, an exclamation mark in transition; out of its range it says nothing."""

    every_s: float | None = 0.1

    def __init__(self, pan: Pan) -> None:
        self._pan = pan

    def hear(self, data: bytes) -> list[bytes]:
        return []

    def stream(self) -> bytes:
        shown = self._pan.show()
        if shown.over or shown.under:
            return b""
        sign = "-" if shown.net_g < 0 else ""
        return f"\x02{'!' if shown.moving else 'A'}{sign}{abs(shown.net_g) / 1000:06.3f}\r\x03".encode()
