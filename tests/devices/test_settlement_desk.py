"""The settlement desk: sent under an id that a gateway knows again, its end looked for, never lost."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from drivers import messages as wire
from hub.devices.messages import BindDevice, SeeDevice
from hub.devices.paying import desk, settlement_desk
from hub.devices.paying.desk import GRACE_S, PATIENCE_S
from hub.devices.paying.settlement_desk import SettlementDesk
from hub.kernel.context import SYSTEM
from hub.kernel.errors import Refusal
from hub.kernel.writer import Outcome
from hub.modules.payments import settled
from hub.modules.payments.events import SettlementDiffers
from hub.modules.payments.messages import RefundPayment, SettlementView, SettleTerminal
from tests.devices.counter import Counter
from tests.devices.pay_counter import CARD, CODE, PayWorld, asked, bind_terminals
from tests.devices.test_links import FakeSocket
from tests.modules.electronic import answer, approve, fill, start
from tests.modules.shop import STORE, TILL, approval

Scenario = Callable[[FakeSocket], Awaitable[None]]


@pytest.fixture(autouse=True)
def in_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "LOOK_AGAIN_S", 0.005)


class Settling(PayWorld):
    """A counter whose settlement desk runs."""

    def begin(self) -> None:
        super().begin()
        engine = self.counter.engine
        self.settlements = SettlementDesk(
            engine.bus, engine.readers, STORE, self.gateways, self.counter.clock
        )
        engine.listen(self.settlements.committed)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.settlements.run())
        await asyncio.sleep(0)
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def ask(self, device_id: str = CARD) -> str:
        settlement_id = self.counter.new_id()
        fields = {"settlement_id": settlement_id, "terminal_id": TILL, "device_id": device_id}
        await asyncio.to_thread(lambda: self.counter.do(SettleTerminal, **fields))
        return settlement_id

    async def ended(self, settlement_id: str, *states: str) -> SettlementView:
        found = None
        for _ in range(2_000):
            found = settled.find(self.counter.read, STORE, settlement_id)
            if found is not None and found.state in states:
                return found
            await asyncio.sleep(0.005)
        raise AssertionError((states, found))


@pytest.fixture
def world(counter: Counter) -> Settling:
    bind_terminals(counter)
    return Settling(counter)


def play(world: Settling, scenario: Scenario) -> None:
    async def whole() -> None:
        async with asyncio.timeout(60), world.running(), world.gateway() as socket:
            await scenario(socket)

    asyncio.run(whole())


async def settles(socket: FakeSocket, request: wire.Pay, sold_fen: int, refunded_fen: int) -> None:
    """The terminal's batch as it tells it."""
    totals = wire.SettledTotals(
        sale_count=int(sold_fen > 0),
        sale_fen=sold_fen,
        refund_count=int(refunded_fen > 0),
        refund_fen=refunded_fen,
        reversal_count=0,
        reversal_fen=0,
    )
    await socket.say(
        wire.PayAnswer(
            request_id=request.request_id,
            state="approved",
            settled_count=totals.sale_count + totals.refund_count,
            settled_fen=sold_fen - refunded_fen,
            settled_totals=totals,
        )
    )


def sell_and_refund(counter: Counter) -> tuple[int, int]:
    """A sale by card, and a yuan of it back."""
    total_fen = fill(counter).total_fen
    payment_id = start(counter)
    approve(counter, payment_id)
    refund_id = counter.new_id()
    body = {"refund_id": refund_id, "payment_id": payment_id, "terminal_id": TILL, "amount_fen": 100}
    counter.do(RefundPayment, reason="退货", approval=approval(), **body)
    answer(counter, refund_id, "approved")
    return total_fen, 100


def test_the_terminals_sums_are_held_against_ours_and_the_next_batch_begins(world: Settling) -> None:
    sold_fen, refunded_fen = sell_and_refund(world.counter)

    async def scenario(socket: FakeSocket) -> None:
        first = await world.ask()
        request = await asked(socket)
        assert (request.act, request.device_id, request.request_id) == ("settlement", CARD, f"{first}.z")
        await settles(socket, request, sold_fen, refunded_fen)
        done = await world.ended(first, "done")
        assert (done.our_sale_fen, done.our_refund_fen, done.difference_fen) == (sold_fen, 100, 0)
        assert (done.our_sale_count, done.our_refund_count) == (1, 1)
        world.counter.clock.pass_s(60)
        second = await world.ask()
        await settles(socket, await asked(socket), 0, 0)
        assert (await world.ended(second, "done")).difference_fen == 0

    play(world, scenario)
    assert world.counter.events(SettlementDiffers) == []


def test_another_terminals_money_is_not_counted(world: Settling) -> None:
    sell_and_refund(world.counter)

    async def scenario(socket: FakeSocket) -> None:
        settlement_id = await world.ask(CODE)
        await settles(socket, await asked(socket), 0, 0)
        assert (await world.ended(settlement_id, "done")).our_fen == 0

    play(world, scenario)


def test_a_money_that_only_the_terminal_has_is_told(world: Settling) -> None:
    async def scenario(socket: FakeSocket) -> None:
        settlement_id = await world.ask()
        await settles(socket, await asked(socket), 4_200, 0)
        assert (await world.ended(settlement_id, "done")).difference_fen == 4_200

    play(world, scenario)
    assert len(world.counter.events(SettlementDiffers)) == 1


def test_with_its_gateway_away_it_fails_at_once_and_can_be_asked_again(world: Settling) -> None:
    async def scenario() -> None:
        async with asyncio.timeout(60), world.running():
            lost = await world.ask()
            assert (await world.ended(lost, "failed")).reason == "terminal.gateway_gone"
            await world.ask()

    asyncio.run(scenario())


def test_silence_is_unknown(world: Settling) -> None:
    async def scenario(socket: FakeSocket) -> None:
        settlement_id = await world.ask()
        await asked(socket)
        world.counter.clock.pass_s(int(settlement_desk.SETTLE_S + GRACE_S) + 1)
        assert (await world.ended(settlement_id, "unknown")).reason == "terminal.no_answer"

    play(world, scenario)


def test_an_answer_that_cannot_be_kept_is_asked_for_again_after_a_rest(
    world: Settling, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object) -> Outcome:
        return Outcome(refusal=Refusal("storage.full", 507))

    async def scenario(socket: FakeSocket) -> None:
        settlement_id = await world.ask()
        request = await asked(socket)
        refused = wire.PayAnswer(request_id=request.request_id, state="refused", reason="terminal.busy")
        with monkeypatch.context() as disk:
            disk.setattr(world.counter.engine.bus, "adispatch", full)
            await world.settlements.record(refused)
        for _ in range(3):
            await world.settlements.serve_all()
        assert not any(isinstance(frame, wire.Pay) for frame in list(socket.to_gateway._queue))  # type: ignore[attr-defined]
        world.counter.clock.pass_s(int(PATIENCE_S))
        await world.settlements.serve_all()
        assert (await asked(socket)).request_id == request.request_id
        await settles(socket, request, 0, 0)
        await world.ended(settlement_id, "done")

    play(world, scenario)


def test_after_a_restart_the_same_request_is_sent_under_its_own_id(world: Settling) -> None:
    async def first_life() -> str:
        async with asyncio.timeout(60), world.running(), world.gateway() as socket:
            settlement_id = await world.ask()
            await asked(socket)
            return settlement_id

    settlement_id = asyncio.run(first_life())
    world.begin()

    async def second_life(socket: FakeSocket) -> None:
        request = await asked(socket)
        assert request.request_id == f"{settlement_id}.z"
        await settles(socket, request, 0, 0)
        await world.ended(settlement_id, "done")

    play(world, second_life)


def test_a_terminal_that_is_away_or_anothers_is_refused(world: Settling) -> None:
    counter = world.counter
    asking = {"settlement_id": counter.new_id(), "terminal_id": TILL}
    assert counter.refused(SettleTerminal, **asking, device_id="printer-1").code == "devices.unknown"
    away = {"device_id": CARD, "gateway_id": "gateway-1", "state": "closed", "health": "failed"}
    counter.do(SeeDevice, SYSTEM, **away)
    assert counter.refused(SettleTerminal, **asking, device_id=CARD).code == "devices.payment_terminal_away"
    counter.do(BindDevice, SYSTEM, device_id=CODE, terminal_id=None)
    assert counter.refused(SettleTerminal, **asking, device_id=CODE).code == "devices.unknown"
