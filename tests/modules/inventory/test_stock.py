"""Stock: the ledger adds up, and what may not be oversold is not."""

import threading

from hub.kernel.context import SYSTEM
from hub.modules.catalogue import demo
from hub.modules.inventory import store
from hub.modules.inventory.messages import ReceivedLine, ReceiveStock
from hub.modules.orders.events import OrderPaid
from hub.modules.orders.messages import AddItem, PayCash, PlacedLine, PlacedPayment, PlaceOrder
from tests.modules.shop import STORE, TILL, Shop, by_piece, by_weight

TILLS = 50
PIECES = 10


def order_of(shop: Shop, item_id: str, terminal_id: str = TILL, qty_milli: int = 1000) -> dict[str, object]:
    return {
        "order_id": shop.new_id(),
        "terminal_id": terminal_id,
        "lines": [PlacedLine(line_id=shop.new_id(), qty_milli=qty_milli, item_id=item_id)],
        "payments": [PlacedPayment(payment_id=shop.new_id(), tender="cash", amount_fen=10_000_000)],
    }


def test_fifty_tills_buying_the_last_ten_sell_ten(bare: Shop) -> None:
    shop, item = bare, by_piece()
    shop.staff("cashier")
    shop.catalogue()
    shop.stock(**{item.item_id: PIECES * 1000})
    bodies = []
    for number in range(1, TILLS + 1):
        terminal_id = f"T{number:02d}"
        shop.till(terminal_id)
        shop.shift(terminal_id)
        bodies.append((shop.caller(terminal_id=terminal_id), order_of(shop, item.item_id, terminal_id)))
    codes: list[str | None] = []

    def buy(number: int) -> None:
        caller, body = bodies[number]
        outcome = shop.send(PlaceOrder, caller, command_id=f"{number:032x}".replace("0", "f", 1), **body)
        codes.append(outcome.refusal.code if outcome.refusal else None)

    threads = [threading.Thread(target=buy, args=(number,)) for number in range(TILLS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert codes.count(None) == PIECES
    assert codes.count("inventory.not_enough") == TILLS - PIECES
    assert store.balances_of(shop.read, STORE, [item.item_id]) == {item.item_id: 0}
    assert len(shop.events(OrderPaid)) == PIECES


def test_two_lines_of_one_item_count_together(shop: Shop) -> None:
    item = by_piece()
    left = store.balances_of(shop.read, STORE, [item.item_id])[item.item_id]
    body = order_of(shop, item.item_id)
    body["lines"] = [
        PlacedLine(line_id=shop.new_id(), qty_milli=qty, item_id=item.item_id) for qty in (left, 1000)
    ]
    refusal = shop.refused(PlaceOrder, **body)
    assert refusal.code == "inventory.not_enough"
    assert refusal.facts["have_milli"] == left
    assert refusal.facts["wanted_milli"] == left + 1000
    assert refusal.facts["item"] == item.name


def test_what_may_go_below_zero_does(shop: Shop) -> None:
    apples = by_weight()
    shop.do(PlaceOrder, **order_of(shop, apples.item_id, qty_milli=250_000))
    assert store.balances_of(shop.read, STORE, [apples.item_id]) == {apples.item_id: -50_000}


def test_a_basket_that_cannot_be_paid_stays_as_it_was(shop: Shop) -> None:
    item = by_piece()
    added = shop.do(AddItem, terminal_id=TILL, item_id=item.item_id, qty_milli=501_000)
    pay = {"order_id": added.order_id, "due_fen": added.total_fen, "tendered_fen": added.total_fen}
    before = len(shop.records())
    assert shop.refused(PayCash, **pay, payment_id=shop.new_id()).code == "inventory.not_enough"
    assert len(shop.records()) == before
    delivery = [ReceivedLine(item_id=item.item_id, qty_milli=1000)]
    shop.do(ReceiveStock, SYSTEM, receipt_id=shop.new_id(), kind="delivery", lines=delivery)
    shop.do(PayCash, **pay, payment_id=shop.new_id())
    assert store.balances_of(shop.read, STORE, [item.item_id]) == {item.item_id: 0}


def test_a_receipt_books_once(shop: Shop) -> None:
    item = by_piece()
    body = {
        "receipt_id": shop.new_id(),
        "kind": "delivery",
        "lines": [ReceivedLine(item_id=item.item_id, qty_milli=2000)],
    }
    shop.do(ReceiveStock, SYSTEM, **body)
    assert shop.refused(ReceiveStock, SYSTEM, **body).code == "inventory.receipt_booked"
    newest = store.movements_of_item(shop.read, STORE, item.item_id)
    assert sorted((one.kind, one.qty_milli) for one in newest) == [("delivery", 2000), ("opening", 500_000)]


def test_balances_are_read_however_many_are_asked_for(shop: Shop) -> None:
    ids = [item.item_id for item in demo.items()[:50]]
    for count in (0, 1, 15, 16, 17, 50):
        assert set(store.balances_of(shop.read, STORE, ids[:count])) == set(ids[:count])


def test_an_items_movements_are_found_over_the_days_newest_first(shop: Shop) -> None:
    item, other = demo.items()[:2]
    for day in range(1, 4):
        shop.clock.pass_s(86_400)
        for moved in (item, other):
            lines = [ReceivedLine(item_id=moved.item_id, qty_milli=day * 1000)]
            shop.do(ReceiveStock, SYSTEM, receipt_id=shop.new_id(), kind="delivery", lines=lines)
    found = store.movements_of_item(shop.read, STORE, item.item_id, limit=3)
    assert [movement.qty_milli for movement in found] == [3000, 2000, 1000]
    assert {movement.item_id for movement in found} == {item.item_id}


def test_the_days_add_up_to_the_balance(shop: Shop) -> None:
    item = by_piece()
    shop.do(PlaceOrder, **order_of(shop, item.item_id, qty_milli=3000))
    shop.clock.pass_s(86_400)
    shop.do(PlaceOrder, **order_of(shop, item.item_id, qty_milli=2000))
    days = store.days_of_item(shop.read, STORE, item.item_id)
    assert [(day.in_milli, day.out_milli) for day in days] == [(0, 2000), (500_000, 3000)]
    assert store.balances_of(shop.read, STORE, [item.item_id]) == {item.item_id: 495_000}
