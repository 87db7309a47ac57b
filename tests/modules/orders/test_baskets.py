"""A basket's life before it is paid: who may take what off, and where it waits."""

from hub.modules.orders import store
from hub.modules.orders.events import BasketCleared, LineVoided, UnknownCodeScanned
from hub.modules.orders.messages import (
    AddItem,
    Basket,
    ClearBasket,
    ParkBasket,
    PayCash,
    ResumeBasket,
    ScanCode,
    SetQuantity,
    VoidLine,
)
from hub.modules.orders.model import VOID_LIMIT_FEN
from tests.modules.shop import STORE, TILL, Shop, approval, by_piece, by_weight

CHEAP = by_piece()
DEAR = by_piece(at_least_fen=VOID_LIMIT_FEN // 2 + 1)


def basket(shop: Shop, terminal_id: str = TILL) -> Basket:
    found = store.basket_at(shop.read, STORE, terminal_id)
    assert found is not None
    return found


def scan(shop: Shop, code: str, terminal_id: str = TILL) -> str:
    answer = shop.do(ScanCode, shop.caller(terminal_id=terminal_id), terminal_id=terminal_id, code=code)
    return str(answer.line_id)


def test_an_unknown_code_asks_and_is_kept(shop: Shop) -> None:
    scan(shop, CHEAP.barcodes[0])
    before = basket(shop)
    for _ in range(2):
        answer = shop.do(ScanCode, terminal_id=TILL, code="6999999999991")
        assert (answer.outcome, answer.code, answer.order_id) == (
            "unknown",
            "6999999999991",
            before.order_id,
        )
    assert basket(shop) == before
    assert len(shop.events(UnknownCodeScanned)) == 2
    (kept,) = store.codes_unknown(shop.read, STORE)
    assert (kept.code, kept.times, kept.last_terminal_id) == ("6999999999991", 2, TILL)


def test_a_scan_lands_on_its_own_till(shop: Shop) -> None:
    shop.till("T02")
    scan(shop, CHEAP.barcodes[0])
    scan(shop, DEAR.barcodes[0], "T02")
    assert [line.item_id for line in basket(shop).lines] == [CHEAP.item_id]
    assert [line.item_id for line in basket(shop, "T02").lines] == [DEAR.item_id]
    assert shop.refused(ScanCode, terminal_id="T02", code="1").code == "identity.wrong_terminal"


def test_a_scan_meant_for_another_basket_is_refused(shop: Shop) -> None:
    scan(shop, CHEAP.barcodes[0])
    elsewhere = {"terminal_id": TILL, "code": CHEAP.barcodes[0], "order_id": shop.new_id()}
    assert shop.refused(ScanCode, **elsewhere).code == "orders.another_basket_open"
    order_id = basket(shop).order_id
    shop.do(ParkBasket, order_id=order_id)
    late = {**elsewhere, "order_id": order_id}
    assert shop.refused(ScanCode, **late).code == "orders.basket_not_in_state"


def test_small_voids_are_a_cashiers_own_until_they_add_up(shop: Shop) -> None:
    first = scan(shop, DEAR.barcodes[0])
    assert DEAR.price_fen <= VOID_LIMIT_FEN < 2 * DEAR.price_fen
    order_id = basket(shop).order_id
    shop.do(VoidLine, order_id=order_id, line_id=first)
    second = scan(shop, DEAR.barcodes[0])
    again = {"order_id": order_id, "line_id": second}
    refusal = shop.refused(VoidLine, **again)
    assert (refusal.code, refusal.facts) == ("audit.approval_needed", {"act": "orders.void_line"})
    shop.do(VoidLine, **again, approval=approval())
    assert [event.approver_id for event in shop.events(LineVoided)] == [None, shop.staff_id("manager")]
    assert [event.unapproved_fen for event in shop.events(LineVoided)] == [DEAR.price_fen, 0]
    assert basket(shop).lines == []
    assert basket(shop).total_fen == 0


def test_less_of_a_line_is_a_void_too(shop: Shop) -> None:
    line_id = scan(shop, DEAR.barcodes[0])
    body = {"order_id": basket(shop).order_id, "line_id": line_id}
    shop.do(SetQuantity, **body, qty_milli=5_000)
    assert shop.refused(SetQuantity, **body, qty_milli=1_000).code == "audit.approval_needed"
    shop.do(SetQuantity, **body, qty_milli=4_000)
    assert shop.refused(SetQuantity, **body, qty_milli=3_000).code == "audit.approval_needed"
    answer = shop.do(SetQuantity, **body, qty_milli=1_000, approval=approval())
    assert answer.total_fen == DEAR.price_fen
    assert shop.refused(SetQuantity, **body, qty_milli=1_500).code == "orders.quantity_not_whole"


def test_a_voided_line_is_gone_from_the_till_and_stays_on_record(shop: Shop) -> None:
    line_id = scan(shop, CHEAP.barcodes[0])
    order_id = basket(shop).order_id
    shop.do(VoidLine, order_id=order_id, line_id=line_id)
    twice = shop.refused(VoidLine, order_id=order_id, line_id=line_id)
    assert twice.code == "orders.line_unknown"
    order = store.whole_order(shop.read, STORE, order_id)
    assert order is not None
    assert [(line.line_id, line.voided) for line in order.lines] == [(line_id, True)]
    pay = {"order_id": order_id, "payment_id": shop.new_id(), "due_fen": 0, "tendered_fen": 0}
    assert shop.refused(PayCash, **pay).code == "orders.basket_empty"


def test_a_parked_basket_comes_back_on_another_till(shop: Shop) -> None:
    shop.till("T02")
    shop.shift("T02")
    scan(shop, CHEAP.barcodes[0])
    order_id = basket(shop).order_id
    shop.do(ParkBasket, order_id=order_id, label="红衣顾客")
    assert store.basket_at(shop.read, STORE, TILL) is None
    assert [(row.order_id, row.label) for row in store.parked_baskets(shop.read, STORE)] == [
        (order_id, "红衣顾客")
    ]
    scan(shop, CHEAP.barcodes[0])
    back = {"order_id": order_id}
    assert shop.refused(ResumeBasket, **back, terminal_id=TILL).code == "orders.another_basket_open"
    elsewhere = shop.caller(terminal_id="T02")
    shop.do(ResumeBasket, elsewhere, **back, terminal_id="T02")
    assert basket(shop, "T02").order_id == order_id
    paid = shop.do(
        PayCash,
        elsewhere,
        order_id=order_id,
        payment_id=shop.new_id(),
        due_fen=CHEAP.price_fen,
        tendered_fen=CHEAP.price_fen,
    )
    assert paid.receipt_no == "S001-T02-20261122-0001"


def test_resuming_over_an_emptied_basket_gives_that_one_up(shop: Shop) -> None:
    scan(shop, CHEAP.barcodes[0])
    waiting = basket(shop).order_id
    shop.do(ParkBasket, order_id=waiting)
    line_id = scan(shop, CHEAP.barcodes[0])
    emptied = basket(shop).order_id
    shop.do(VoidLine, order_id=emptied, line_id=line_id)
    shop.do(ResumeBasket, order_id=waiting, terminal_id=TILL)
    assert basket(shop).order_id == waiting
    assert [event.order_id for event in shop.events(BasketCleared)] == [emptied]


def test_clearing_a_dear_basket_needs_consent(shop: Shop) -> None:
    answer = shop.do(AddItem, terminal_id=TILL, item_id=DEAR.item_id, qty_milli=3_000)
    order_id = answer.order_id
    assert shop.refused(ClearBasket, order_id=order_id).code == "audit.approval_needed"
    shop.do(ClearBasket, order_id=order_id, approval=approval())
    assert store.basket_at(shop.read, STORE, TILL) is None
    scan(shop, CHEAP.barcodes[0])
    shop.do(ClearBasket, order_id=basket(shop).order_id)
    pay = {"order_id": order_id, "payment_id": shop.new_id(), "due_fen": 0, "tendered_fen": 0}
    assert shop.refused(PayCash, **pay).code == "orders.basket_not_in_state"


def test_a_late_scan_is_never_paid_unseen(shop: Shop) -> None:
    scan(shop, CHEAP.barcodes[0])
    shown = basket(shop)
    scan(shop, DEAR.barcodes[0])
    refusal = shop.refused(
        PayCash,
        order_id=shown.order_id,
        payment_id=shop.new_id(),
        due_fen=shown.total_fen,
        tendered_fen=100_000,
    )
    assert refusal.code == "orders.total_changed"
    assert refusal.facts == {"total_fen": CHEAP.price_fen + DEAR.price_fen}


def test_the_basket_as_the_till_draws_it(shop: Shop) -> None:
    scan(shop, CHEAP.barcodes[0])
    scan(shop, CHEAP.barcodes[0])
    apples = by_weight()
    weighed = shop.do(AddItem, terminal_id=TILL, item_id=apples.item_id, qty_milli=750)
    drawn = basket(shop)
    assert drawn.item_count == 3
    assert drawn.touched_line_id == weighed.line_id
    assert drawn.total_fen == sum(line.amount_fen for line in drawn.lines)
    assert drawn.tax_fen == sum(line.tax_fen for line in drawn.lines)
    assert [line.qty_milli for line in drawn.lines] == [2000, 750]


def test_weighed_goods_are_never_merged(shop: Shop) -> None:
    apples = by_weight()
    for qty_milli in (750, 500):
        answer = shop.do(AddItem, terminal_id=TILL, item_id=apples.item_id, qty_milli=qty_milli)
        assert answer.outcome == "added"
    assert [line.qty_milli for line in basket(shop).lines] == [750, 500]
