"""What a scanned code brings to the basket: batch, last day, serial, a label's weight and amount."""

from typing import Any

import msgspec
import pytest

from hub.kernel.money import line_amount_fen
from hub.modules.catalogue import demo
from hub.modules.catalogue.artifact import build
from hub.modules.catalogue.messages import RecallGoods
from hub.modules.catalogue.model import check_digit
from hub.modules.orders import store
from hub.modules.orders.events import OrderPaid, UnknownCodeScanned
from hub.modules.orders.messages import (
    AddItem,
    LineView,
    PayCash,
    PlacedLine,
    PlacedPayment,
    PlaceOrder,
    ScanCode,
    SetQuantity,
)
from tests.modules.shop import DATE, STORE, TILL, Shop, by_piece, by_weight

ITEM = by_piece()
EAN = ITEM.barcodes[0]
GTIN = "0" + EAN
APPLES = by_weight()
GS = "\x1d"


def scan(shop: Shop, code: str, symbology: str | None = None) -> Any:
    return shop.do(ScanCode, terminal_id=TILL, code=code, symbology=symbology)


def why_not(shop: Shop, code: str) -> str:
    return shop.refused(ScanCode, terminal_id=TILL, code=code).code


def basket(shop: Shop) -> list[LineView]:
    found = store.basket_at(shop.read, STORE, TILL)
    return found.lines if found else []


def label(form: str, plu: str = APPLES.sku, amount_fen: int = 0, weight_g: int = 0) -> str:
    digits = form.format(plu=plu, amount=amount_fen, weight=weight_g)
    return digits + check_digit(digits)


BOTH, AMOUNT, WEIGHT = "26{plu}{amount:05d}{weight:05d}", "21{plu}{amount:05d}", "22{plu}{weight:05d}"


def pay(shop: Shop, order_id: str, total_fen: int) -> Any:
    return shop.send(
        PayCash, order_id=order_id, payment_id=shop.new_id(), due_fen=total_fen, tendered_fen=total_fen
    )


def test_batch_day_and_serial_stay_with_the_line_until_the_order_is_paid(shop: Shop) -> None:
    scanned = scan(shop, f"01{GTIN}17261231" + f"10B7{GS}21S1", "d2")

    (line,) = basket(shop)
    assert (line.item_id, line.code, line.qty_milli) == (ITEM.item_id, EAN, 1000)
    assert (line.batch, line.expires_on, line.serial) == ("B7", "2026-12-31", "S1")
    assert pay(shop, scanned.order_id, scanned.total_fen).refusal is None
    sold = shop.events(OrderPaid)[-1].lines[0]
    assert (sold.batch, sold.expires_on, sold.serial) == ("B7", "2026-12-31", "S1")


def test_another_batch_is_another_line_and_the_same_batch_one_more(shop: Shop) -> None:
    for code in (f"01{GTIN}10B7", f"01{GTIN}10B8", f"01{GTIN}10B7", EAN, EAN):
        scan(shop, code)

    assert [(line.batch, line.qty_milli) for line in basket(shop)] == [
        ("B7", 2000),
        ("B8", 1000),
        (None, 2000),
    ]


def test_a_piece_with_a_serial_is_sold_once(shop: Shop) -> None:
    scan(shop, f"01{GTIN}21S1")
    scan(shop, f"01{GTIN}21S2")

    assert why_not(shop, f"01{GTIN}21S1") == "orders.piece_on_basket"
    assert [line.serial for line in basket(shop)] == ["S1", "S2"]


def test_what_expired_is_not_sold_and_what_expires_today_is(shop: Shop) -> None:
    assert why_not(shop, f"01{GTIN}17261121") == "catalogue.goods_expired"
    assert why_not(shop, f"01{GTIN}15261121") == "catalogue.goods_expired"
    assert basket(shop) == []

    assert DATE == "2026-11-22"
    scan(shop, f"01{GTIN}17261122")
    assert basket(shop)[0].expires_on == DATE


@pytest.mark.parametrize("batch", ["B7", ""])
def test_what_is_recalled_is_not_sold(shop: Shop, batch: str) -> None:
    shop.do(RecallGoods, shop.caller("manager"), item_id=ITEM.item_id, batch=batch, reason="异物")

    code = "catalogue.batch_recalled" if batch else "catalogue.goods_recalled"
    assert why_not(shop, f"01{GTIN}10B7") == code
    if batch:
        scan(shop, f"01{GTIN}10B8")
        scan(shop, EAN)
    else:
        assert why_not(shop, EAN) == code
        assert shop.refused(AddItem, terminal_id=TILL, item_id=ITEM.item_id).code == code


def test_a_recall_reaches_goods_that_lie_on_a_basket(shop: Shop) -> None:
    scanned = scan(shop, f"01{GTIN}10B7")
    shop.do(RecallGoods, shop.caller("manager"), item_id=ITEM.item_id, batch="B7", reason="异物")

    assert pay(shop, scanned.order_id, scanned.total_fen).refusal.code == "catalogue.batch_recalled"


def test_goods_that_expire_on_a_parked_basket_are_not_paid(shop: Shop) -> None:
    scanned = scan(shop, f"01{GTIN}17261122")
    shop.clock.pass_s(24 * 3600)

    assert pay(shop, scanned.order_id, scanned.total_fen).refusal.code == "catalogue.goods_expired"


def test_a_whole_order_at_once_keeps_to_the_same_rules(shop: Shop) -> None:
    def place(code: str) -> Any:
        line = PlacedLine(line_id=shop.new_id(), qty_milli=2000, code=code)
        cash = PlacedPayment(payment_id=shop.new_id(), tender="cash", amount_fen=1_000_000)
        return shop.send(PlaceOrder, order_id=shop.new_id(), terminal_id=TILL, lines=[line], payments=[cash])

    assert place(f"01{GTIN}17261121").refusal.code == "catalogue.goods_expired"
    assert place(f"01{GTIN}17261231" + "10B7").refusal is None
    assert shop.events(OrderPaid)[-1].lines[0].batch == "B7"


def test_a_label_sells_the_weight_and_the_amount_that_it_promised(shop: Shop) -> None:
    weight_g = 1250
    amount_fen = line_amount_fen(APPLES.price_fen, weight_g) - 100  # the price has changed since

    scan(shop, label(BOTH, amount_fen=amount_fen, weight_g=weight_g))

    (line,) = basket(shop)
    assert (line.item_id, line.qty_milli, line.amount_fen) == (APPLES.item_id, weight_g, amount_fen)
    assert (line.unit_price_fen, line.priced_by) == (APPLES.price_fen, "label")


def test_a_label_of_weight_alone_is_sold_at_the_catalogues_price(shop: Shop) -> None:
    scan(shop, label(WEIGHT, weight_g=730))

    (line,) = basket(shop)
    assert (line.qty_milli, line.priced_by) == (730, "catalogue")
    assert line.amount_fen == line_amount_fen(APPLES.price_fen, 730)


def test_a_label_of_an_amount_alone_stands_for_the_weight_that_comes_to_it(shop: Shop) -> None:
    scan(shop, label(AMOUNT, amount_fen=1690))

    (line,) = basket(shop)
    assert (line.amount_fen, line.priced_by) == (1690, "label")
    assert abs(line_amount_fen(APPLES.price_fen, line.qty_milli) - 1690) <= APPLES.price_fen // 2000 + 1


def test_two_labels_are_two_lines_and_their_quantity_stays(shop: Shop) -> None:
    code = label(BOTH, amount_fen=1690, weight_g=1250)
    scan(shop, code)
    answer = scan(shop, code)

    assert len(basket(shop)) == 2
    refusal = shop.refused(SetQuantity, order_id=answer.order_id, line_id=answer.line_id, qty_milli=2000)
    assert refusal.code == "orders.quantity_fixed"


def test_a_label_of_pieces_needs_an_amount(shop: Shop) -> None:
    scan(shop, label(AMOUNT, plu=ITEM.sku, amount_fen=500))
    assert [(line.qty_milli, line.amount_fen) for line in basket(shop)] == [(1000, 500)]

    assert scan(shop, label(WEIGHT, plu=ITEM.sku, weight_g=500)).outcome == "unknown"


def test_an_items_own_code_comes_before_any_label(shop: Shop) -> None:
    own = label(AMOUNT, amount_fen=1690)
    goods = [item for item in demo.items() if item.item_id != ITEM.item_id]
    its = msgspec.structs.replace(ITEM, barcodes=(own,))
    shop.catalogue(build(2, demo.categories(), [*goods, its]), version=2)

    scan(shop, own)
    assert [line.item_id for line in basket(shop)] == [ITEM.item_id]


def test_a_label_that_looks_like_a_payment_code_is_sold_and_one_that_fits_no_item_is_none(shop: Shop) -> None:
    scan(shop, label(BOTH, amount_fen=1690, weight_g=1250))
    assert len(basket(shop)) == 1

    stranger = label(BOTH, plu="99999", amount_fen=1690, weight_g=1250)
    for code in (stranger, "261000301690012509", "134567890123456789"):
        assert why_not(shop, code) == "orders.pay_code_not_awaited"
    assert shop.events(UnknownCodeScanned) == []


def test_weighed_goods_with_a_batch_are_weighed_first(shop: Shop) -> None:
    own = by_weight()
    answer = scan(shop, own.sku)
    assert (answer.outcome, answer.item_id) == ("needs_weight", own.item_id)
