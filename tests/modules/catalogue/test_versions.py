"""A version comes as an artifact, is loaded whole, and is sold from when activated."""

import msgspec
import pytest

from hub.kernel.context import SYSTEM
from hub.kernel.errors import Refused
from hub.modules.catalogue import demo, store
from hub.modules.catalogue.artifact import build
from hub.modules.catalogue.messages import ActivateVersion, Category, Container, Item
from hub.modules.orders.messages import ScanCode
from tests.modules.shop import STORE, TILL, Shop, by_piece


def goods(**changes: object) -> Item:
    item = Item(
        item_id="a" * 32,
        sku="1",
        name="测试商品",
        name_en="Test goods",
        category="c",
        unit="件",
        sold_by="piece",
        price_fen=100,
        tax_rate_bp=1300,
        barcodes=("4006381333931",),
        stock_policy="allow",
    )
    return msgspec.structs.replace(item, **changes)


def box(**changes: object) -> Container:
    return msgspec.structs.replace(Container(name="盒", name_en="Box", tare_g=40), **changes)


def test_containers_and_an_items_own_tare_come_with_the_version(bare: Shop) -> None:
    boxed = goods(sold_by="weight", tare_g=40)
    bare.catalogue(build(1, SHELF, [boxed], [box(), box(name="碗", name_en="Bowl", tare_g=320)]), 1)
    bare.catalogue(build(1, SHELF, [boxed], [box(), box(name="碗", name_en="Bowl", tare_g=320)]), 1)
    assert [(one.name, one.tare_g) for one in store.all_containers(bare.read, STORE)] == [
        ("盒", 40),
        ("碗", 320),
    ]
    current = store.active(bare.read, STORE)
    assert current is not None
    item = store.item(bare.read, current, boxed.item_id)
    assert item is not None
    assert item.tare_g == 40
    bare.catalogue(build(2, SHELF, [goods()]), 2)
    assert store.all_containers(bare.read, STORE) == []


SHELF = [Category(category="c", name="架", name_en="Shelf")]


def test_the_demo_shop_enters_by_this_road(bare: Shop) -> None:
    bare.catalogue()
    shelves = store.all_categories(bare.read, STORE)
    assert [shelf.category for shelf in shelves] == [shelf.category for shelf in demo.categories()]
    assert sum(shelf.item_count for shelf in shelves) == len(demo.items())
    assert len(demo.items()) >= 300


def test_loading_twice_changes_nothing(bare: Shop) -> None:
    bare.catalogue()
    before = store.page(bare.read, STORE, limit=200)
    bare.catalogue()
    assert store.page(bare.read, STORE, limit=200) == before
    assert bare.types().count("catalogue.version_activated.v1") == 1


def test_a_new_version_changes_prices_from_now_on(bare: Shop) -> None:
    bare.staff("cashier")
    bare.till()
    bare.catalogue(build(1, SHELF, [goods()]), 1)
    first = bare.do(ScanCode, terminal_id=TILL, code="4006381333931")
    bare.catalogue(build(2, SHELF, [goods(price_fen=120)]), 2)
    second = bare.do(ScanCode, terminal_id=TILL, code="4006381333931")
    assert (first.total_fen, second.total_fen) == (100, 220)
    assert second.outcome == "added", "another price is another line"
    bare.catalogue(build(1, SHELF, [goods()]), 1)
    assert bare.do(ScanCode, terminal_id=TILL, code="4006381333931").total_fen == 320


def test_a_version_that_is_not_loaded_is_not_sold_from(bare: Shop) -> None:
    refusal = bare.refused(ActivateVersion, SYSTEM, version=1, sha256="0" * 64)
    assert refusal.code == "catalogue.version_not_loaded"


def test_a_version_number_stands_for_one_content(bare: Shop) -> None:
    bare.catalogue(build(1, SHELF, [goods()]), 1)
    other = build(1, SHELF, [goods(price_fen=1)])
    sha256 = bare.engine.artifacts.store.put(other)
    bare.engine.artifacts.load("catalogue", sha256, bare.read, bare.send_as_system)
    assert bare.refused(ActivateVersion, SYSTEM, version=1, sha256=sha256).code == "catalogue.version_taken"


@pytest.mark.parametrize(
    ("content", "line_no", "field"),
    [
        (b"", 1, "header"),
        (b"{}\n", 1, "header"),
        (build(0, SHELF, [goods()]), 1, "format"),
        (build(1, SHELF, [goods(), goods(item_id="b" * 32, sku="2")]), 3, "barcodes"),
        (build(1, SHELF, [goods(), goods(sku="2", barcodes=())]), 3, "item_id"),
        (build(1, SHELF, [goods(price_fen=-1)]), 2, "price_fen"),
        (build(1, SHELF, [goods(price_fen=3_000_000_000)]), 2, "price_fen"),
        (build(1, SHELF, [goods(name="牛\x00奶")]), 2, "name"),
        (build(1, SHELF, [goods(barcodes=(" 1",))]), 2, "barcodes"),
        (build(1, SHELF, [goods(tare_g=40)]), 2, "tare_g"),
        (build(1, SHELF, [goods(tare_g=10_000, sold_by="weight")]), 2, "tare_g"),
        (build(1, SHELF, [goods()], [box(tare_g=0)]), 1, "containers"),
        (build(1, SHELF, [goods()], [box(name=" ")]), 1, "containers"),
        (build(1, SHELF, [goods()], [box()] * 41), 1, "containers"),
        (build(1, SHELF, [goods()])[:-20] + b"\n", 2, "item"),
        (build(1, SHELF, [goods()]).splitlines(keepends=True)[0], 1, "item_count"),
    ],
)
def test_a_bad_artifact_is_refused_where_it_is_bad(
    bare: Shop, content: bytes, line_no: int, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        bare.catalogue(content, 1)
    assert refused.value.refusal.code == "catalogue.artifact_invalid"
    assert refused.value.refusal.facts == {"line_no": line_no, "field": field}
    assert bare.types() == []


def test_search_finds_by_name_initials_english_and_code(bare: Shop) -> None:
    bare.catalogue()
    milk = next(item for item in demo.items() if item.name.startswith("有机纯牛奶"))
    for words in ("有机", "yjcnn", "ORGANIC", milk.barcodes[0], milk.sku):
        assert milk.item_id in {item.item_id for item in store.page(bare.read, STORE, words).items}, words
    assert store.page(bare.read, STORE, "100%纯_").items == []
    assert store.page(bare.read, STORE, "没有这种东西").items == []


def test_search_is_bounded(bare: Shop) -> None:
    bare.catalogue()
    page = store.page(bare.read, STORE, limit=10_000)
    assert len(page.items) == 200
    assert page.more
    drinks = store.page(bare.read, STORE, category="drinks", limit=200)
    assert {item.category for item in drinks.items} == {"drinks"}
    assert not drinks.more


def test_a_code_is_found_as_scanners_spell_it(bare: Shop) -> None:
    bare.catalogue(build(1, SHELF, [goods(barcodes=("0036000291452",))]), 1)
    current = store.active(bare.read, STORE)
    assert current is not None
    for code in ("0036000291452", "036000291452", " 0036000291452"):
        assert store.item_by_code(bare.read, current, code) is not None, code
    assert store.item_by_code(bare.read, current, "36000291452") is None


def test_items_can_be_found_by_sku_at_the_till(shop: Shop) -> None:
    item = by_piece()
    assert shop.do(ScanCode, terminal_id=TILL, code=item.sku).item_id == item.item_id
