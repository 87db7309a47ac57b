"""Card and code at the till, over a hub that is not there: what the cashier sees, may do, and may not."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import check
from tests.browser.fake_hub import FakeHub
from tests.browser.fake_payments import CARD, CODE
from tests.browser.fake_shop import FakeShop
from tests.browser.keys import Keys
from tests.browser.test_till_sale import sent

WECHAT_CODE = "134567890123456789"


@pytest.fixture
def paying(till: Page, keys: Keys, hub: FakeHub) -> Page:
    """A basket of ¥12.90 at a till with a card terminal and a pay-code acquirer, ready to be paid."""
    hub.shop.devices = [CARD, CODE]
    hub.shop.say("devices", devices=hub.shop.devices)
    keys.scan(hub.shop.items[3]["code"])
    expect(till.locator(".line")).to_have_count(1)
    keys.press("F9")
    expect(till.get_by_role("group", name="刷卡和扫码")).to_be_visible()
    return till


def says(hub: FakeHub, state: str, **told: Any) -> None:
    """The terminal's word on the newest payment."""
    hub.shop.terminal_says(state, **told)
    hub.push()


def test_a_till_without_terminals_offers_cash_alone(till: Page, keys: Keys, shop: FakeShop) -> None:
    keys.scan(shop.items[3]["code"])
    expect(till.locator(".line")).to_have_count(1)
    keys.press("F9")
    expect(till.locator(".exact")).to_be_visible()
    expect(till.locator(".tender")).to_have_count(0)


def test_a_card_pays_with_two_touches_and_no_change(paying: Page, hub: FakeHub) -> None:
    paying.get_by_role("button", name=re.compile("刷卡.*12.90")).tap()
    expect(paying.get_by_text("请顾客在刷卡终端上操作")).to_be_visible()
    says(hub, "pending")
    says(hub, "approved", account="*1234", reference="R-1")
    expect(paying.locator(".done")).to_contain_text("刷卡 *1234 R-1")
    expect(paying.locator(".done")).to_contain_text("S001-T01-20261122-0001")
    expect(paying.locator(".done")).not_to_contain_text("不用找零")
    (command,) = sent(hub.shop, "StartPayment")
    assert (command["tender"], command["due_fen"], command["amount_fen"]) == ("card", 1290, 1290)


def test_a_scan_is_the_customers_code_while_one_is_waited_for(paying: Page, keys: Keys, hub: FakeHub) -> None:
    keys.press("F8")
    expect(paying.get_by_text("请扫顾客的付款码")).to_be_visible()
    keys.scan(WECHAT_CODE)
    expect(paying.get_by_text("请等顾客确认付款")).to_be_visible()
    expect(paying.get_by_text(WECHAT_CODE)).to_have_count(0)
    assert [command["pay_code"] for command in sent(hub.shop, "PresentCode")] == [WECHAT_CODE]
    assert len(sent(hub.shop, "ScanCode")) == 1  # the goods, before
    says(hub, "approved", scheme="wechat")
    expect(paying.locator(".done")).to_be_visible()


@pytest.mark.parametrize("act", ["code", "escape"])
def test_what_comes_before_the_starts_answer_is_done_after_it(
    paying: Page, keys: Keys, hub: FakeHub, act: str
) -> None:
    """The live feed may say that a code is waited for before the command that asked for it is answered."""
    hub.late = {"StartPayment"}
    keys.press("F8")
    expect(paying.get_by_text("请扫顾客的付款码")).to_be_visible()
    if act == "code":
        keys.scan(WECHAT_CODE)
    else:
        keys.press("Escape")
    expect(paying.get_by_text("请扫顾客的付款码")).to_be_visible()
    assert not sent(hub.shop, "PresentCode")
    assert not sent(hub.shop, "CancelAttempt")
    hub.answer()
    if act == "code":
        expect(paying.get_by_text("请等顾客确认付款")).to_be_visible()
        assert [command["pay_code"] for command in sent(hub.shop, "PresentCode")] == [WECHAT_CODE]
    else:
        expect(paying.locator(".failed")).to_contain_text("¥12.90 没有收成")
        assert len(sent(hub.shop, "CancelAttempt")) == 1
    assert len(sent(hub.shop, "StartPayment")) == 1


def test_a_second_touch_while_the_start_is_answered_asks_for_nothing_more(
    paying: Page, keys: Keys, hub: FakeHub
) -> None:
    hub.late = {"StartPayment"}
    keys.press("F8")
    keys.press("F8")
    keys.press("F7")
    expect(paying.get_by_text("请扫顾客的付款码")).to_be_visible()
    hub.answer()
    keys.press("Escape")
    expect(paying.locator(".failed")).to_contain_text("¥12.90 没有收成")
    assert len(sent(hub.shop, "StartPayment")) == 1


def test_escape_gives_a_code_up_and_the_basket_is_free(paying: Page, keys: Keys, hub: FakeHub) -> None:
    keys.press("F8")
    expect(paying.get_by_text("请扫顾客的付款码")).to_be_visible()
    keys.press("Escape")
    expect(paying.locator(".failed")).to_contain_text("¥12.90 没有收成")
    keys.press("Escape")
    expect(paying.get_by_role("search")).to_be_visible()


def test_a_refused_card_offers_another_tender_at_once(paying: Page, keys: Keys, hub: FakeHub) -> None:
    keys.press("F7")
    expect(paying.get_by_text("请顾客在刷卡终端上操作")).to_be_visible()
    says(hub, "refused", reason="terminal.declined", text="余额不足")
    expect(paying.get_by_role("alert").filter(has_text="余额不足")).to_contain_text("对方拒绝了这笔付款")
    keys.press("Enter")
    expect(paying.get_by_text("不用找零")).to_be_visible()
    assert hub.shop.orders_paid == 1


def test_a_typed_part_goes_by_card_and_the_rest_in_cash_with_change(
    paying: Page, keys: Keys, hub: FakeHub
) -> None:
    keys.type("10")
    expect(paying.get_by_role("button", name=re.compile("刷卡.*10.00"))).to_be_enabled()
    keys.press("F7")
    expect(paying.get_by_text("请顾客在刷卡终端上操作")).to_be_visible()
    says(hub, "approved", account="*1234")
    expect(paying.locator(".parts")).to_contain_text("¥10.00")
    expect(paying.locator(".parts")).to_contain_text("¥2.90")
    expect(paying.get_by_role("button", name=re.compile("返回"))).to_be_disabled()
    keys.type("5")
    keys.press("Enter")
    expect(paying.locator(".huge")).to_have_text("¥2.10")
    expect(paying.locator(".done")).to_contain_text("刷卡 *1234")
    (command,) = sent(hub.shop, "PayCash")
    assert (command["due_fen"], command["tendered_fen"]) == (290, 500)


def test_unknown_says_what_may_be_done_and_cash_is_not_one_of_them(
    paying: Page, keys: Keys, hub: FakeHub
) -> None:
    keys.press("F7")
    expect(paying.get_by_text("请顾客在刷卡终端上操作")).to_be_visible()
    says(hub, "unknown", reason="terminal.no_answer")
    expect(paying.get_by_text("结果不明，正在向终端核对")).to_be_visible()
    expect(paying.get_by_text("先不要再收钱")).to_be_visible()
    expect(paying.locator(".exact")).to_have_count(0)
    keys.press("Enter")
    keys.press("Escape")
    assert sent(hub.shop, "PayCash") == sent(hub.shop, "CancelAttempt") == []
    paying.get_by_role("button", name="再查一次").tap()
    paying.get_by_role("button", name=re.compile("换别的方式收款")).tap()
    expect(paying.locator(".exact")).to_be_visible()
    expect(paying.get_by_role("button", name="1 笔付款未了结")).to_be_visible()
    keys.press("Enter")
    expect(paying.locator(".done")).to_be_visible()


def test_a_manager_settles_by_hand_with_a_reason_and_it_is_marked(
    paying: Page, keys: Keys, hub: FakeHub
) -> None:
    keys.press("F7")
    expect(paying.get_by_text("请顾客在刷卡终端上操作")).to_be_visible()
    says(hub, "doubtful", reason="terminal.no_answer")
    paying.get_by_role("button", name="店长人工确认").tap()
    paying.get_by_role("button", name="收到了", exact=True).tap()
    paying.get_by_role("button", name="终端小票显示成功").tap()
    expect(paying.get_by_role("dialog", name="需要店长授权")).to_contain_text("人工确认 ¥12.90 已收到")
    keys.type("0009")
    keys.press("Enter")
    keys.type("2468")
    keys.press("Enter")
    expect(paying.locator(".done")).to_contain_text("人工确认")
    settled = sent(hub.shop, "SettleAttempt")[-1]
    assert (settled["is_paid"], settled["reason"]) == (True, "终端小票显示成功")


def test_a_reload_in_mid_payment_shows_where_it_stands(paying: Page, keys: Keys, hub: FakeHub) -> None:
    keys.press("F7")
    expect(paying.get_by_text("请顾客在刷卡终端上操作")).to_be_visible()
    paying.reload()
    expect(paying.get_by_text("请顾客在刷卡终端上操作")).to_be_visible()
    says(hub, "approved")
    expect(paying.locator(".done")).to_be_visible()


def test_a_terminal_that_is_away_cannot_be_chosen(paying: Page, keys: Keys, hub: FakeHub) -> None:
    hub.shop.say("devices", devices=[CARD | {"state": "closed"}, CODE])
    hub.push()
    expect(paying.get_by_role("button", name=re.compile("刷卡.*终端未连接"))).to_be_disabled()
    keys.press("F7")
    assert sent(hub.shop, "StartPayment") == []


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_state_is_fit_for_everybody(paying: Page, keys: Keys, hub: FakeHub, language: str) -> None:
    paying.evaluate("language => localStorage.setItem('dianshu.language', language)", language)
    paying.reload()
    expect(paying.locator(".line")).to_have_count(1)
    keys.press("F9")
    expect(paying.locator(".tender")).to_have_count(2)
    check(paying)
    keys.press("F8")
    for state in ("awaiting_code", "pending", "unknown", "reversing", "doubtful"):
        says(hub, state, reason="terminal.no_answer")
        expect(paying.locator(".attempt")).to_be_visible()
        check(paying)
    says(hub, "doubtful", holds=0)
    expect(paying.locator(".attempt")).to_have_count(0)
    check(paying)
    paying.locator(".loose").tap()
    expect(paying.get_by_role("dialog")).to_be_visible()
    check(paying)
    paying.get_by_role("dialog").get_by_role("button").nth(2).tap()
    expect(paying.get_by_role("dialog")).to_be_visible()
    check(paying)
