"""A label printer on its wire: prints a label every `label_ms`, answers questions meanwhile."""

import asyncio
from collections import deque
from typing import ClassVar, get_args

from hardware_sim.devices.device import Audience, Device, Label, OwnViews
from hardware_sim.devices.labels import Condition, Language, PrintedLabel
from hardware_sim.devices.paper import text_of
from hardware_sim.devices.printer_core import Torn
from hardware_sim.faults import CoverOpen, Fault, Offline, PaperOut, Unplugged, WireFault
from hardware_sim.views import DeviceKind, PrinterView

COLUMNS = 32
NOISE_BYTES = bytes(range(0x80, 0x100))
MEMORY_LABELS = 200  # what comes on top of this is not kept


class LabelPrinter(Device):
    """Each copy of a label is torn off as a receipt of its own."""

    kind: ClassVar[DeviceKind] = "printer"
    suffers: ClassVar[tuple[type[Fault], ...]] = (*get_args(WireFault), Offline, PaperOut, CoverOpen)

    def __init__(
        self, label: Label, audience: Audience, seed: int, language: Language, label_ms: int = 0
    ) -> None:
        super().__init__(label, audience, seed)
        self._language = language
        self._label_s = label_ms / 1000
        self._waiting: deque[PrintedLabel] = deque()
        self._printed = 0
        self._labels_left: int | None = None
        self._work = asyncio.Event()
        self._answer = asyncio.Event()

    def own_views(self) -> OwnViews:
        return OwnViews(
            printer=PrinterView(
                paper="out" if self._paper_out else "ok",
                cover_open=self.faults.get(CoverOpen) is not None,
                online=not self._stopped,
                error=None,
                columns=COLUMNS,
                lines_printed=self._printed,
                waiting_bytes=len(self._waiting),
                prints_labels=True,
            ),
        )

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._print_on(), name=f"{self.label.device_id} mechanism")
            tasks.create_task(self._answer_on(), name=f"{self.label.device_id} answers")

    def heard(self, data: bytes) -> None:
        crossing = self.faults.crossing(len(data))
        for label in self._language.receive(data[:crossing]):
            copies = min(label.copies, MEMORY_LABELS - len(self._waiting))
            self._waiting.extend([label] * copies)
        if self.faults.spent and self.faults.get(Unplugged):
            self.unplug()
        self.count("bytes_in", crossing)
        self._stir()

    def unplug(self) -> None:
        super().unplug()
        self._waiting.clear()
        self._language.forget()

    def strike(self, fault: Fault) -> None:
        if isinstance(fault, PaperOut):
            self._labels_left = fault.after_lines
        self._stir()

    def recover(self, kind: type[Fault]) -> None:
        if kind is PaperOut:
            self._labels_left = None
        self._stir()

    @property
    def _paper_out(self) -> bool:
        return self._labels_left == 0

    @property
    def _stopped(self) -> bool:
        return self._paper_out or any(self.faults.get(kind) for kind in (CoverOpen, Offline))

    def _stir(self) -> None:
        self._answer.set()
        self._work.set()

    async def _print_on(self) -> None:
        while True:
            await self._work.wait()
            self._work.clear()
            while self._waiting and not self._stopped:
                if self._label_s:
                    await asyncio.sleep(self._label_s)
                if self._waiting and not self._stopped:
                    self._tear_off(self._waiting.popleft())
            self.line_changed()

    def _tear_off(self, label: PrintedLabel) -> None:
        self._printed += 1
        if self._labels_left is not None:
            self._labels_left -= 1
        torn = Torn(lines=label.lines, text=text_of(label.lines, COLUMNS))
        self._audience.torn(self.label.device_id, COLUMNS, torn)
        self.count("lines", 1)

    async def _answer_on(self) -> None:
        while True:
            await self._answer.wait()
            self._answer.clear()
            while self._language.asked:
                self._language.asked -= 1
                await self.transmit(self.faults.noise(NOISE_BYTES) + self._language.answer(self._condition()))

    def _condition(self) -> Condition:
        return Condition(
            paper_out=self._paper_out,
            head_up=self.faults.get(CoverOpen) is not None,
            paused=self.faults.get(Offline) is not None,
            waiting=len(self._waiting),
            partial=self._language.partial,
        )
