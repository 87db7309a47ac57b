"""The CAS stream of 22 bytes."""

from hardware_sim.devices.pan import Pan


class Wire:
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
