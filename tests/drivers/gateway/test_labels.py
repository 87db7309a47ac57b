"""Label jobs on a gateway: the receipt printer's contract, kept in a label printer's words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from drivers.document import AnyBlock, Label, LabelText, Text, content_hash
from drivers.gateway.settings import DeviceSettings
from drivers.messages import DeviceChanged, Print
from tests.drivers.gateway.doubles import Counter, FakeLink, counter

PRINTER = DeviceSettings(
    device_id="labels-1",
    profile="printer/tsc_te200",
    link="serial:///dev/l1",
    options={"poll_s": 0.1, "confirm_s": 0.5},
)
LABELS: tuple[AnyBlock, ...] = (Label(width_mm=40, height_mm=30, fields=(LabelText(text="可乐"),)),)
ASK = b"\x1b!?"
READY, PRINTING = 0x00, 0x20


class Roll:
    """Answers every question: ready, but printing at the first ones behind a label."""

    def __init__(self, link: FakeLink, printing_for: int) -> None:
        self._link = link
        self._printing_for = printing_for

    async def run(self) -> None:
        answered = 0
        while True:
            self._link._grew.clear()
            while self._link.sent.count(ASK) > answered:
                answered += 1
                self._link.say(bytes([self._state()]))
            await self._link._grew.wait()

    def _state(self) -> int:
        if b"PRINT 1,1" not in self._link.sent or not self._printing_for:
            return READY
        self._printing_for -= 1
        return PRINTING


@asynccontextmanager
async def label_printer(folder: Path, printing_for: int) -> AsyncIterator[Counter]:
    async with counter(folder, PRINTER) as made:
        await made.frame(DeviceChanged, device_id="labels-1", state="enabled")
        roll = asyncio.create_task(Roll(made.links["l1"], printing_for).run())
        try:
            yield made
        finally:
            roll.cancel()


async def order(made: Counter, job_id: str, document: tuple[AnyBlock, ...] = LABELS) -> None:
    await made.supervisor.handle(
        Print(job_id=job_id, device_id="labels-1", content_hash=content_hash(document), document=document)
    )


def test_a_label_is_printed_once_the_printer_was_at_work_and_is_ready(tmp_path: Path) -> None:
    async def run() -> None:
        async with label_printer(tmp_path, printing_for=2) as made:
            await order(made, "j1")
            assert (await made.ended("j1")).state == "printed"
            await order(made, "j1")
            assert (await made.ended("j1")).state == "printed"
            assert made.links["l1"].sent.count(b"PRINT 1,1") == 1

    asyncio.run(run())


def test_a_label_nobody_saw_printing_is_unknown(tmp_path: Path) -> None:
    async def run() -> None:
        async with label_printer(tmp_path, printing_for=0) as made:
            await order(made, "j1")
            answer = await made.ended("j1")
            assert (answer.state, answer.reason) == ("unknown", "printer.not_confirmed")

    asyncio.run(run())


def test_a_receipt_on_a_label_printer_fails_with_nothing_sent(tmp_path: Path) -> None:
    async def run() -> None:
        async with label_printer(tmp_path, printing_for=0) as made:
            await order(made, "j1", (Text(text="receipt"),))
            answer = await made.ended("j1")
            assert (answer.state, answer.reason) == ("failed", "job.cannot_render")
            assert b"SIZE" not in made.links["l1"].sent

    asyncio.run(run())


def test_a_label_printer_lost_in_mid_label_is_unknown(tmp_path: Path) -> None:
    async def run() -> None:
        async with label_printer(tmp_path, printing_for=100) as made:
            await order(made, "j1")
            await made.links["l1"].got(b"PRINT 1,1")
            made.links["l1"].lose()
            assert (await made.ended("j1")).state == "unknown"

    asyncio.run(run())


def test_the_hub_is_told_that_it_prints_labels(tmp_path: Path) -> None:
    async def run() -> None:
        async with label_printer(tmp_path, printing_for=0) as made:
            assert made.outbox.device("labels-1").kind == "label_printer"

    asyncio.run(run())
