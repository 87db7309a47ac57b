"""The sale from the cashier's side."""

from hub.kernel.writer import Outcome
from hub.modules.inventory import store as inventory
from hub.modules.orders import store
from hub.modules.orders.events import OrderPaid
from hub.modules.orders.messages import AddItem, PayCash, PlacedLine, PlacedPayment, PlaceOrder, ScanCode
from hub.modules.payments import store as payments
from tests.modules.shop import DATE, STORE, TILL, Shop, by_piece, by_weight


def test_three_scans_and_cash_make_an_order_with_a_receipt(shop: Shop) -> None:
    milk, apples = by_piece(), by_weight()
    first = shop.do(ScanCode, terminal_id=TILL, code=milk.barcodes[0])
    again = shop.do(ScanCode, terminal_id=TILL, code=milk.barcodes[0])
    asked = shop.do(ScanCode, terminal_id=TILL, code=apples.sku)
    weighed = shop.do(AddItem, terminal_id=TILL, item_id=apples.item_id, qty_milli=1235)
    assert (first.outcome, again.outcome, asked.outcome, weighed.outcome) == (
        "added",
        "raised",
        "needs_weight",
        "added",
    )
    assert again.qty_milli == 2000
    apples_fen = (apples.price_fen * 1235 + 500) // 1000
    due_fen = 2 * milk.price_fen + apples_fen
    assert weighed.total_fen == due_fen

    paid = shop.do(
        PayCash, order_id=first.order_id, payment_id=shop.new_id(), due_fen=due_fen, tendered_fen=10_000
    )
    assert paid.receipt_no == "S001-T01-20261122-0001"
    assert paid.business_date == DATE
    assert paid.change_fen == 10_000 - due_fen

    order = store.whole_order(shop.read, STORE, first.order_id)
    assert order is not None
    assert order.order.state == "paid"
    assert order.order.cashier_id == shop.staff_id("cashier")
    assert [line.amount_fen for line in order.lines] == [2 * milk.price_fen, apples_fen]
    assert store.basket_at(shop.read, STORE, TILL) is None
    assert [one.amount_fen for one in payments.payments_of(shop.read, STORE, first.order_id)] == [due_fen]
    balances = inventory.balances_of(shop.read, STORE, [milk.item_id, apples.item_id])
    assert balances == {milk.item_id: 498_000, apples.item_id: 200_000 - 1235}
    assert shop.types()[-3:] == [
        "orders.order_paid.v1",
        "payments.payment_taken.v1",
        "inventory.stock_moved.v1",
    ]


def test_receipt_numbers_count_by_till_and_day(shop: Shop) -> None:
    def sell(terminal_id: str) -> str:
        item = by_piece()
        answer = shop.do(
            PlaceOrder,
            shop.caller(terminal_id=terminal_id),
            order_id=shop.new_id(),
            terminal_id=terminal_id,
            lines=[PlacedLine(line_id=shop.new_id(), qty_milli=1000, code=item.barcodes[0])],
            payments=[PlacedPayment(payment_id=shop.new_id(), tender="cash", amount_fen=item.price_fen)],
        )
        return str(answer.receipt_no)

    shop.till("T02")
    shop.shift("T02")
    assert [sell("T01"), sell("T01"), sell("T02")] == [
        "S001-T01-20261122-0001",
        "S001-T01-20261122-0002",
        "S001-T02-20261122-0001",
    ]


def test_a_basket_and_an_order_at_once_leave_the_same_rows(shop: Shop) -> None:
    item = by_piece()
    scanned = shop.do(ScanCode, terminal_id=TILL, code=item.barcodes[0])
    shop.do(
        PayCash,
        order_id=scanned.order_id,
        payment_id=shop.new_id(),
        due_fen=item.price_fen,
        tendered_fen=item.price_fen,
    )
    at_once = shop.do(
        PlaceOrder,
        order_id=shop.new_id(),
        terminal_id=TILL,
        lines=[PlacedLine(line_id=shop.new_id(), qty_milli=1000, code=item.barcodes[0])],
        payments=[PlacedPayment(payment_id=shop.new_id(), tender="cash", amount_fen=item.price_fen)],
    )
    differs = {"order_id", "receipt_no"}
    rows = [
        {name: getattr(row, name) for name in row.__struct_fields__ if name not in differs}
        for row in (
            store.order(shop.read, STORE, order_id) for order_id in (scanned.order_id, at_once.order_id)
        )
        if row is not None
    ]
    assert rows[0] == rows[1]
    basket_event, whole_event = shop.events(OrderPaid)
    assert (basket_event.at_once, whole_event.at_once) == (False, True)


def test_a_retry_with_the_same_id_sells_once(shop: Shop) -> None:
    item = by_piece()
    body = {
        "command_id": shop.new_id(),
        "order_id": shop.new_id(),
        "terminal_id": TILL,
        "lines": [PlacedLine(line_id=shop.new_id(), qty_milli=1000, item_id=item.item_id)],
        "payments": [PlacedPayment(payment_id=shop.new_id(), tender="cash", amount_fen=item.price_fen)],
    }
    shop.do(PlaceOrder, **body)
    repeated = shop.send(PlaceOrder, **body)
    assert repeated.repeated
    assert repeated.refusal is None
    assert len(shop.events(OrderPaid)) == 1
    changed = shop.refused(PlaceOrder, **{**body, "terminal_id": "T09"})
    assert changed.code == "command.body_changed"
    resent = shop.refused(PlaceOrder, **{**body, "command_id": shop.new_id()})
    assert resent.code == "orders.order_exists"


def test_a_second_payment_that_is_refused_leaves_nothing_of_the_first(shop: Shop) -> None:
    item = by_piece(at_least_fen=2)
    used = shop.new_id()
    place(shop, PlacedPayment(payment_id=used, tender="cash", amount_fen=item.price_fen))
    before = shop.types()
    for payment_id in ("no id", used):
        payments_of = [
            PlacedPayment(payment_id=shop.new_id(), tender="cash", amount_fen=1),
            PlacedPayment(payment_id=payment_id, tender="cash", amount_fen=item.price_fen),
        ]
        refused = place(shop, *payments_of).refusal
        assert refused is not None
        assert refused.code in ("id.malformed", "payments.payment_exists")
    assert shop.types() == before
    shift = payments.open_shift(shop.read, STORE, TILL)
    assert shift is not None
    assert (shift.cash_fen, shift.payment_count) == (item.price_fen, 1)


def place(shop: Shop, *paid: PlacedPayment) -> Outcome:
    """One piece, at once."""
    line = PlacedLine(line_id=shop.new_id(), qty_milli=1000, item_id=by_piece(at_least_fen=2).item_id)
    return shop.send(PlaceOrder, order_id=shop.new_id(), terminal_id=TILL, lines=[line], payments=list(paid))
