"""Goods scanned first and weighed then: what their code said of this very piece stays with the line."""

from typing import Any

import msgspec
import pytest

from hub.modules.catalogue import demo
from hub.modules.catalogue.artifact import build
from hub.modules.catalogue.messages import RecallGoods
from hub.modules.orders import store
from hub.modules.orders.events import LineAdded, OrderPaid, Weighing
from hub.modules.orders.messages import AddItem, AddWeighed, LineView, PayCash, ScanCode
from tests.modules.shop import STORE, TILL, Shop, by_piece, by_weight

GS = "\x1d"
EAN = "6991234500012"
CHEESE = msgspec.structs.replace(by_weight(), barcodes=(EAN,))
BATCHED = f"010{EAN}1726123110B7{GS}21S1"
WEIGHING = Weighing(device_id="scale-1", grams=735, net=None, tare_g=None, raw_hex="02")


@pytest.fixture
def cheese(shop: Shop) -> Shop:
    """A shop with goods that have a barcode and are weighed."""
    goods = [CHEESE if item.item_id == CHEESE.item_id else item for item in demo.items()]
    shop.catalogue(build(2, demo.categories(), goods), version=2)
    return shop


def weighed(code: str | None, symbology: str | None = None, item_id: str = CHEESE.item_id) -> dict[str, Any]:
    return {
        "terminal_id": TILL,
        "item_id": item_id,
        "code": code,
        "symbology": symbology,
        "weighing": WEIGHING,
    }


def lines(shop: Shop) -> list[LineView]:
    basket = store.basket_at(shop.read, STORE, TILL)
    return basket.lines if basket else []


def test_the_scan_asks_for_the_weight_and_says_what_it_read(cheese: Shop) -> None:
    asked = cheese.do(ScanCode, terminal_id=TILL, code=f"]d2{BATCHED}")

    assert (asked.outcome, asked.item_id) == ("needs_weight", CHEESE.item_id)
    assert (asked.code, asked.symbology) == (BATCHED, "d2")
    assert (asked.batch, asked.expires_on, asked.serial) == ("B7", "2026-12-31", "S1")
    assert lines(cheese) == []


@pytest.mark.parametrize("by_hand", [False, True], ids=["by scale", "by hand"])
def test_the_weight_line_keeps_batch_day_serial_and_symbol_until_it_is_paid(
    cheese: Shop, by_hand: bool
) -> None:
    if by_hand:
        typed = {"terminal_id": TILL, "item_id": CHEESE.item_id, "qty_milli": 735}
        landed = cheese.do(AddItem, **typed, code=BATCHED, symbology="d2")
    else:
        landed = cheese.do(AddWeighed, **weighed(BATCHED, "d2"))

    (line,) = lines(cheese)
    assert (line.qty_milli, line.code, line.symbology) == (735, EAN, "d2")
    assert (line.batch, line.expires_on, line.serial) == ("B7", "2026-12-31", "S1")
    assert line.weighed_by == (None if by_hand else "scale-1")
    cheese.do(
        PayCash,
        order_id=landed.order_id,
        payment_id=cheese.new_id(),
        due_fen=landed.total_fen,
        tendered_fen=landed.total_fen,
    )
    (sold,) = cheese.events(OrderPaid)[-1].lines
    assert (sold.batch, sold.expires_on, sold.serial, sold.symbology) == ("B7", "2026-12-31", "S1", "d2")


def test_the_piece_with_this_serial_is_weighed_once(cheese: Shop) -> None:
    cheese.do(AddWeighed, **weighed(BATCHED))

    assert cheese.refused(AddWeighed, **weighed(BATCHED)).code == "orders.piece_on_basket"


def test_an_expired_batch_is_not_sold_by_weight(cheese: Shop) -> None:
    expired = f"010{EAN}17261121"
    assert cheese.refused(ScanCode, terminal_id=TILL, code=expired).code == "catalogue.goods_expired"
    assert cheese.refused(AddWeighed, **weighed(expired)).code == "catalogue.goods_expired"
    assert lines(cheese) == []


def test_a_batch_recalled_while_it_lies_on_the_scale_is_not_sold(cheese: Shop) -> None:
    cheese.do(ScanCode, terminal_id=TILL, code=BATCHED)
    cheese.do(RecallGoods, cheese.caller("manager"), item_id=CHEESE.item_id, batch="B7", reason="异物")

    assert cheese.refused(AddWeighed, **weighed(BATCHED)).code == "catalogue.batch_recalled"
    other = f"010{EAN}10B8"
    assert cheese.do(AddWeighed, **weighed(other)).outcome == "added"
    assert lines(cheese)[0].batch == "B8"


def test_a_recall_reaches_weighed_goods_on_a_basket(cheese: Shop) -> None:
    landed = cheese.do(AddWeighed, **weighed(BATCHED))
    cheese.do(RecallGoods, cheese.caller("manager"), item_id=CHEESE.item_id, batch="B7", reason="异物")

    paid = {"order_id": landed.order_id, "payment_id": cheese.new_id()}
    due = {"due_fen": landed.total_fen, "tendered_fen": landed.total_fen}
    assert cheese.refused(PayCash, **paid, **due).code == "catalogue.batch_recalled"


@pytest.mark.parametrize(
    ("code", "symbology", "refusal"),
    [
        (by_piece().barcodes[0], None, "orders.code_of_other_goods"),
        ("nothing we know", None, "orders.code_of_other_goods"),
        ("", None, "orders.code_malformed"),
        ("1" * 161, None, "orders.code_malformed"),
        (BATCHED, "d22", "orders.code_malformed"),
        ("a\x00b", None, "text.invalid"),
    ],
)
def test_a_code_that_is_not_of_these_goods_is_refused(
    cheese: Shop, code: str, symbology: str | None, refusal: str
) -> None:
    assert cheese.refused(AddWeighed, **weighed(code, symbology)).code == refusal
    assert not cheese.events(LineAdded)


def test_the_scale_is_believed_and_not_the_weight_on_the_label(cheese: Shop) -> None:
    label = f"010{EAN}3103001500" + "10B7"
    cheese.do(AddWeighed, **weighed(label, "C1"))

    (line,) = lines(cheese)
    assert (line.qty_milli, line.batch, line.priced_by) == (735, "B7", "catalogue")
