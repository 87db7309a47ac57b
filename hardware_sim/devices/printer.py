"""A receipt printer on its wire, with the drawer on its connector."""

import asyncio
from typing import ClassVar, get_args

from hardware_sim.devices.device import Audience, Device, Label, OwnViews
from hardware_sim.devices.printer_core import PrinterCore, Torn
from hardware_sim.devices.wire import READ_BYTES
from hardware_sim.faults import (
    CoverOpen,
    CutterJam,
    DrawerStuck,
    Fault,
    Offline,
    PaperOut,
    PrinterFault,
    Silent,
    Unplugged,
    WireFault,
)
from hardware_sim.views import DeviceKind, DrawerView, PaperLine, PaperState, PrinterView

NOISE_BYTES = bytes(range(0x80, 0x100))


class Printer(Device):
    """Prints a line every `line_ms` (0: at once); answers real-time requests meanwhile."""

    kind: ClassVar[DeviceKind] = "printer"
    suffers: ClassVar[tuple[type[Fault], ...]] = get_args(WireFault) + get_args(PrinterFault)

    def __init__(
        self,
        label: Label,
        audience: Audience,
        seed: int,
        core: PrinterCore,
        line_ms: int = 0,
    ) -> None:
        super().__init__(label, audience, seed)
        self.core = core
        self._line_s = line_ms / 1000
        self._work = asyncio.Event()
        self._answer = asyncio.Event()
        self._held = False

    def own_views(self) -> OwnViews:
        core = self.core
        drawer = DrawerView(open=core.drawer.open, kicks=core.drawer.kicks) if core.drawer else None
        return OwnViews(
            printer=PrinterView(
                paper=core.paper,
                cover_open=core.cover_open,
                online=core.status.online,
                error="cutter" if core.cutter_error else None,
                columns=core.traits.columns,
                lines_printed=core.lines_printed,
                waiting_bytes=core.waiting_bytes,
            ),
            drawer=drawer,
        )

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._print_on(), name=f"{self.label.device_id} mechanism")
            tasks.create_task(self._answer_on(), name=f"{self.label.device_id} answers")

    def heard(self, data: bytes) -> None:
        crossing = self.faults.crossing(len(data))
        kicks = self.core.drawer.kicks if self.core.drawer else 0
        self.core.receive(data[:crossing])
        if self.faults.spent and self.faults.get(Unplugged):
            self.unplug()
        self.count("bytes_in", crossing)
        if self.core.drawer and self.core.drawer.kicks != kicks:
            self.line_changed()
        self._stir()

    def unplug(self) -> None:
        super().unplug()
        self.core.power_cycle()

    def strike(self, fault: Fault) -> None:
        match fault:
            case Offline():
                self.core.switched_offline = True
            case PaperOut(after_lines=0):
                self.core.paper, self.core.lines_left = "out", None
            case PaperOut():
                self.core.lines_left = fault.after_lines
            case CoverOpen():
                self.core.cover_open = True
            case CutterJam():
                self.core.jam_next_cut = True
            case DrawerStuck() if self.core.drawer:
                self.core.drawer.stuck = True
        self._stir()

    def recover(self, kind: type[Fault]) -> None:
        core = self.core
        if kind is Offline:
            core.switched_offline = False
        elif kind is PaperOut:
            core.paper, core.lines_left = "ok", None
        elif kind is CoverOpen:
            core.cover_open = False
        elif kind is CutterJam:
            core.jam_next_cut = core.cutter_error = False
        elif kind is DrawerStuck and core.drawer:
            core.drawer.stuck = False
        self._stir()

    def set_paper(self, paper: PaperState, after_lines: int = 0) -> None:
        """A new roll, the end of one in sight, or out (after some more lines)."""
        self.faults.drop(PaperOut)
        if paper == "out":
            self.inject(PaperOut(after_lines=after_lines))
            return
        self.core.paper, self.core.lines_left = paper, None
        self.line_changed()
        self._stir()

    def set_cover(self, is_open: bool) -> None:
        self.faults.drop(CoverOpen)
        if is_open:
            self.faults.put(CoverOpen())
        self.core.cover_open = is_open
        self.line_changed()
        self._stir()

    def set_drawer(self, is_open: bool) -> None:
        """A hand on the drawer; nothing happens where there is none."""
        if self.core.drawer:
            self.core.drawer.open = is_open
        self.line_changed()
        self._stir()

    def repace(self) -> None:
        super().repace()
        if self._held and not self.faults.get(Silent):
            self.wire.pace(0)

    def _stir(self) -> None:
        """Something may have become possible: look again."""
        self._hold_back()
        self._answer.set()
        self._work.set()

    def _hold_back(self) -> None:
        """Read no further while the receive buffer is full."""
        held = self.core.room < READ_BYTES
        if held != self._held:
            self._held = held
            self.repace()

    async def _print_on(self) -> None:
        while True:
            await self._work.wait()
            self._work.clear()
            while (done := self.core.step()) is not None:
                self._tell(done)
                if self._line_s and isinstance(done, PaperLine | Torn):
                    await asyncio.sleep(self._line_s)
            self._answer.set()
            self._hold_back()
            self.line_changed()

    def _tell(self, done: PaperLine | Torn | object) -> None:
        self._answer.set()
        if isinstance(done, PaperLine):
            self._audience.printed(self.label.device_id, done)
            self.count("lines", done.lines)
        elif isinstance(done, Torn):
            self._audience.torn(self.label.device_id, self.core.traits.columns, done)
        else:
            self.line_changed()

    async def _answer_on(self) -> None:
        while True:
            await self._answer.wait()
            self._answer.clear()
            for answer in self.core.take_answers():
                await self.transmit(self.faults.noise(NOISE_BYTES) + answer)
