"""The A&D stream of 18 bytes at 7E1: the CAS stream without lamp and id."""

from hardware_sim.devices.pan import Pan
from hardware_sim.devices.parity import even


class Wire:
    """Ten frames a second; the host is not listened to."""

    every_s: float | None = 0.1

    def __init__(self, pan: Pan) -> None:
        self._pan = pan

    def hear(self, data: bytes) -> list[bytes]:
        return []

    def stream(self) -> bytes:
        shown = self._pan.show()
        state = "OL" if shown.over or shown.under else "US" if shown.moving else "ST"
        sign = "-" if shown.under or shown.net_g < 0 else "+"
        net, weight = "NT" if shown.tare_g else "GS", f"{sign}{abs(shown.net_g) / 1000:07.3f}"
        return even(f"{state},{net},{weight}kg\r\n".encode())
