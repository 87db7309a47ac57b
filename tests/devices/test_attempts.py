"""A job in flight belongs to the gateway it was given to, whatever happens to hub and till meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from drivers import messages as wire
from hub.devices import spool as spool_module
from hub.devices import store
from hub.devices.messages import BindDevice, PrintJobView, Reprint
from hub.devices.model import GIVEN_AWAY_MS, NO_PRINTER_MS
from hub.kernel.context import SYSTEM
from tests.devices.counter import PRINTER, Counter
from tests.devices.test_links import WITHIN_S, Desk, FakeSocket, not_queued, run, sell, state_of
from tests.devices.test_spool import heard_out, nothing_sent, printed, spooling
from tests.modules.shop import STORE, TILL

OTHER = "printer-9"


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_module, "_LOOK_AGAIN_S", 0.01)


@asynccontextmanager
async def gateway(
    desk: Desk, gateway_id: str, device_id: str, kind: wire.Kind = "printer"
) -> AsyncIterator[FakeSocket]:
    """A gateway of its own with one printer."""
    socket = FakeSocket()
    serving = asyncio.create_task(desk.gateways.serve(socket))
    printer = wire.DeviceInfo(device_id=device_id, kind=kind, model="any", link="any", state="enabled")
    await socket.say(wire.Hello(gateway_id=gateway_id, boot_id=gateway_id, version="1", devices=(printer,)))
    await socket.hear(wire.Welcome)
    try:
        yield socket
    finally:
        await socket.close()
        await asyncio.wait_for(serving, WITHIN_S)


def rebind(counter: Counter) -> None:
    """The till's receipts come out of another gateway's printer from now on."""
    counter.do(BindDevice, SYSTEM, device_id=PRINTER, terminal_id=None)
    counter.do(BindDevice, SYSTEM, device_id=OTHER, terminal_id=TILL)


def in_flight(counter: Counter) -> PrintJobView:
    """A job that the first gateway was given; then the hub restarted and the till got another printer."""
    job = sell(counter)

    async def given() -> None:
        desk = Desk(counter)
        async with spooling(desk), gateway(desk, "gateway-1", PRINTER) as one:
            await printed(one)

    run(given)
    counter.see(OTHER, "printer")
    rebind(counter)
    counter.engine.close()
    counter.reopen()
    return job


def test_a_job_is_kept_before_it_is_given_and_forgotten_when_it_ends(counter: Counter) -> None:
    desk = Desk(counter)
    job = sell(counter)

    async def scenario() -> None:
        async with spooling(desk), desk.gateway() as socket:
            await printed(socket)
            attempt = store.print_attempt(counter.read, job.job_id)
            assert attempt is not None
            assert (attempt.device_id, attempt.gateway_id) == (PRINTER, "gateway-1")
            await socket.say(wire.JobAnswer(job_id=job.job_id, state="printed"))
            await not_queued(counter, job)
            assert store.print_attempt(counter.read, job.job_id) is None

    run(scenario)


def test_after_a_restart_the_gateway_that_had_the_job_is_asked_first(counter: Counter) -> None:
    job = in_flight(counter)
    desk = Desk(counter)

    async def scenario() -> None:
        async with (
            spooling(desk),
            gateway(desk, "gateway-2", OTHER) as two,
            gateway(desk, "gateway-1", PRINTER) as one,
        ):
            assert (await one.hear(wire.QueryJob)).job_id == job.job_id  # type: ignore[attr-defined]
            await one.say(wire.JobAnswer(job_id=job.job_id, state="printed"))
            await not_queued(counter, job)
            assert state_of(counter, job) == "printed"
            assert nothing_sent(two)

    run(scenario)


def test_what_it_never_began_goes_to_the_other_printer(counter: Counter) -> None:
    job = in_flight(counter)
    desk = Desk(counter)

    async def scenario() -> None:
        async with (
            spooling(desk),
            gateway(desk, "gateway-2", OTHER) as two,
            gateway(desk, "gateway-1", PRINTER) as one,
        ):
            await one.hear(wire.QueryJob)
            await one.say(wire.JobAnswer(job_id=job.job_id, state="not_started", reason="gateway.queued"))
            await heard_out(desk, one)
            assert nothing_sent(two)
            await one.say(wire.JobAnswer(job_id=job.job_id, state="not_started"))
            assert (await printed(two)).job_id == job.job_id
            await two.say(wire.JobAnswer(job_id=job.job_id, state="printed"))
            await not_queued(counter, job)

    run(scenario)


def test_while_it_is_away_others_are_printed_and_then_a_person_is_asked(counter: Counter) -> None:
    job = in_flight(counter)
    desk = Desk(counter)
    next_job = sell(counter)

    async def scenario() -> None:
        async with spooling(desk), gateway(desk, "gateway-2", OTHER) as two:
            assert (await printed(two)).job_id == next_job.job_id
            await two.say(wire.JobAnswer(job_id=next_job.job_id, state="printed"))
            await not_queued(counter, next_job)
            assert state_of(counter, job) == "queued"
            counter.clock.pass_s(GIVEN_AWAY_MS // 1000 + 1)
            await not_queued(counter, job)
            assert nothing_sent(two)

    run(scenario)
    held = store.print_job(counter.read, STORE, job.job_id)
    assert held is not None
    assert (held.state, held.reason) == ("held", "gateway_away")


def test_a_gateway_lost_in_flight_keeps_its_job_from_the_till_s_new_printer(counter: Counter) -> None:
    desk = Desk(counter)
    job = sell(counter)
    counter.see(OTHER, "printer")

    async def scenario() -> None:
        async with spooling(desk), gateway(desk, "gateway-2", OTHER) as two:
            async with gateway(desk, "gateway-1", PRINTER) as one:
                await printed(one)
                rebind(counter)
            await heard_out(desk, two)
            assert nothing_sent(two)
            async with gateway(desk, "gateway-1", PRINTER) as one:
                await one.hear(wire.QueryJob)
                await one.say(wire.JobAnswer(job_id=job.job_id, state="unknown", reason="link.gone"))
                await not_queued(counter, job)
            assert nothing_sent(two)

    run(scenario)
    assert state_of(counter, job) == "unknown"


def test_a_till_without_a_printer_does_without_and_says_so(counter: Counter) -> None:
    counter.do(BindDevice, SYSTEM, device_id=PRINTER, terminal_id=None)
    desk = Desk(counter)
    job = sell(counter)

    async def scenario() -> None:
        async with spooling(desk), desk.gateway() as socket:
            await heard_out(desk, socket)
            assert state_of(counter, job) == "queued"
            counter.clock.pass_s(NO_PRINTER_MS // 1000 + 1)
            await not_queued(counter, job)
            assert nothing_sent(socket)

    run(scenario)
    skipped = store.last_skipped_job(counter.read, STORE, TILL)
    assert skipped is not None
    assert (skipped.job_id, skipped.state, skipped.reason) == (job.job_id, "skipped", "no_printer")


def test_a_receipt_that_never_was_is_no_copy_when_it_is_printed_after_all(counter: Counter) -> None:
    counter.do(BindDevice, SYSTEM, device_id=PRINTER, terminal_id=None)
    desk = Desk(counter)
    job = sell(counter)

    async def scenario() -> None:
        async with spooling(desk):
            counter.clock.pass_s(NO_PRINTER_MS // 1000 + 1)
            desk.spool.wake()
            await not_queued(counter, job)

    run(scenario)
    again = [counter.do(Reprint, job_id=counter.new_id(), order_id=job.order_id).job_id for _ in range(2)]
    copies = [store.print_job(counter.read, STORE, job_id) for job_id in again]
    assert [bool(copy and copy.is_copy) for copy in copies] == [False, True]


def test_a_printer_bound_in_time_prints_what_has_waited(counter: Counter) -> None:
    counter.do(BindDevice, SYSTEM, device_id=PRINTER, terminal_id=None)
    desk = Desk(counter)
    job = sell(counter)

    async def scenario() -> None:
        async with spooling(desk), desk.gateway() as socket:
            await heard_out(desk, socket)
            counter.do(BindDevice, SYSTEM, device_id=PRINTER, terminal_id=TILL)
            assert (await printed(socket)).job_id == job.job_id

    run(scenario)


def test_a_job_given_and_never_begun_is_skipped_like_the_others_of_a_till_without_a_printer(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool_module, "STRANDED_LOOK_S", 0.01)
    job = in_flight(counter)
    counter.do(BindDevice, SYSTEM, device_id=OTHER, terminal_id=None)
    desk = Desk(counter)

    async def scenario() -> None:
        async with spooling(desk), gateway(desk, "gateway-1", PRINTER) as one:
            await one.hear(wire.QueryJob)
            await one.say(wire.JobAnswer(job_id=job.job_id, state="not_started"))
            await heard_out(desk, one)
            assert store.print_attempt(counter.read, job.job_id) is None
            counter.clock.pass_s(NO_PRINTER_MS // 1000 + 1)
            await not_queued(counter, job)

    run(scenario)
    assert state_of(counter, job) == "skipped"
