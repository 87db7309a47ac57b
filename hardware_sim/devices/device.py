"""What every simulated device has: a wire, faults, and counts."""

import asyncio
from collections import Counter as Tally
from dataclasses import dataclass
from typing import ClassVar, Protocol

from hardware_sim.devices.fault_set import FaultSet
from hardware_sim.devices.printer_core import Torn
from hardware_sim.devices.wire import Wire
from hardware_sim.faults import Fault, Healed, Silent, SlowDrain, SplitFrames, Unplugged
from hardware_sim.schedule import Milestone
from hardware_sim.views import DeviceKind, DeviceView, PaperLine


@dataclass(frozen=True)
class Label:
    """What is written on a device."""

    device_id: str
    model: str
    name: str
    name_en: str


class Audience(Protocol):
    """Who is told what devices do."""

    def changed(self, device: "Device") -> None: ...
    def counted(self, device: "Device") -> None: ...
    def printed(self, device_id: str, line: PaperLine) -> None: ...
    def torn(self, device_id: str, columns: int, torn: Torn) -> None: ...


class Device:
    """One device. Its wire is given after it is made; everything runs on one event loop."""

    kind: ClassVar[DeviceKind]
    wire: Wire

    def __init__(self, label: Label, audience: Audience, seed: int) -> None:
        self.label = label
        self.faults = FaultSet(seed, label.device_id)
        self.counts: Tally[Milestone] = Tally()
        self._audience = audience
        self._sending = asyncio.Lock()

    def view(self) -> DeviceView:
        raise NotImplementedError

    async def run(self) -> None:
        """What the device does by itself, until cancelled."""

    def plug(self) -> None:
        self.faults.drop(Unplugged)
        self.wire.plug()

    def unplug(self) -> None:
        """The plug is pulled, and the power with it."""
        self.wire.unplug()

    def inject(self, fault: Fault) -> None:
        self.faults.put(fault)
        if isinstance(fault, Unplugged) and self.faults.spent:
            self.unplug()
        self.repace()
        self.line_changed()

    def heal(self) -> None:
        """Everything is put right, and plugged in."""
        self.faults.clear()
        self.repace()
        self.plug()
        self.line_changed()

    def repace(self) -> None:
        """Let the wire read as fast as the faults allow."""
        slow = self.faults.get(SlowDrain)
        self.wire.pace(0 if self.faults.get(Silent) else slow.bytes_per_s if slow else None)

    def line_changed(self) -> None:
        self._audience.changed(self)

    def heard(self, data: bytes) -> None:
        """Bytes from the host; a scanner takes no orders."""
        self.count("bytes_in", len(data))

    def count(self, unit: Milestone, amount: int) -> None:
        """Count, and let what is scheduled for this point happen."""
        self.counts[unit] += amount
        self._audience.counted(self)

    def suffer(self, fault: Fault | Healed) -> None:
        if isinstance(fault, Healed):
            self.heal()
        else:
            self.inject(fault)

    async def transmit(self, frame: bytes, unit: int = 1) -> bool:
        """Send a frame through the faults; True if all of it reached a host."""
        async with self._sending:
            if self.faults.get(Silent):
                return False
            split = self.faults.get(SplitFrames)
            for number, piece in enumerate(self.faults.pieces(frame, unit)):
                if number and split:
                    await asyncio.sleep(split.gap_ms / 1000)
                if not await self._put(piece, unit):
                    return False
            return True

    async def _put(self, piece: bytes, unit: int) -> bool:
        crossing = self.faults.crossing(len(piece))
        crossing -= crossing % unit
        sent = not crossing or await self.wire.send(piece[:crossing])
        if self.faults.spent:
            await self.wire.settle()
            self.unplug()
            return False
        if sent:
            self.count("bytes_out", crossing)
        return sent
