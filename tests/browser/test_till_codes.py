"""What codes say, at the till: batch and last day on the line, stops that wait, GS from a wedge."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import check
from tests.browser.fake_hub import FakeHub
from tests.browser.fake_shop import FakeShop
from tests.browser.keys import Keys

EXPIRED = "「草莓」已过期（可售至 2026-11-20，今天是 2026-11-22），不能销售，请下架"


def test_a_line_shows_what_its_code_said(till: Page, hub: FakeHub, shop: FakeShop) -> None:
    shop.fill(2)
    assert shop.basket
    shop.basket["lines"][0] |= {"batch": "B7", "expires_on": "2026-12-31", "serial": None}
    shop.basket["lines"][1] |= {"priced_by": "label", "qty_milli": 1250}
    shop.say("basket", basket=shop.basket)
    hub.push()

    expect(till.locator(".line")).to_have_count(2)
    first, second = till.locator(".line").all()
    expect(first).to_contain_text("批号 B7 · 可售至 2026-12-31")
    expect(second).to_contain_text("标签价")
    second.tap()
    expect(till.get_by_role("button", name="加一", exact=True)).to_be_disabled()
    expect(till.get_by_role("button", name="删除此行")).to_be_enabled()
    first.tap()
    expect(till.get_by_role("button", name="加一", exact=True)).to_be_enabled()
    check(till)


def test_goods_that_must_not_be_sold_wait_until_somebody_has_seen_why(
    till: Page, hub: FakeHub, shop: FakeShop, keys: Keys
) -> None:
    shop.say("notice", code="catalogue.goods_expired", text=EXPIRED)
    hub.push()

    sheet = till.get_by_role("dialog")
    expect(sheet).to_contain_text(EXPIRED)
    check(till)
    keys.scan(shop.items[0]["code"])
    expect(till.locator(".line")).to_have_count(1)
    expect(sheet).to_be_visible()
    keys.press("Enter")
    expect(sheet).to_have_count(0)


def test_a_payment_code_out_of_place_is_told_in_passing(till: Page, hub: FakeHub, shop: FakeShop) -> None:
    shop.say("notice", code="orders.pay_code_not_awaited", text="这是顾客的付款码，现在不能扫。")
    hub.push()

    expect(till.get_by_text("这是顾客的付款码")).to_be_visible()
    expect(till.get_by_role("dialog")).to_have_count(0)


def test_a_wedge_scanners_f8_is_the_group_separator(till: Page, keys: Keys, shop: FakeShop) -> None:
    keys.scan_keys([*"010690123456789210B7", "F8", *"17261231"])

    expect(till.get_by_role("dialog")).to_contain_text("010690123456789210B7")
    assert shop.commands[-1]["code"] == "010690123456789210B7\x1d17261231"


def test_a_stray_receipt_does_not_replace_what_is_being_done(
    till: Page, hub: FakeHub, shop: FakeShop, keys: Keys
) -> None:
    gone = {"code": "returns.receipt_unknown", "text": "没有这张小票", "facts": {}}
    till.route("**/api/returns/**", lambda route: route.fulfill(status=404, json=gone))
    scanned = {"question": "receipt", "code": "S001-T01-20261122-0007"}
    keys.press("F10")
    till.get_by_role("dialog").get_by_role("button", name="交班", exact=True).tap()
    keys.type("428")
    shop.say("ask", **scanned)
    hub.push()
    expect(till.get_by_text("再扫小票")).to_be_visible()
    expect(till.get_by_role("dialog", name="交班")).to_contain_text("¥428")
    keys.press("Escape")
    expect(till.get_by_role("dialog")).to_have_count(0)
    shop.say("ask", **scanned)
    hub.push()
    expect(till.get_by_role("dialog", name="退货")).to_be_visible()
    expect(till.get_by_text("没有这张小票").first).to_be_visible()


def test_a_weight_that_comes_back_is_typed(till: Page, hub: FakeHub, shop: FakeShop, keys: Keys) -> None:
    offer = {"kind": "return", "amount_fen": 449, "refund_fen": 449, "parts": []}
    till.route("**/api/returns/offer", lambda route: route.fulfill(json=offer))
    sheet = sold_again(till, hub, shop, returns=[])
    sheet.get_by_role("button", name="改重量").tap()
    keys.type("0.51")
    expect(sheet.locator("li output")).to_have_text("0.51 千克")
    keys.press("Backspace")
    expect(sheet.locator("li output")).to_have_text("0.5 千克")
    expect(sheet.get_by_role("button", name="退货 ¥4.49")).to_be_visible()


@pytest.mark.parametrize("is_settled", [False, True])
def test_a_refund_is_tried_again_only_while_its_money_is_owed(
    till: Page, hub: FakeHub, shop: FakeShop, is_settled: bool
) -> None:
    refused = {"refund_id": "f1", "tender": "card", "amount_fen": 449, "state": "refused"}
    given = {"refund_id": "f2", "tender": "cash", "amount_fen": 449, "state": "given"}
    back = {
        "return_id": "1" * 32,
        "return_no": "S001-T01-R-0001",
        "kind": "return",
        "reason": "坏了",
        "at_ms": 1_795_000_100_000,
        "amount_fen": 449,
        "refund_fen": 449,
        "is_settled": is_settled,
        "refunds": [refused, *([given] if is_settled else [])],
    }
    sheet = sold_again(till, hub, shop, returns=[back])
    expect(sheet.locator(".refund.refused")).to_be_visible()
    expect(sheet.get_by_role("button", name="再退一次")).to_have_count(0 if is_settled else 1)


def sold_again(till: Page, hub: FakeHub, shop: FakeShop, returns: list[dict[str, Any]]) -> Locator:
    """The return page with a sale of 1.25 kg of apples, and what came back of it before."""
    line = {
        "line_id": "line-1",
        "line_no": 1,
        "name": "苹果",
        "name_en": "Apples",
        "unit": "千克",
        "sold_by": "weight",
        "is_whole": False,
        "qty_milli": 1250,
        "amount_fen": 1123,
        "returned_milli": 0,
        "returned_fen": 0,
    }
    order = {"order_id": "0" * 32, "receipt_no": "S001-T01-20261122-0007", "paid_ms": 1_795_000_000_000}
    sold = {"order": order, "lines": [line], "returns": returns, "extent": "none"}
    till.route("**/api/returns/sold", lambda route: route.fulfill(json=[]))
    till.route("**/api/returns/receipts/*", lambda route: route.fulfill(json=sold))
    shop.say("ask", question="receipt", code=order["receipt_no"])
    hub.push()
    return till.get_by_role("dialog", name="退货")
