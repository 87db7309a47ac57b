"""A gateway talks to the hub: its readings become commands, its silence and its return are seen."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from drivers import messages as wire
from hub.app.receipts import Layouts
from hub.app.settings import Shop
from hub.devices import links, store
from hub.devices.events import ScanRead
from hub.devices.links import Gateways, SocketClosed
from hub.devices.messages import PrintJobView
from hub.devices.model import PRINT_MAX_AGE_MS
from hub.devices.spool import Spool
from hub.kernel.context import Actor
from hub.kernel.writer import Outcome
from hub.modules.orders import store as orders
from hub.modules.orders.messages import PayCash
from tests.devices.counter import KINDS, PRINTER, SCANNER, Counter
from tests.modules.shop import STORE, TILL, by_piece

WITHIN_S = 20.0


class FakeSocket:
    """Both ends of a WebSocket in one hand."""

    def __init__(self) -> None:
        self.to_hub: asyncio.Queue[str | None] = asyncio.Queue(100)
        self.to_gateway: asyncio.Queue[wire.HubFrame | None] = asyncio.Queue(100)

    async def receive_text(self) -> str:
        text = await self.to_hub.get()
        if text is None:
            raise SocketClosed("gone")
        return text

    async def send_text(self, data: str) -> None:
        await self.to_gateway.put(wire.decode_hub_frame(data))

    async def close(self, code: int = 1000, reason: str | None = None) -> None:
        await self.to_hub.put(None)
        await self.to_gateway.put(None)

    async def say(self, frame: wire.GatewayFrame) -> None:
        await self.to_hub.put(wire.encode(frame))

    async def hear(self, kind: type[wire.Frame]) -> wire.Frame:
        """The next frame of a kind."""
        while True:
            frame = await asyncio.wait_for(self.to_gateway.get(), WITHIN_S)
            assert frame is not None, "hung up"
            if isinstance(frame, kind):
                return frame

    async def ended(self) -> None:
        """The hub hung up."""
        while await asyncio.wait_for(self.to_gateway.get(), WITHIN_S) is not None:
            pass


class Desk:
    """The hub's end of the links over a counter, with its spool."""

    def __init__(self, counter: Counter) -> None:
        self.counter = counter
        self.shown: list[Outcome] = []
        engine = counter.engine
        self.gateways = Gateways(
            engine.bus, counter.clock, self._at_terminal, lambda _till, outcome: self.shown.append(outcome)
        )
        layouts = Layouts(Shop(name="测试店"), engine.origin, engine.types, engine.keystore)
        self.spool = Spool(engine.bus, engine.readers, STORE, self.gateways, counter.clock, layouts)

    def _at_terminal(self, device_id: str) -> tuple[str | None, Actor | None]:
        device = store.device(self.counter.read, STORE, device_id)
        return (device.terminal_id if device else None), self.counter.caller().actor

    @asynccontextmanager
    async def gateway(self, boot_id: str = "boot-1") -> AsyncIterator[FakeSocket]:
        """A connected gateway with all our devices."""
        socket = FakeSocket()
        serving = asyncio.create_task(self.gateways.serve(socket))
        devices = tuple(
            wire.DeviceInfo(device_id=device_id, kind=kind, model="any", link="any", state="enabled")  # type: ignore[arg-type]
            for device_id, kind in KINDS.items()
        )
        await socket.say(wire.Hello(gateway_id="gateway-1", boot_id=boot_id, version="1", devices=devices))
        await socket.hear(wire.Welcome)
        try:
            yield socket
        finally:
            await socket.close()
            await asyncio.wait_for(serving, WITHIN_S)


def scan_reading(seq: int, age_ms: int = 0) -> wire.Reading:
    return wire.Reading(
        device_id=SCANNER,
        boot_id="boot-1",
        seq=seq,
        age_ms=age_ms,
        reading=wire.Scan(text=by_piece().barcodes[0]),
    )


def run(scenario: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(60):
            await scenario()

    asyncio.run(bounded())


def sell(counter: Counter) -> PrintJobView:
    """A paid order; its print job."""
    counter.scan(by_piece().barcodes[0])
    basket = orders.basket_at(counter.read, STORE, TILL)
    assert basket is not None
    total = basket.total_fen
    paying = {"order_id": basket.order_id, "payment_id": counter.new_id()}
    counter.do(PayCash, due_fen=total, tendered_fen=total, **paying)
    return store.print_jobs_of(counter.read, STORE, basket.order_id)[0]


def test_a_reading_is_acknowledged_once_it_is_kept(counter: Counter) -> None:
    desk = Desk(counter)

    async def scenario() -> None:
        async with desk.gateway() as socket:
            for seq in (1, 1, 2):
                await socket.say(scan_reading(seq))
                ack = await socket.hear(wire.Ack)
                assert isinstance(ack, wire.Ack)
                assert ack.seq == seq

    run(scenario)
    assert len(counter.events(ScanRead)) == 2
    assert len(desk.shown) == 3


def test_devices_are_closed_when_their_gateway_is_gone(counter: Counter) -> None:
    desk = Desk(counter)

    async def scenario() -> None:
        async with desk.gateway():
            assert desk.gateways.connected() == ["gateway-1"]
            assert store.device(counter.read, STORE, PRINTER).state == "enabled"  # type: ignore[union-attr]

    run(scenario)
    assert desk.gateways.connected() == []
    printer = store.device(counter.read, STORE, PRINTER)
    assert printer is not None
    assert (printer.state, printer.reason, printer.terminal_id) == ("closed", "gateway_gone", TILL)


def test_a_gateway_that_falls_silent_is_gone(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(counter)
    monkeypatch.setattr(links, "SILENCE_S", 0.05)

    async def scenario() -> None:
        silent = asyncio.Event()
        desk.gateways.on_change(lambda: None if desk.gateways.connected() else silent.set())
        async with desk.gateway():
            await asyncio.wait_for(silent.wait(), WITHIN_S)

    run(scenario)
    printer = store.device(counter.read, STORE, PRINTER)
    assert printer is not None
    assert (printer.state, printer.reason) == ("closed", "gateway_gone")


def test_a_gateway_that_comes_twice_replaces_itself(counter: Counter) -> None:
    desk = Desk(counter)

    async def scenario() -> None:
        async with desk.gateway() as first, desk.gateway("boot-2") as second:
            await first.ended()
            await second.say(scan_reading(1))
            await second.hear(wire.Ack)

    run(scenario)


@pytest.mark.parametrize("rubbish", ["", "{}", '{"type":"reading"}', "x" * 300_000])
def test_rubbish_ends_the_link_and_nothing_else(counter: Counter, rubbish: str) -> None:
    desk = Desk(counter)

    async def scenario() -> None:
        async with desk.gateway() as socket:
            await socket.to_hub.put(rubbish)
        async with desk.gateway("boot-2") as socket:
            await socket.say(scan_reading(1))
            await socket.hear(wire.Ack)

    run(scenario)


@pytest.mark.parametrize("state", ["printed", "unknown", "failed"])
def test_the_spool_prints_a_job_and_keeps_its_fate(counter: Counter, state: str) -> None:
    desk = Desk(counter)
    job = sell(counter)

    async def scenario() -> None:
        spooling = asyncio.create_task(desk.spool.run())
        async with desk.gateway() as socket:
            asked = await socket.hear(wire.Print)
            assert isinstance(asked, wire.Print)
            assert (asked.job_id, asked.device_id) == (job.job_id, PRINTER)
            await socket.say(wire.JobAnswer(job_id=job.job_id, state=state))  # type: ignore[arg-type]
            await not_queued(counter, job)
        spooling.cancel()

    run(scenario)
    assert state_of(counter, job) == state


def test_a_job_cut_off_is_sent_again_under_its_own_id(counter: Counter) -> None:
    desk = Desk(counter)
    job = sell(counter)

    async def scenario() -> None:
        spooling = asyncio.create_task(desk.spool.run())
        hashes = set()
        for boot_id in ("boot-1", "boot-2"):
            async with desk.gateway(boot_id) as socket:
                asked = await socket.hear(wire.Print)
                assert isinstance(asked, wire.Print)
                assert asked.job_id == job.job_id
                hashes.add(asked.content_hash)
        assert len(hashes) == 1
        spooling.cancel()

    run(scenario)


def test_a_job_that_waited_too_long_is_asked_about_and_then_held_for_a_person(counter: Counter) -> None:
    desk = Desk(counter)
    job = sell(counter)
    counter.clock.pass_s(PRINT_MAX_AGE_MS // 1000 + 1)

    async def scenario() -> None:
        spooling = asyncio.create_task(desk.spool.run())
        async with desk.gateway() as socket:
            asked = await socket.hear(wire.QueryJob)
            assert isinstance(asked, wire.QueryJob)
            await socket.say(wire.JobAnswer(job_id=asked.job_id, state="not_started"))
            await not_queued(counter, job)
        spooling.cancel()

    run(scenario)
    assert state_of(counter, job) == "held"


async def not_queued(counter: Counter, job: PrintJobView) -> None:
    """Wait, commit by commit, until the job has a fate."""
    loop, committed = asyncio.get_running_loop(), asyncio.Event()

    def tell(_records: object) -> None:
        loop.call_soon_threadsafe(committed.set)

    counter.engine.listen(tell)
    while state_of(counter, job) == "queued":
        await asyncio.wait_for(committed.wait(), WITHIN_S)
        committed.clear()


def state_of(counter: Counter, job: PrintJobView) -> str:
    found = store.print_job(counter.read, STORE, job.job_id)
    assert found is not None
    return found.state


def test_a_weight_is_handed_over_with_its_age_and_never_acked(counter: Counter) -> None:
    desk = Desk(counter)
    said: list[tuple[str, wire.Weight, int]] = []

    async def scene() -> None:
        desk.gateways.on_weight(lambda *weight: said.append(weight))
        async with desk.gateway() as socket:
            weight = wire.Weight(value=None, unit="kg", stable=False, over=True)
            await socket.say(
                wire.Reading(device_id="scale-1", boot_id="boot-1", seq=1, age_ms=70, reading=weight)
            )
            scan = wire.Scan(text="1")
            await socket.say(wire.Reading(device_id=SCANNER, boot_id="boot-1", seq=2, age_ms=0, reading=scan))
            ack = await socket.hear(wire.Ack)
            assert ack == wire.Ack(boot_id="boot-1", seq=2)
            assert said == [("scale-1", weight, 70)]

    asyncio.run(scene())
