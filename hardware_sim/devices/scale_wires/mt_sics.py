"""MT-SICS: commands and answers in lines, the weight in a field ten wide."""

from hardware_sim.devices.pan import Pan, Shown

LONGEST_LINE = 64


class Wire:
    """SI weighs at once, S and T wait for rest and are not executable without it."""

    every_s: float | None = None

    def __init__(self, pan: Pan) -> None:
        self._pan = pan
        self._line = b""

    def hear(self, data: bytes) -> list[bytes]:
        *lines, rest = (self._line + data).split(b"\r\n")
        self._line = rest[-LONGEST_LINE:]
        return [self._answer(line) + b"\r\n" for line in lines]

    def stream(self) -> bytes:
        return b""

    def _answer(self, command: bytes) -> bytes:
        shown = self._pan.show()
        match command:
            case b"SI":
                return self._weight(shown)
            case b"S":
                return b"S I" if shown.moving else self._weight(shown)
            case b"Z":
                return b"Z A" if self._pan.zero() else b"Z I"
            case b"T":
                return (
                    f"T S {self._pan.show().tare_g / 1000:10.3f} kg".encode() if self._pan.tare() else b"T I"
                )
            case told if told.startswith(b"TA "):
                return self._preset(told[3:].split())
            case b"TAC":
                self._pan.clear_tare()
                return b"TAC A"
        return b"ES"

    def _preset(self, told: list[bytes]) -> bytes:
        """TA with a value and kg: taken in whole divisions, and said back."""
        match told:
            case [value, b"kg"] if value.replace(b".", b"", 1).isdigit():
                if self._pan.preset_tare(round(float(value) * 1000)):
                    return f"TA A {self._pan.show().tare_g / 1000:10.3f} kg".encode()
        return b"TA L"

    def _weight(self, shown: Shown) -> bytes:
        if shown.over or shown.under:
            return b"S +" if shown.over else b"S -"
        state = "D" if shown.moving else "S"
        return f"S {state} {shown.net_g / 1000:10.3f} kg".encode()
