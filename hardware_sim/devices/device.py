"""What every simulated device has: a wire, faults, and counts."""

import asyncio
from collections import Counter as Tally
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypedDict

from hardware_sim.devices.fault_set import FaultSet
from hardware_sim.devices.printer_core import Torn
from hardware_sim.devices.wire import Wire
from hardware_sim.faults import Fault, Silent, SlowDrain, SplitFrames, Unplugged, name_of
from hardware_sim.schedule import Milestone
from hardware_sim.views import (
    DeviceKind,
    DeviceView,
    DisplayView,
    DrawerView,
    PaperLine,
    PrinterView,
    ScaleView,
    ScannerView,
    TerminalView,
)


class OwnViews(TypedDict, total=False):
    """The parts of a DeviceView that belong to one kind of device."""

    scanner: ScannerView
    printer: PrinterView
    drawer: DrawerView | None
    display: DisplayView
    scale: ScaleView
    terminal: TerminalView


@dataclass(frozen=True)
class Label:
    """What is written on a device."""

    device_id: str
    model: str
    name: str
    name_en: str


class Unsuited(TypeError):
    """This kind of device cannot suffer this fault."""


class Audience(Protocol):
    """Who is told what devices do."""

    def changed(self, device: "Device") -> None: ...
    def counted(self, device: "Device", unit: Milestone) -> None: ...
    def printed(self, device_id: str, line: PaperLine) -> None: ...
    def torn(self, device_id: str, columns: int, torn: Torn) -> None: ...


class Device:
    """One device. Its wire is given after it is made; everything runs on one event loop."""

    kind: ClassVar[DeviceKind]
    suffers: ClassVar[tuple[type[Fault], ...]]
    wire: Wire

    def __init__(self, label: Label, audience: Audience, seed: int) -> None:
        self.label = label
        self.faults = FaultSet(seed, label.device_id)
        self.counts: Tally[Milestone] = Tally()
        self._audience = audience
        self._sending = asyncio.Lock()

    def view(self) -> DeviceView:
        return DeviceView(
            device_id=self.label.device_id,
            kind=self.kind,
            model=self.label.model,
            name=self.label.name,
            name_en=self.label.name_en,
            link=self.wire.link,
            plugged=self.wire.plugged,
            connected=self.wire.connected,
            faults=self.faults.active(),
            can_suffer=tuple(map(name_of, self.suffers)),
            **self.own_views(),
        )

    def own_views(self) -> OwnViews:
        """What this kind of device shows beside what every device does."""
        raise NotImplementedError

    async def run(self) -> None:
        """What the device does by itself, until cancelled."""

    def plug(self) -> None:
        self.faults.drop(Unplugged)
        if not self.wire.plugged:
            self.faults.powered_up()
        self.wire.plug()

    def unplug(self) -> None:
        """The plug is pulled, and the power with it."""
        self.wire.unplug()

    def inject(self, fault: Fault) -> None:
        """Suffer this from now on; Unsuited if such a device cannot."""
        if type(fault) not in self.suffers:
            raise Unsuited(self.label.device_id, name_of(fault))
        self.faults.put(fault)
        self.strike(fault)
        if isinstance(fault, Unplugged) and self.faults.spent:
            self.unplug()
        self.repace()
        self.line_changed()

    def relieve(self, kind: type[Fault]) -> None:
        """Suffer this no longer."""
        self.faults.drop(kind)
        self.recover(kind)
        if kind is Unplugged:
            self.plug()
        self.repace()
        self.line_changed()

    def strike(self, fault: Fault) -> None:
        """What a fault does to this kind of device at once."""

    def recover(self, kind: type[Fault]) -> None:
        """Put right what `strike` did."""

    def heal(self) -> None:
        """Everything is put right, and plugged in."""
        for kind in self.suffers:
            self.recover(kind)
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
        self._audience.counted(self, unit)

    async def transmit(self, frame: bytes, unit: int = 1) -> bool:
        """Send a frame through the faults; True if all of it reached a host."""
        async with self._sending:
            if self.faults.get(Silent):
                return False
            split = self.faults.get(SplitFrames)
            frame = self.faults.bent(frame) if unit == 1 and frame else frame
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
