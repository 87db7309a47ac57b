"""CAS AP and its kin, OS2X."""

from typing import ClassVar

from hardware_sim.devices.pan import Pan, Shown

ENQ, ACK, DC1 = 0x05, 0x06, 0x11


class Wire:
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
