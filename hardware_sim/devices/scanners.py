"""Barcode scanners: a keyboard on a mock input node, and one that sends characters by line or network."""

from collections.abc import Callable
from typing import ClassVar

from hardware_sim.devices.device import Audience, Device, Label, OwnViews
from hardware_sim.devices.input_keys import EVENT, GS, GsWay, typed
from hardware_sim.faults import (
    Doubled,
    Fault,
    GarbageAtPowerUp,
    Noise,
    Silent,
    SplitFrames,
    StuckKey,
    Unplugged,
    WrongParity,
)
from hardware_sim.views import DeviceKind, ScannerView

NOISE_KEYS = b"0123456789abcdefghijklmnopqrstuvwxyz"
NOISE_BYTES = bytes(byte for byte in range(0x80, 0x100)) + b"\x00\x01\x7f#%"
# AIM identifiers a scanner puts in front when told to: by the look of the code.
AIM_EAN, AIM_EAN8, AIM_CODE128, AIM_QR, AIM_GS1_MATRIX = "]E0", "]E4", "]C0", "]Q1", "]d2"


class Scanner(Device):
    """A scanner says each code once, as one frame, and does not know whether anybody listens."""

    kind: ClassVar[DeviceKind] = "scanner"

    def __init__(self, label: Label, audience: Audience, seed: int) -> None:
        super().__init__(label, audience, seed)
        self._last_code: str | None = None

    def own_views(self) -> OwnViews:
        return OwnViews(
            scanner=ScannerView(scans=self.counts["scans"], last_code=self._last_code),
        )

    async def scan(self, code: str) -> bool:
        """Hold a code under the scanner; True if a host heard all of it."""
        frame, unit = self.frame(code)
        heard = await self.transmit(frame, unit)
        self._last_code = code
        self.count("scans", 1)
        self.line_changed()
        return heard

    def frame(self, code: str) -> tuple[bytes, int]:
        """The bytes for one code, and the unit they may be split in."""
        raise NotImplementedError


class KeyboardScanner(Scanner):
    """Types the code and Enter on a US keyboard, FNC1 and the AIM identifier as it is set."""

    suffers: ClassVar[tuple[type[Fault], ...]] = (
        SplitFrames,
        Silent,
        Unplugged,
        Noise,
        GarbageAtPowerUp,
        StuckKey,
    )

    def __init__(
        self,
        label: Label,
        audience: Audience,
        seed: int,
        now_us: Callable[[], int],
        gs: GsWay = "ctrl_right_bracket",
        aim_id: bool = False,
    ) -> None:
        super().__init__(label, audience, seed)
        self._now_us, self._gs, self._aim_id = now_us, gs, aim_id

    def frame(self, code: str) -> tuple[bytes, int]:
        prefix = aim_of(code) if self._aim_id else ""
        text = self.faults.noise(NOISE_KEYS).decode() + prefix + code + "\r"
        stuck = self.faults.get(StuckKey)
        held = (self.faults.pick(len(text)), stuck.repeats) if stuck else None
        return b"".join(typed(text, self._now_us(), held, self._gs)), EVENT.size


class SerialScanner(Scanner):
    """Sends the code as UTF-8 with a suffix; an AIM identifier in front and another FNC1 if so set."""

    suffers: ClassVar[tuple[type[Fault], ...]] = (
        SplitFrames,
        Silent,
        Unplugged,
        Noise,
        GarbageAtPowerUp,
        WrongParity,
        Doubled,
    )

    def __init__(
        self,
        label: Label,
        audience: Audience,
        seed: int,
        suffix: str = "\r",
        aim_id: bool = False,
        gs: str = GS,
    ) -> None:
        super().__init__(label, audience, seed)
        self._suffix, self._aim_id, self._gs = suffix, aim_id, gs

    def frame(self, code: str) -> tuple[bytes, int]:
        prefix = aim_of(code) if self._aim_id else ""
        text = prefix + code.replace(GS, self._gs) + self._suffix
        return self.faults.noise(NOISE_BYTES) + text.encode(), 1


def aim_of(code: str) -> str:
    """The symbology such a code would be printed in."""
    if GS in code or (code.startswith("01") and len(code) >= 16 and code[:16].isdigit()):
        return AIM_GS1_MATRIX
    if code.isascii() and code.isdigit() and len(code) in (8, 12, 13):
        return AIM_EAN8 if len(code) == 8 else AIM_EAN
    return AIM_CODE128 if code.isascii() and len(code) <= 30 else AIM_QR
