"""The bench's goods whose codes say more: each does at the till what its name promises."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from hub.app.demo.coded_goods import coded_goods
from hub.app.demo.seed import RECALLED_BATCH, goods, recalled_item
from hub.modules.catalogue.messages import RecallGoods
from hub.modules.orders import store
from hub.modules.orders.messages import ScanCode
from tests.modules.shop import DATE, STORE, TILL, Shop

GOODS = coded_goods(date.fromisoformat(DATE))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder: Path = tmp_path_factory.mktemp("shop")
    shop = Shop(folder / "hub")
    shop.ready()
    item_id = recalled_item().item_id
    shop.do(RecallGoods, shop.caller("manager"), item_id=item_id, batch=RECALLED_BATCH, reason="x")
    yield shop
    shop.close()


@pytest.mark.parametrize(
    ("what", "refusal"),
    [
        ("batch and date", None),
        ("another batch", None),
        ("Digital Link", None),
        ("scale label", None),
        ("(expired)", "catalogue.goods_expired"),
        ("recalled batch", "catalogue.batch_recalled"),
        ("payment code", "orders.pay_code_not_awaited"),
    ],
)
def test_it_does_what_its_name_says(shop: Shop, what: str, refusal: str | None) -> None:
    (good,) = [good for good in GOODS if what in good.name_en]
    outcome = shop.send(ScanCode, terminal_id=TILL, code=good.barcode)

    assert (outcome.refusal.code if outcome.refusal else None) == refusal
    assert refusal or outcome.answer.outcome == "added"


def test_all_of_them_can_lie_on_one_shelf(shop: Shop) -> None:
    codes = [good.barcode for good in [*goods(), *GOODS] if good.barcode]
    assert len(codes) == len(set(codes))
    basket = store.basket_at(shop.read, STORE, TILL)
    assert basket is not None
    assert {line.batch for line in basket.lines if line.batch} == {"B2", "B3", "C1"}
