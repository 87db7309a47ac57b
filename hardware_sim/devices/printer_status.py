"""What a printer says of itself: the real-time status bytes and the automatic status block."""

from dataclasses import dataclass

from hardware_sim.views import PaperState

ALWAYS_ON = 0x12  # bits 1 and 4 of every real-time status byte
ASB_DRAWER, ASB_ONLINE, ASB_ERROR, ASB_PAPER = 0x01, 0x02, 0x04, 0x08


@dataclass(frozen=True)
class Status:
    """The printer's condition at one moment."""

    paper: PaperState
    cover_open: bool
    switched_offline: bool
    cutter_error: bool
    pin3_high: bool

    @property
    def online(self) -> bool:
        return not (self.cover_open or self.switched_offline or self.cutter_error or self.paper == "out")

    def realtime(self, n: int) -> bytes:
        """The one-byte answer to DLE EOT n."""
        bits = {1: self._printer, 2: self._offline_cause, 3: self._error_cause, 4: self._paper_sensors}
        return bytes([ALWAYS_ON | bits[n]()])

    def automatic(self) -> bytes:
        """The four-byte block of GS a."""
        first = 0x10 | flag(self.pin3_high, 0x04) | flag(not self.online, 0x08) | flag(self.cover_open, 0x20)
        third = {"ok": 0x00, "near_end": 0x03, "out": 0x0F}[self.paper]
        return bytes([first, flag(self.cutter_error, 0x08), third, 0x00])

    def changed_classes(self, before: "Status") -> int:
        """Which of the classes that GS a can watch differ."""
        return (
            flag(self.pin3_high != before.pin3_high, ASB_DRAWER)
            | flag(self.online != before.online or self.cover_open != before.cover_open, ASB_ONLINE)
            | flag(self.cutter_error != before.cutter_error, ASB_ERROR)
            | flag(self.paper != before.paper, ASB_PAPER)
        )

    def paper_answer(self) -> bytes:
        """GS r 1."""
        return bytes([{"ok": 0x00, "near_end": 0x03, "out": 0x0F}[self.paper]])

    def drawer_answer(self) -> bytes:
        """GS r 2."""
        return bytes([flag(self.pin3_high, 0x01)])

    def _printer(self) -> int:
        return flag(self.pin3_high, 0x04) | flag(not self.online, 0x08)

    def _offline_cause(self) -> int:
        return flag(self.cover_open, 0x04) | flag(self.paper == "out", 0x20) | flag(self.cutter_error, 0x40)

    def _error_cause(self) -> int:
        return flag(self.cutter_error, 0x08)

    def _paper_sensors(self) -> int:
        return {"ok": 0x00, "near_end": 0x0C, "out": 0x6C}[self.paper]


def flag(condition: bool, bit: int) -> int:
    return bit if condition else 0
