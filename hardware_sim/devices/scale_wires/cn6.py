"""The Chinese 6-byte binary stream: FF, flags, three BCD bytes, the lowest first, a byte for kilograms."""

from hardware_sim.devices.pan import Pan

THREE_DECIMALS, NEGATIVE, STABLE, OVERFLOW = 0x03, 0x20, 0x40, 0x80
KILOGRAMS = 0x00
MOST_G = 999_999


class Wire:
    """Ten frames a second; out of its range the digits are noughts and the overflow flag is set."""

    every_s: float | None = 0.1

    def __init__(self, pan: Pan) -> None:
        self._pan = pan

    def hear(self, data: bytes) -> list[bytes]:
        return []

    def stream(self) -> bytes:
        shown = self._pan.show()
        out_of_range = shown.over or shown.under or abs(shown.net_g) > MOST_G
        below = shown.under or (shown.net_g < 0 and not shown.over)
        flags = THREE_DECIMALS | NEGATIVE * below
        flags |= OVERFLOW if out_of_range else STABLE * (not shown.moving)
        digits = bytes.fromhex(f"{0 if out_of_range else abs(shown.net_g):06d}")
        return bytes([0xFF, flags]) + digits[::-1] + bytes([KILOGRAMS])
