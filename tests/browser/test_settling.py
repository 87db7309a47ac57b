"""Settling payment terminals in the sheet that closes a shift: what came of it, and no waiting for it."""

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.axe import check
from tests.browser.fake_hub import FakeHub
from tests.browser.fake_payments import CARD, CODE
from tests.browser.keys import Keys

DONE = {
    "their_count": 4,
    "their_fen": 23_00,
    "their_sale_count": 2,
    "their_sale_fen": 50_00,
    "their_reversal_count": 1,
    "their_reversal_fen": 20_00,
    "their_refund_count": 1,
    "their_refund_fen": 7_00,
    "our_sale_count": 1,
    "our_sale_fen": 30_00,
    "our_refund_count": 1,
    "our_refund_fen": 7_00,
    "our_fen": 23_00,
    "difference_fen": 0,
}
WORDS = {
    "zh-CN": (
        "交班",
        "结算",
        "正在结算",
        "与账相符",
        "差额 −¥5.00",
        "没有结算成",
        "终端没有答复",
        "结果未明",
    ),
    "en": (
        "Close shift",
        "Settle",
        "Settling",
        "Both agree",
        "Difference −¥5.00",
        "Not settled",
        "does not answer",
        "Outcome unknown",
    ),
}


@pytest.fixture(params=["zh-CN", "en"])
def language(request: pytest.FixtureRequest, till: Page, hub: FakeHub) -> str:
    """A counter with a card terminal and a pay-code acquirer, in one language."""
    hub.shop.devices = [CARD, CODE]
    till.evaluate("language => localStorage.setItem('dianshu.language', language)", request.param)
    till.reload()
    till.get_by_role("search").wait_for()
    return str(request.param)


def open_sheet(till: Page, keys: Keys, closing: str) -> Locator:
    keys.press("F10")
    till.get_by_role("dialog").get_by_role("button", name=closing, exact=True).tap()
    return till.get_by_role("dialog")


def test_a_terminal_is_settled_and_compared(till: Page, keys: Keys, hub: FakeHub, language: str) -> None:
    closing, settle, settling, same, apart, failed, silent, unknown = WORDS[language]
    sheet = open_sheet(till, keys, closing)
    card = sheet.locator(".terminal").filter(has_text="card-1")
    card.get_by_role("button", name=settle).tap()
    expect(card).to_contain_text(settling)
    expect(card.get_by_role("button")).to_be_disabled()
    hub.shop.settles("done", **DONE)
    expect(card).to_contain_text(same)
    expect(card.get_by_role("row").last).to_contain_text("¥23.00")
    check(till)
    card.get_by_role("button", name=settle).tap()
    hub.shop.settles("done", **DONE, unknown_before=1)
    hub.shop.settles("done", our_fen=28_00, difference_fen=-5_00)
    expect(card).to_contain_text(apart)
    check(till)
    code = sheet.locator(".terminal").filter(has_text="code-1")
    code.get_by_role("button", name=settle).tap()
    hub.shop.settles("failed", reason="terminal.no_answer")
    expect(code).to_contain_text(failed)
    expect(code).to_contain_text(silent)
    code.get_by_role("button", name=settle).tap()
    hub.shop.settles("unknown")
    expect(code).to_contain_text(unknown)
    keys.type("428.5")
    sheet.get_by_role("button", name=re.compile("¥428.50")).tap()
    expect(till.locator(".figures")).to_be_visible()


def test_a_look_that_failed_is_looked_again(till: Page, keys: Keys, hub: FakeHub, language: str) -> None:
    closing, settle, settling, _, _, failed, _, _ = WORDS[language]
    card = open_sheet(till, keys, closing).locator(".terminal").filter(has_text="card-1")
    looks: list[int] = []

    def refuse_once(route: Route) -> None:
        looks.append(1)
        if len(looks) == 1:
            route.fulfill(status=409, json={"code": "any", "text": "", "facts": {}})
        else:
            route.fallback()

    key = card.get_by_role("button", name=settle)
    key.focus()
    till.route("**/api/payments/settlements*", refuse_once)
    till.keyboard.press("Enter")
    expect(card).to_contain_text(settling)
    expect(key).to_be_focused()
    till.keyboard.press("Enter")
    hub.shop.settles("failed", reason="terminal.no_answer")
    expect(card).to_contain_text(failed)
    assert [one["type"] for one in hub.shop.commands].count("SettleTerminal") == 1


def test_without_terminals_nothing_is_asked(till: Page, keys: Keys, hub: FakeHub) -> None:
    sheet = open_sheet(till, keys, "交班")
    expect(sheet.locator(".terminal")).to_have_count(0)
