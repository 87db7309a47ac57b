"""The pay desk: every request leaves once, and its end is looked for until it is known or a person's."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from drivers import messages as wire
from hub.devices.events import PayRouted, ScanRead, ScanRefused
from hub.devices.messages import BindDevice, SeeDevice
from hub.devices.paying import desk, pay_desk
from hub.kernel.context import SYSTEM
from hub.modules.orders.events import OrderPaid
from hub.modules.orders.messages import StartPayment
from hub.modules.payments.events import AttemptOpened, PaymentRefunded
from hub.modules.payments.messages import (
    AskAgain,
    AttemptView,
    CancelAttempt,
    RefundPayment,
    ReleaseAttempt,
    SettleAttempt,
)
from tests.devices.counter import Counter
from tests.devices.pay_counter import CARD, CODE, PayWorld, asked, bind_terminals, told
from tests.devices.test_links import FakeSocket
from tests.modules.electronic import WECHAT_CODE, approve, attempt, basket_at, fill, start
from tests.modules.shop import TILL, approval

Scenario = Callable[[FakeSocket], Awaitable[None]]


@pytest.fixture(autouse=True)
def in_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The desk looks often and rests briefly; its clock stands still unless a test moves it."""
    monkeypatch.setattr(desk, "LOOK_AGAIN_S", 0.005)
    monkeypatch.setattr(pay_desk, "RESTS_S", (0.0,))
    monkeypatch.setattr(pay_desk, "PATIENCE_S", 0.0)


@pytest.fixture
def world(counter: Counter) -> PayWorld:
    bind_terminals(counter)
    return PayWorld(counter)


def play(world: PayWorld, scenario: Scenario) -> None:
    async def whole() -> None:
        async with asyncio.timeout(60), world.running(), world.gateway() as socket:
            await scenario(socket)

    asyncio.run(whole())


async def started(world: PayWorld, tender: str = "card") -> str:
    return await asyncio.to_thread(start, world.counter, tender)


async def do(world: PayWorld, kind: type, **fields: object) -> None:
    await asyncio.to_thread(lambda: world.counter.do(kind, **fields))


def test_a_card_sale_is_asked_once_and_booked(world: PayWorld) -> None:
    basket = fill(world.counter)

    async def scenario(socket: FakeSocket) -> None:
        attempt_id = await started(world)
        request = await asked(socket)
        assert (request.request_id, request.device_id, request.act) == (attempt_id, CARD, "sale")
        assert request.amount_fen == basket.total_fen
        await told(socket, request, "pending")
        await world.until(attempt_id, "pending")
        await told(socket, request, "approved")
        booked = await world.until(attempt_id, "booked")
        assert (booked.reference, booked.account) == ("R-7", "*1234")
        assert socket.to_gateway.empty()

    play(world, scenario)
    assert len(world.counter.events(OrderPaid)) == 1


def test_a_code_is_scanned_for_the_payment_that_waits_and_kept_nowhere(world: PayWorld) -> None:
    counter = world.counter
    fill(counter)

    async def scenario(socket: FakeSocket) -> None:
        attempt_id = await started(world, "code")
        outcome = await asyncio.to_thread(counter.scan, WECHAT_CODE)
        assert outcome.refusal is None
        request = await asked(socket)
        assert (request.device_id, request.code) == (CODE, WECHAT_CODE)
        await told(socket, request, "approved")
        await world.until(attempt_id, "booked")

    play(world, scenario)
    assert [read.text for read in counter.events(ScanRead)][-1] == ""
    assert all(WECHAT_CODE not in repr(record) for record in counter.records())


def test_goods_do_not_land_while_a_code_is_waited_for_nor_a_code_when_none_is(world: PayWorld) -> None:
    counter = world.counter
    basket = fill(counter)
    assert counter.scan(WECHAT_CODE).refusal.code == "orders.pay_code_not_awaited"  # type: ignore[union-attr]
    attempt_id = start(counter, "code")
    goods = counter.scan(basket.lines[0].code or "")
    assert goods.refusal is not None
    assert goods.refusal.code == "orders.basket_paying"
    assert attempt(counter, attempt_id).state == "awaiting_code"
    assert len(counter.events(ScanRefused)) == 2


def test_a_refused_card_is_told_at_once(world: PayWorld) -> None:
    fill(world.counter)

    async def scenario(socket: FakeSocket) -> None:
        attempt_id = await started(world)
        await told(socket, await asked(socket), "refused", "terminal.declined")
        assert (await world.until(attempt_id, "refused")).reason == "terminal.declined"

    play(world, scenario)
    assert basket_at(world.counter).state == "open"  # type: ignore[union-attr]


def test_what_nobody_knows_is_asked_about_under_ids_of_its_own_then_reversed(world: PayWorld) -> None:
    fill(world.counter)
    ids = []

    async def scenario(socket: FakeSocket) -> None:
        attempt_id = await started(world)
        await told(socket, await asked(socket), "unknown", "terminal.no_answer")
        acts: list[str] = []
        while not acts or acts[-1] != "reversal":
            request = await asked(socket)
            assert request.original_id == attempt_id
            ids.append(request.request_id)
            acts.append(request.act)
            await told(socket, request, "approved" if request.act == "reversal" else "unknown")
        await world.until(attempt_id, "reversed")
        assert acts == ["query"] * 4 + ["reversal"]

    play(world, scenario)
    assert len(set(ids)) == len(ids)
    assert world.counter.events(OrderPaid) == []


def test_a_terminal_that_is_still_at_it_is_given_time(world: PayWorld) -> None:
    fill(world.counter)

    async def scenario(socket: FakeSocket) -> None:
        attempt_id = await started(world)
        await told(socket, await asked(socket), "unknown", "terminal.no_answer")
        for _ in range(12):
            await told(socket, await asked(socket), "unknown", "terminal.in_progress")
        for _ in range(3):
            await told(socket, await asked(socket), "not_started", "terminal.busy")
        await told(socket, await asked(socket), "approved")
        await world.until(attempt_id, "booked")

    play(world, scenario)


def test_a_reversal_that_fails_for_good_is_left_to_a_person(world: PayWorld) -> None:
    counter = world.counter
    fill(counter)

    async def scenario(socket: FakeSocket) -> None:
        attempt_id = await started(world)
        await told(socket, await asked(socket), "pending")
        await do(world, CancelAttempt, attempt_id=attempt_id)
        for _ in range(5):
            request = await asked(socket)
            assert request.act == "reversal"
            await told(socket, request, "unknown", "terminal.no_answer")
        await world.until(attempt_id, "doubtful")
        await do(world, AskAgain, attempt_id=attempt_id)
        assert (await asked(socket)).act == "query"
        settle = {"attempt_id": attempt_id, "is_paid": False, "reason": "终端无流水", "approval": approval()}
        await do(world, SettleAttempt, **settle)
        await world.until(attempt_id, "refused")

    play(world, scenario)
    assert basket_at(counter).state == "open"  # type: ignore[union-attr]


def test_a_released_payment_that_was_approved_is_reversed(world: PayWorld) -> None:
    fill(world.counter)

    async def scenario(socket: FakeSocket) -> None:
        attempt_id = await started(world)
        request = await asked(socket)
        await told(socket, request, "unknown", "terminal.no_answer")
        await world.until(attempt_id, "unknown")
        await do(world, ReleaseAttempt, attempt_id=attempt_id)
        await told(socket, request, "approved")
        while (question := await asked(socket)).act != "reversal":
            await told(socket, question, "approved")
        await told(socket, question, "approved")
        await world.until(attempt_id, "reversed")

    play(world, scenario)
    assert world.counter.events(OrderPaid) == []


def test_without_a_terminal_nobody_is_asked(counter: Counter) -> None:
    basket = fill(counter)
    body = {"order_id": basket.order_id, "due_fen": basket.total_fen, "amount_fen": basket.total_fen}

    def refusal(tender: str) -> str:
        return counter.refused(StartPayment, attempt_id=counter.new_id(), tender=tender, **body).code

    assert refusal("card") == "devices.no_card_terminal"
    assert refusal("code") == "devices.no_code_terminal"
    bind_terminals(counter, CARD)
    assert refusal("code") == "devices.no_code_terminal"
    counter.do(SeeDevice, SYSTEM, device_id=CARD, gateway_id="gateway-1", state="closed", health="failed")
    assert refusal("card") == "devices.payment_terminal_away"
    assert counter.events(AttemptOpened) == []
    assert basket_at(counter).state == "open"  # type: ignore[union-attr]


def test_a_gateway_that_is_away_begins_nothing_and_the_cashier_is_told(world: PayWorld) -> None:
    fill(world.counter)

    async def whole() -> None:
        async with asyncio.timeout(60), world.running():
            attempt_id = await started(world)
            refused = await world.until(attempt_id, "refused")
            assert refused.reason == "terminal.gateway_gone"

    asyncio.run(whole())


def test_a_gateway_lost_in_mid_payment_is_asked_when_it_is_back(world: PayWorld) -> None:
    fill(world.counter)

    async def whole() -> None:
        async with asyncio.timeout(60), world.running():
            async with world.gateway() as socket:
                attempt_id = await started(world)
                await told(socket, await asked(socket), "pending")
                await world.until(attempt_id, "pending")
            await world.until(attempt_id, "unknown")
            async with world.gateway("boot-2") as socket:
                question = await asked(socket)
                assert (question.act, question.original_id) == ("query", attempt_id)
                await told(socket, question, "approved")
                await world.until(attempt_id, "booked")

    asyncio.run(whole())


def test_after_a_restart_a_payment_in_flight_is_asked_about_and_never_sent_again(world: PayWorld) -> None:
    counter = world.counter
    fill(counter)
    attempt_id = start(counter)  # on record, and the hub dies before anybody asks
    counter.engine.close()
    counter.reopen()
    world.begin()

    async def scenario(socket: FakeSocket) -> None:
        question = await asked(socket)
        assert (question.act, question.original_id) == ("query", attempt_id)
        await told(socket, question, "refused", "terminal.no_such_request")
        await world.until(attempt_id, "refused")

    play(world, scenario)


def test_a_silent_gateway_is_not_waited_for_for_ever(world: PayWorld) -> None:
    counter = world.counter
    fill(counter)

    async def scenario(socket: FakeSocket) -> None:
        attempt_id = await started(world)
        await asked(socket)
        counter.clock.pass_s(int(pay_desk.CUSTOMER_S + desk.GRACE_S) + 1)
        assert (await world.until(attempt_id, "unknown")).reason == "terminal.no_answer"

    play(world, scenario)


def test_what_is_asked_for_while_another_is_served_is_still_sent(
    world: PayWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(world.counter)
    start(world.counter)
    serve = world.desk._serve

    async def serve_while_another_comes(attempt: AttemptView) -> None:
        world.desk.fresh.add("another till's")
        await serve(attempt)

    monkeypatch.setattr(world.desk, "_serve", serve_while_another_comes)
    assert asyncio.run(world.desk.serve_all())
    assert "another till's" in world.desk.fresh


def test_a_refund_goes_to_the_terminal_that_took_the_money(world: PayWorld) -> None:
    counter = world.counter
    fill(counter)
    sale_id = start(counter)
    approve(counter, sale_id)
    counter.do(BindDevice, SYSTEM, device_id=CARD, terminal_id=None)

    async def scenario(socket: FakeSocket) -> None:
        refund_id = counter.new_id()
        body = {"refund_id": refund_id, "payment_id": sale_id, "terminal_id": TILL, "amount_fen": 100}
        await do(world, RefundPayment, reason="退货", approval=approval(), **body)
        request = await asked(socket)
        assert (request.act, request.device_id, request.original_id) == ("refund", CARD, sale_id)
        assert (request.amount_fen, request.original_reference) == (100, "R-1")
        await told(socket, request, "approved")
        await world.until(refund_id, "approved")

    play(world, scenario)
    assert len(counter.events(PaymentRefunded)) == 1
    assert {routed.device_id for routed in counter.events(PayRouted)} == {CARD}


def test_an_answer_under_a_strange_id_changes_nothing(world: PayWorld) -> None:
    fill(world.counter)

    async def scenario(socket: FakeSocket) -> None:
        attempt_id = await started(world)
        request = await asked(socket)
        for strange in ("nobody", f"{attempt_id}.x9", "f" * 32, f"{attempt_id}.r1"):
            await socket.say(wire.PayAnswer(request_id=strange, state="approved"))
        await told(socket, request, "refused")
        await world.until(attempt_id, "refused")

    play(world, scenario)
