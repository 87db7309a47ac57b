"""Receipts through the gateway: each at most once, and never called printed on a guess."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from drivers.document import Text, content_hash
from drivers.gateway import print_desk
from drivers.gateway.settings import DeviceSettings
from drivers.messages import DeviceChanged, JobAnswer, Print, PrinterStatus, QueryJob, Reading
from drivers.printer.escpos import ASK_PAPER_QUEUED, job_mark
from tests.drivers.gateway.doubles import PAPER_OUT, READY, Counter, FakeLink, counter

CUT = b"\x1dV\x01"


def printer(profile: str = "epson_tm_t88vi", **options: Any) -> DeviceSettings:
    return DeviceSettings(
        device_id="receipt-1", profile=f"printer/{profile}", link="serial:///dev/printer", options=options
    )


def confirmation(job_id: str) -> bytes:
    return b"\x37\x22" + job_mark(job_id) + b"\x00"


def request(job_id: str) -> bytes:
    return b"\x1d(H\x06\x0000" + job_mark(job_id)


async def ready(made: Counter) -> FakeLink:
    await made.frame(DeviceChanged, device_id="receipt-1", state="enabled")
    made.links["printer"].say(READY)
    await made.frame(Reading)
    return made.links["printer"]


def play(
    folder: Path, scene: Callable[[Counter, FakeLink], Awaitable[None]], device: DeviceSettings | None = None
) -> None:
    async def run() -> None:
        async with counter(folder, device or printer()) as made:
            await scene(made, await ready(made))

    asyncio.run(run())


def test_printed_only_when_the_printer_confirmed(tmp_path: Path) -> None:
    async def scene(made: Counter, link: FakeLink) -> None:
        await made.print("job-1")
        await link.got(request("job-1"))
        assert (await made.frame(JobAnswer, job_id="job-1")).state == "printing"
        link.say(confirmation("another job"))
        await made.print("job-1")
        assert (await made.frame(JobAnswer, job_id="job-1")).state == "printing"
        link.say(confirmation("job-1"))
        assert await made.ended("job-1") == JobAnswer(job_id="job-1", state="printed")
        assert link.sent.count(CUT) == 1

    play(tmp_path, scene)


def test_not_confirmed_is_unknown(tmp_path: Path) -> None:
    async def scene(made: Counter, link: FakeLink) -> None:
        await made.print("job-1")
        assert await made.ended("job-1") == JobAnswer(
            job_id="job-1", state="unknown", reason="printer.not_confirmed"
        )

    play(tmp_path, scene, printer(confirm_s=0.05))


def test_a_printer_that_cannot_confirm_is_always_unknown(tmp_path: Path) -> None:
    async def scene(made: Counter, link: FakeLink) -> None:
        await made.print("job-1")
        assert (await made.ended("job-1")).reason == "printer.cannot_confirm"

    play(tmp_path, scene, printer(confirm="none"))


def test_sent_again_it_is_answered_not_printed_again(tmp_path: Path) -> None:
    async def scene(made: Counter, link: FakeLink) -> None:
        await made.print("job-1")
        await link.got(request("job-1"))
        link.say(confirmation("job-1"))
        await made.ended("job-1")
        await made.print("job-1")
        assert (await made.ended("job-1")).state == "printed"
        await made.supervisor.handle(QueryJob(job_id="job-1"))
        assert (await made.ended("job-1")).state == "printed"
        assert link.sent.count(CUT) == 1

    play(tmp_path, scene)


@pytest.mark.parametrize("taken", [1, 8, 17])
def test_lost_in_mid_receipt_is_unknown_for_ever(tmp_path: Path, taken: int) -> None:
    async def scene(made: Counter, link: FakeLink) -> None:
        link.lost_after = taken
        await made.print("job-1")
        assert await made.ended("job-1") == JobAnswer(job_id="job-1", state="unknown", reason="link.gone")
        await made.frame(DeviceChanged, state="closed", reason="link.gone")
        again = await ready(made)
        assert again is not link
        await made.print("job-1")
        assert (await made.ended("job-1")).state == "unknown"
        assert CUT not in again.sent

    play(tmp_path, scene)


def test_lost_while_waiting_for_confirmation_is_unknown(tmp_path: Path) -> None:
    async def scene(made: Counter, link: FakeLink) -> None:
        await made.print("job-1")
        await link.got(request("job-1"))
        link.lose()
        assert (await made.ended("job-1")).state == "unknown"

    play(tmp_path, scene)


def test_lost_before_the_first_byte_is_not_started_and_may_be_sent_again(tmp_path: Path) -> None:
    async def scene(made: Counter, link: FakeLink) -> None:
        await made.frame(DeviceChanged, state="enabled", reason="")
        link.lost_after = 0
        await made.print("job-1")
        assert (await made.ended("job-1")).state == "not_started"
        again = await ready(made)
        await made.print("job-1")
        await again.got(request("job-1"))
        again.say(confirmation("job-1"))
        assert (await made.ended("job-1")).state == "printed"

    play(tmp_path, scene, printer(status="none"))


def test_a_stalled_printer_is_unknown_and_tried_again(tmp_path: Path) -> None:
    async def scene(made: Counter, link: FakeLink) -> None:
        link.takes = 9
        await made.print("job-1")
        assert (await made.ended("job-1")).reason == "link.write_timeout"
        await ready(made)
        assert link.closed

    play(tmp_path, scene)


def test_out_of_paper_refuses_before_and_waits_in_mid_receipt(tmp_path: Path) -> None:
    async def scene(made: Counter, link: FakeLink) -> None:
        link.say(PAPER_OUT)
        await made.frame(DeviceChanged, health="attention", reason="printer.paper_out")
        await made.print("job-1")
        assert await made.ended("job-1") == JobAnswer(
            job_id="job-1", state="not_started", reason="printer.paper_out"
        )
        link.say(READY)
        await made.frame(DeviceChanged, health="ok")
        await made.print("job-1")
        await link.got(request("job-1"))
        link.say(PAPER_OUT)
        await made.frame(JobAnswer, job_id="job-1", state="printing", reason="printer.paper_out")
        link.say(READY + confirmation("job-1"))
        assert (await made.ended("job-1")).state == "printed"

    play(tmp_path, scene, printer(confirm_s=0.2))


def test_another_receipt_under_the_same_id_is_refused(tmp_path: Path) -> None:
    async def scene(made: Counter, link: FakeLink) -> None:
        await made.print("job-1")
        await link.got(request("job-1"))
        link.say(confirmation("job-1"))
        await made.ended("job-1")
        await made.print("job-1", (Text(text="another"),))
        assert (await made.ended("job-1")).reason == "job.content_differs"
        document = (Text(text="x"),)
        await made.supervisor.handle(
            Print(job_id="job-2", device_id="receipt-1", content_hash="0" * 64, document=document)
        )
        assert (await made.ended("job-2")) == JobAnswer(
            job_id="job-2", state="failed", reason="job.hash_mismatch"
        )
        assert b"another" not in link.sent

    play(tmp_path, scene)


def test_one_receipt_that_cannot_be_drawn_does_not_stop_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from drivers.printer.escpos import EscposPrinter

    draw = EscposPrinter.render

    def fail_on_poison(self: EscposPrinter, document: Any) -> bytes:
        if document[0].text == "poison":
            raise KeyError("poison")
        return draw(self, document)

    async def scene(made: Counter, link: FakeLink) -> None:
        monkeypatch.setattr(EscposPrinter, "render", fail_on_poison)
        await made.print("job-1", (Text(text="poison"),))
        await made.print("job-2")
        assert (await made.ended("job-1")).reason == "job.cannot_render"
        await link.got(request("job-2"))
        link.say(confirmation("job-2"))
        assert (await made.ended("job-2")).state == "printed"
        assert made.opened["printer"] == 1

    play(tmp_path, scene)


def test_drained_is_the_58_mm_printers_proof(tmp_path: Path) -> None:
    async def scene(made: Counter, link: FakeLink) -> None:
        await made.print("job-1")
        await link.got(ASK_PAPER_QUEUED)
        assert b"\x1b@" not in link.sent  # in step first
        link.say(b"\x00")
        await link.got(b"\x1bd\x04" + ASK_PAPER_QUEUED)
        link.say(b"\x00")
        assert (await made.ended("job-1")).state == "printed"

    async def run() -> None:
        async with counter(tmp_path, printer("generic_58mm", status="none")) as made:
            await made.frame(DeviceChanged, device_id="receipt-1", state="enabled")
            await scene(made, made.links["printer"])

    asyncio.run(run())


def test_a_drain_answer_that_may_be_an_older_ones_proves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(print_desk, "SYNC_TIMEOUT_S", 0.05)

    async def run() -> None:
        async with counter(tmp_path, printer("generic_58mm", status="none")) as made:
            await made.frame(DeviceChanged, device_id="receipt-1", state="enabled")
            link = made.links["printer"]
            await made.print("job-1")
            await link.got(b"\x1bd\x04" + ASK_PAPER_QUEUED)
            link.say(b"\x00")
            assert (await made.ended("job-1")).reason == "printer.answers_out_of_step"

    asyncio.run(run())


def test_lost_while_getting_in_step_is_not_started(tmp_path: Path) -> None:
    async def run() -> None:
        async with counter(tmp_path, printer("generic_58mm", status="none")) as made:
            await made.frame(DeviceChanged, device_id="receipt-1", state="enabled")
            link = made.links["printer"]
            await made.print("job-1")
            await link.got(ASK_PAPER_QUEUED)
            link.lose()
            assert await made.ended("job-1") == JobAnswer(
                job_id="job-1", state="not_started", reason="link.gone"
            )
            assert await made.log.find("job-1") is None

    asyncio.run(run())


def test_no_printer_no_print(tmp_path: Path) -> None:
    async def run() -> None:
        async with counter(tmp_path, printer()) as made:
            made.absent.add("printer")
            await made.print("job-1")
            assert (await made.ended("job-1")).reason == "printer.closed"
            await made.frame(DeviceChanged, state="closed", health="failed", reason="link.absent")
            document = (Text(text="x"),)
            await made.supervisor.handle(
                Print(
                    job_id="job-2", device_id="nobody", content_hash=content_hash(document), document=document
                )
            )
            assert (await made.ended("job-2")).reason == "device.unknown"
            await made.supervisor.handle(QueryJob(job_id="job-3"))
            assert (await made.ended("job-3")).state == "not_started"

    asyncio.run(run())


def test_what_waits_behind_a_lost_printer_is_not_started(tmp_path: Path) -> None:
    async def scene(made: Counter, link: FakeLink) -> None:
        await made.print("job-1")
        await made.print("job-2")
        await link.got(request("job-1"))
        await made.print("job-2")
        assert (await made.ended("job-2")).reason == "gateway.queued"
        await made.supervisor.handle(QueryJob(job_id="job-2"))
        assert (await made.ended("job-2")).reason == "gateway.queued"
        link.lose()
        assert (await made.ended("job-1")).state == "unknown"
        assert await made.ended("job-2") == JobAnswer(
            job_id="job-2", state="not_started", reason="printer.closed"
        )

    play(tmp_path, scene)


def test_a_log_that_cannot_be_written_prints_nothing(tmp_path: Path) -> None:
    async def scene(made: Counter, link: FakeLink) -> None:
        async def full(job_id: str, content_hash: str) -> bool:
            raise sqlite3.OperationalError("database or disk is full")

        made.log.begin = full  # type: ignore[method-assign]
        await made.print("job-1")
        assert (await made.ended("job-1")).reason == "gateway.log_failed"
        assert CUT not in link.sent

    play(tmp_path, scene)


def test_the_job_is_on_disk_before_its_first_byte(tmp_path: Path) -> None:
    async def scene(made: Counter, link: FakeLink) -> None:
        with sqlite3.connect(tmp_path / "jobs.sqlite3") as other:
            seen: list[tuple[str, str]] = []
            write = link.write

            async def look_then_write(data: bytes, timeout_s: float) -> None:
                if data.startswith(b"\x1b@"):
                    seen.extend(other.execute("SELECT job_id, state FROM jobs"))
                await write(data, timeout_s)

            link.write = look_then_write  # type: ignore[method-assign]
            await made.print("job-1")
            await link.got(request("job-1"))
            assert seen == [("job-1", "printing")]
        assert made.log._file._db.in_transaction is False
        link.say(confirmation("job-1"))
        await made.ended("job-1")

    play(tmp_path, scene)


def test_status_goes_to_the_hub_as_readings(tmp_path: Path) -> None:
    async def scene(made: Counter, link: FakeLink) -> None:
        link.say(bytes.fromhex("1000030f"))
        reading = (await made.frame(Reading, device_id="receipt-1")).reading
        assert isinstance(reading, PrinterStatus)
        assert reading.paper == "near_end"
        await made.frame(DeviceChanged, health="attention", reason="printer.paper_near_end")

    play(tmp_path, scene)
