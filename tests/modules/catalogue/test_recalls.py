"""Recalls: who may order one, what it stops, and how it ends."""

import pytest

from hub.modules.catalogue import store
from hub.modules.catalogue.messages import LiftRecall, RecallGoods
from tests.modules.shop import STORE, Shop, by_piece

ITEM = by_piece()


def open_recalls(shop: Shop) -> list[tuple[str, str, str]]:
    return [(one.item_id, one.batch, one.reason) for one in store.open_recalls(shop.read, STORE)]


def test_a_manager_recalls_a_batch_and_lifts_it(shop: Shop) -> None:
    manager = shop.caller("manager")
    shop.do(RecallGoods, manager, code=ITEM.barcodes[0], batch="B7", reason="异物")
    assert open_recalls(shop) == [(ITEM.item_id, "B7", "异物")]

    shop.do(LiftRecall, manager, item_id=ITEM.item_id, batch="B7", reason="复检合格")
    assert open_recalls(shop) == []
    shop.do(RecallGoods, manager, item_id=ITEM.item_id, batch="B7", reason="再次召回")
    assert open_recalls(shop) == [(ITEM.item_id, "B7", "再次召回")]


def test_what_is_recalled_already_is_recalled_once(shop: Shop) -> None:
    for reason in ("异物", "又一次"):
        shop.do(RecallGoods, shop.caller("manager"), item_id=ITEM.item_id, reason=reason)

    assert open_recalls(shop) == [(ITEM.item_id, "", "异物")]
    assert shop.types().count("catalogue.goods_recalled.v1") == 1


def test_a_code_that_tells_a_batch_names_the_item_alone(shop: Shop) -> None:
    shop.do(RecallGoods, shop.caller("manager"), code=f"010{ITEM.barcodes[0]}10B7", reason="异物")

    assert open_recalls(shop) == [(ITEM.item_id, "", "异物")]


def test_a_cashier_recalls_nothing(shop: Shop) -> None:
    assert shop.refused(RecallGoods, item_id=ITEM.item_id, reason="x").code == "auth.not_permitted"
    assert shop.refused(LiftRecall, item_id=ITEM.item_id, reason="x").code == "auth.not_permitted"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"item_id": ITEM.item_id, "code": ITEM.sku, "reason": "x"}, "catalogue.item_or_code"),
        ({"reason": "x"}, "catalogue.item_or_code"),
        ({"code": "6999999999991", "reason": "x"}, "catalogue.item_unknown"),
        ({"item_id": "0" * 32, "reason": "x"}, "catalogue.item_unknown"),
        ({"item_id": ITEM.item_id, "reason": "  "}, "catalogue.recall_reason_missing"),
        ({"item_id": ITEM.item_id, "batch": "B" * 21, "reason": "x"}, "catalogue.batch_too_long"),
        ({"item_id": ITEM.item_id, "batch": "B\0", "reason": "x"}, "text.invalid"),
    ],
)
def test_a_recall_that_cannot_be(shop: Shop, fields: dict[str, str], code: str) -> None:
    assert shop.refused(RecallGoods, shop.caller("manager"), **fields).code == code
    assert open_recalls(shop) == []


def test_a_recall_that_is_not_there_is_not_lifted(shop: Shop) -> None:
    refusal = shop.refused(LiftRecall, shop.caller("manager"), item_id=ITEM.item_id, reason="x")
    assert refusal.code == "catalogue.recall_unknown"
