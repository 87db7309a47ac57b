"""After a random day the books balance, the chain is whole, and a rebuild gives the same tables."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Table

from hub.kernel.dump import dump
from hub.kernel.engine import open_for_repair
from hub.kernel.projections import Projector
from hub.kernel.rebuild import rebuild_in_place
from hub.kernel.schema import tables_of
from hub.kernel.sql import Session
from hub.modules.inventory import store as inventory
from hub.modules.inventory.events import StockMoved
from hub.modules.orders import store as orders
from hub.modules.orders.events import OrderPaid
from hub.modules.payments import store as payments
from hub.modules.payments.events import AttemptMoved, PaymentRefunded, PaymentTaken, ShiftClosed
from hub.modules.returns.events import GoodsReturned
from tests.modules.day_of_trade import Day
from tests.modules.shop import DATE, MODULES, STORE, Shop

STEPS = 800
SEEDS = (1, 20_261_122)


def traded(folder: Path, seed: int) -> tuple[Shop, Day]:
    shop = Shop(folder)
    shop.catalogue()
    day = Day(shop.engine.bus.dispatch, seed)
    day.open_shop()
    for _ in range(STEPS // 50):
        day.trade(50)
        shop.clock.pass_s(61)
    day.close_shop()
    return shop, day


@pytest.fixture(scope="module", params=SEEDS)
def evening(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The shop after a day of trade."""
    shop, _ = traded(tmp_path_factory.mktemp("day") / "hub", request.param)
    yield shop
    shop.close()


def test_the_day_was_a_day(tmp_path: Path) -> None:
    shop, day = traded(tmp_path / "hub", 7)
    done = Counter(day.outcomes)
    done_today = ("PayCash", "PlaceOrder", "VoidLine", "ParkBasket", "ResumeBasket", "ReceiveStock")
    by_card = (
        "StartPayment",
        "PresentCode",
        "TakePayAnswer",
        "SettleAttempt",
        "ReleaseAttempt",
        "RefundPayment",
        "ReturnGoods",
        "SettleTerminal",
    )
    for name in done_today + by_card:
        assert done[name] > 0, (name, done)
    refused = {name for name in done if " " in name}
    assert "PayCash payments.too_little" in refused
    assert any(" audit." in name for name in refused)
    assert not any("internal_error" in name or "storage" in name for name in refused)
    shop.close()


def test_the_same_seed_is_the_same_day(tmp_path: Path) -> None:
    days = []
    for name in ("one", "two"):
        shop, day = traded(tmp_path / name, 11)
        days.append((day.outcomes, shop.types()))
        shop.close()
    assert days[0] == days[1]


def test_every_order_adds_up(evening: Shop) -> None:
    paid = evening.events(OrderPaid)
    assert len(paid) > 50
    for event in paid:
        assert sum(line.amount_fen for line in event.lines) == event.total_fen
        assert sum(line.tax_fen for line in event.lines) == event.tax_fen
        assert sum(payment.amount_fen for payment in event.payments) == event.total_fen
        assert sum(payment.tendered_fen for payment in event.payments) == event.total_fen + event.change_fen
        order = orders.whole_order(evening.read, STORE, event.order_id)
        assert order is not None
        live = [line for line in order.lines if not line.voided]
        assert sum(line.amount_fen for line in live) == order.order.total_fen == event.total_fen
        assert [line.line_id for line in live] == [line.line_id for line in event.lines]
        kept = payments.payments_of(evening.read, STORE, event.order_id)
        assert sum(payment.amount_fen for payment in kept) == event.total_fen


def test_receipt_numbers_have_no_gap(evening: Shop) -> None:
    by_till: dict[str, list[int]] = {}
    for event in evening.events(OrderPaid):
        by_till.setdefault(event.terminal_id, []).append(event.receipt_seq)
    for numbers in by_till.values():
        assert numbers == list(range(1, len(numbers) + 1))
    assert len(orders.paid_on(evening.read, STORE, DATE, 200)) == min(200, sum(map(len, by_till.values())))


def test_movements_sum_to_the_balances(evening: Shop) -> None:
    sums: Counter[str] = Counter()
    for event in evening.events(StockMoved):
        for movement in event.movements:
            sums[movement.item_id] += movement.qty_milli
    assert inventory.balances_of(evening.read, STORE, list(sums)) == dict(sums)


def test_every_drawer_should_hold_what_was_paid_into_it(evening: Shop) -> None:
    taken: Counter[tuple[str, str]] = Counter()
    given: Counter[tuple[str, str]] = Counter()
    for payment in evening.events(PaymentTaken):
        taken[payment.shift_id, payment.tender] += payment.amount_fen
    for refund in evening.events(PaymentRefunded):
        given[refund.shift_id, refund.tender] += refund.amount_fen
    for closed in evening.events(ShiftClosed):
        cash = (closed.shift_id, "cash")
        assert closed.expected_fen == closed.float_fen + taken[cash] - given[cash]
        assert closed.difference_fen == closed.counted_fen - closed.expected_fen
        sums = {one.tender: (one.amount_fen, one.refund_fen) for one in closed.tenders}
        for tender, (taken_fen, refund_fen) in sums.items():
            assert taken_fen == taken[closed.shift_id, tender]
            assert refund_fen == given[closed.shift_id, tender]
        assert closed.payment_count == sum(one.count for one in closed.tenders)


def test_no_payment_is_taken_twice_and_none_gives_back_more(evening: Shop) -> None:
    taken = {payment.payment_id: payment.amount_fen for payment in evening.events(PaymentTaken)}
    assert len(taken) == len(evening.events(PaymentTaken))
    given: Counter[str] = Counter()
    for refund in evening.events(PaymentRefunded):
        given[refund.payment_id] += refund.amount_fen
    assert all(fen <= taken[payment_id] for payment_id, fen in given.items())


def test_no_line_comes_back_more_than_once_and_every_return_adds_up(evening: Shop) -> None:
    sold = {
        (event.order_id, line.line_id): line for event in evening.events(OrderPaid) for line in event.lines
    }
    milli: Counter[tuple[str, str]] = Counter()
    fen: Counter[tuple[str, str]] = Counter()
    for event in evening.events(GoodsReturned):
        assert sum(line.amount_fen for line in event.lines) == event.amount_fen >= event.refund_fen
        assert sum(refund.amount_fen for refund in event.refunds) == event.refund_fen
        for line in event.lines:
            milli[event.order_id, line.line_id] += line.qty_milli
            fen[event.order_id, line.line_id] += line.amount_fen
    assert milli
    for key, line in sold.items():
        assert milli[key] <= line.qty_milli
        assert fen[key] <= line.amount_fen


def test_every_approval_is_booked_or_waits_or_was_undone(evening: Shop) -> None:
    booked = {payment.payment_id for payment in evening.events(PaymentTaken) if payment.tender != "cash"}
    last = {moved.attempt_id: moved for moved in evening.events(AttemptMoved) if moved.act == "sale"}
    approved = {attempt_id for attempt_id, moved in last.items() if moved.state == "approved"}
    assert len(approved) > 4
    assert any(moved.settled_by for moved in last.values())
    assert booked <= approved
    for attempt_id in approved - booked:
        kept = payments.attempt(evening.read, STORE, attempt_id)
        assert kept is not None
        assert kept.is_open or (kept.settled_by and not kept.holds), kept


def projected_tables() -> list[Table]:
    return tables_of(MODULES, "projected")


def test_a_rebuild_gives_the_same_tables(tmp_path: Path) -> None:
    shop, day = traded(tmp_path / "hub", 3)
    day.forget_the_cashier()
    types = shop.engine.types
    with shop.engine.readers.session() as read:
        live = dump(read, projected_tables())
    assert all(live.values()), [name for name, rows in live.items() if not rows]
    shop.close()
    connection = open_for_repair(shop.folder)
    session = Session(connection.cursor(), "sqlite")
    rebuilt = rebuild_in_place(session, session, projected_tables(), Projector(MODULES), types)
    assert rebuilt.different == ()
    assert rebuilt.events > STEPS // 2
    assert dump(session, projected_tables()) == live
    connection.close()
