"""The spool's patience: what cannot be printed now is tried again later, once, on one printer."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from drivers import messages as wire
from hub.devices import spool as spool_module
from hub.devices.links import GatewayLink
from hub.devices.messages import BindDevice
from hub.devices.model import PRINT_MAX_AGE_MS
from hub.devices.spool import REST_S
from hub.kernel.context import SYSTEM
from hub.kernel.errors import Refusal
from hub.kernel.writer import Outcome
from tests.devices.counter import KINDS, PRINTER, Counter
from tests.devices.test_links import WITHIN_S, Desk, FakeSocket, not_queued, run, sell, state_of
from tests.modules.shop import TILL


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_module, "_LOOK_AGAIN_S", 0.01)


@asynccontextmanager
async def spooling(desk: Desk) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(desk.spool.run())
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def turns(desk: Desk, count: int = 20) -> None:
    """Let the spool look at everything that often."""
    for _ in range(count):
        desk.spool.wake()
        await asyncio.sleep(0.01)


async def heard_out(desk: Desk, socket: FakeSocket) -> None:
    """The hub has taken everything that its gateway said, and the spool has looked again."""
    for _ in range(1_000):
        if socket.to_hub.empty() and desk.spool._answers.empty():
            break
        await asyncio.sleep(0.01)
    await turns(desk)


async def printed(socket: FakeSocket) -> wire.Print:
    frame = await socket.hear(wire.Print)
    assert isinstance(frame, wire.Print)
    return frame


def nothing_sent(socket: FakeSocket) -> bool:
    frames: list[Any] = []
    while not socket.to_gateway.empty():
        frames.append(socket.to_gateway.get_nowait())
    return not any(isinstance(frame, wire.Print | wire.QueryJob) for frame in frames)


def test_a_printer_that_cannot_begin_is_left_alone_for_a_while(counter: Counter) -> None:
    desk = Desk(counter)
    job = sell(counter)

    async def scenario() -> None:
        async with spooling(desk), desk.gateway() as socket:
            await printed(socket)
            await socket.say(
                wire.JobAnswer(job_id=job.job_id, state="not_started", reason="printer.paper_out")
            )
            await heard_out(desk, socket)
            assert nothing_sent(socket)
            counter.clock.pass_s(int(REST_S) + 1)
            assert (await printed(socket)).job_id == job.job_id

    run(scenario)


def test_a_device_that_changes_is_tried_at_once(counter: Counter) -> None:
    desk = Desk(counter)
    job = sell(counter)

    async def scenario() -> None:
        async with spooling(desk), desk.gateway() as socket:
            await printed(socket)
            await socket.say(
                wire.JobAnswer(job_id=job.job_id, state="not_started", reason="printer.cover_open")
            )
            await socket.say(wire.DeviceChanged(device_id=PRINTER, state="enabled"))
            assert (await printed(socket)).job_id == job.job_id

    run(scenario)


def test_a_job_that_waits_at_its_gateway_is_neither_sent_again_nor_held(counter: Counter) -> None:
    desk = Desk(counter)
    job = sell(counter)

    async def scenario() -> None:
        async with spooling(desk), desk.gateway() as socket:
            await printed(socket)
            counter.clock.pass_s(PRINT_MAX_AGE_MS // 1000 + 1)
            await socket.hear(wire.QueryJob)
            await socket.say(wire.JobAnswer(job_id=job.job_id, state="not_started", reason="gateway.queued"))
            await heard_out(desk, socket)
            assert nothing_sent(socket)
            assert state_of(counter, job) == "queued"
            await socket.say(wire.JobAnswer(job_id=job.job_id, state="printed"))
            await not_queued(counter, job)

    run(scenario)
    assert state_of(counter, job) == "printed"


def test_of_two_printers_at_one_till_only_one_prints_a_receipt(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(counter)
    monkeypatch.setitem(KINDS, "printer-2", "printer")
    counter.see("printer-2", "printer")
    counter.do(BindDevice, SYSTEM, device_id="printer-2", terminal_id=TILL)
    job = sell(counter)

    async def scenario() -> None:
        async with spooling(desk), desk.gateway() as socket:
            assert (await printed(socket)).device_id == PRINTER
            await turns(desk)
            assert nothing_sent(socket)
            # The till's printer is changed while the receipt is in the first one's hands.
            counter.do(BindDevice, SYSTEM, device_id=PRINTER, terminal_id=None)
            await turns(desk)
            assert nothing_sent(socket)
            await socket.say(wire.JobAnswer(job_id=job.job_id, state="printed"))
            await not_queued(counter, job)

    run(scenario)


def test_a_bug_in_one_receipt_does_not_end_the_printing(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(counter)
    first = sell(counter)
    layout = desk.spool._layout
    failed = asyncio.Event()

    def fails_once(*about: Any) -> Any:
        if not failed.is_set():
            failed.set()
            raise ZeroDivisionError
        return layout(*about)

    monkeypatch.setattr(desk.spool, "_layout", fails_once)

    async def scenario() -> None:
        async with spooling(desk) as task, desk.gateway() as socket:
            await asyncio.wait_for(failed.wait(), WITHIN_S)
            counter.clock.pass_s(int(spool_module.ANSWER_WITHIN_S) + 1)
            await socket.hear(wire.QueryJob)
            await socket.say(wire.JobAnswer(job_id=first.job_id, state="not_started"))
            assert (await printed(socket)).job_id == first.job_id
            assert not task.done()

    run(scenario)


def test_a_fate_that_cannot_be_recorded_is_asked_for_again(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(counter)
    job = sell(counter)
    dispatch = counter.engine.bus.adispatch

    async def refused(*_about: Any) -> Outcome:
        return Outcome(refusal=Refusal("storage.full", 507))

    async def scenario() -> None:
        async with spooling(desk), desk.gateway() as socket:
            await printed(socket)
            monkeypatch.setattr(counter.engine.bus, "adispatch", refused)
            await socket.say(wire.JobAnswer(job_id=job.job_id, state="printed"))
            await heard_out(desk, socket)
            assert nothing_sent(socket)
            monkeypatch.setattr(counter.engine.bus, "adispatch", dispatch)
            counter.clock.pass_s(int(REST_S) + 1)
            await printed(socket)
            await socket.say(wire.JobAnswer(job_id=job.job_id, state="printed"))
            await not_queued(counter, job)

    run(scenario)
    assert state_of(counter, job) == "printed"


def test_a_job_whose_order_is_gone_does_not_hold_up_the_next(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(counter)
    lost = sell(counter)
    counter.clock.pass_s(1)
    next_job = sell(counter)
    layout = desk.spool._layout

    def loses_the_first(read: Any, job: Any) -> Any:
        if job.job_id == lost.job_id:
            raise LookupError
        return layout(read, job)

    monkeypatch.setattr(desk.spool, "_layout", loses_the_first)

    async def scenario() -> None:
        async with spooling(desk), desk.gateway() as socket:
            assert (await printed(socket)).job_id == next_job.job_id

    run(scenario)
    assert state_of(counter, lost) == "failed"


class GoneSocket(FakeSocket):
    """A WebSocket whose library says that it is closed already."""

    async def close(self, code: int = 1000, reason: str | None = None) -> None:
        raise RuntimeError("closed already")


class DeafSocket(FakeSocket):
    """A gateway that stands still: its buffers are full."""

    async def send_text(self, data: str) -> None:
        await asyncio.Event().wait()


def test_a_gateway_whose_former_link_is_gone_is_let_in(counter: Counter) -> None:
    desk = Desk(counter)
    hello = wire.Hello(gateway_id="gateway-1", boot_id="boot-0", version="1")

    async def scenario() -> None:
        former = GoneSocket()
        serving = asyncio.create_task(desk.gateways.serve(former))
        await former.say(hello)
        await former.hear(wire.Welcome)
        async with desk.gateway() as socket:
            assert desk.gateways.link_of(PRINTER) is not None
            await socket.say(wire.Heartbeat())
        await former.to_hub.put(None)
        await asyncio.wait_for(serving, WITHIN_S)

    run(scenario)


def test_a_gateway_that_takes_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.devices.links.SEND_WITHIN_S", 0.01)
    link = GatewayLink(DeafSocket(), wire.Hello(gateway_id="gateway-1", boot_id="boot-1", version="1"))

    async def scenario() -> None:
        assert not await link.send(wire.QueryJob(job_id="job-1"))

    run(scenario)
