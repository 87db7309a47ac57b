"""A card and a code at the till, over the real wires: hub, gateway, terminals and their acquirer."""

import re

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.axe import check
from tests.browser.cashier import Cashier
from tests.browser.demo_shop import DemoShop
from tests.browser.test_first_sale import CASHIER, CHEAP, RECEIPT, hold_under_scanner

CUSTOMERS_CODE = "134567890123456789"
TENDERS = {"zh-CN": ("刷卡", "扫码"), "en": ("Card", "Pay code")}


def sell_by(cashier: Cashier, bench: Page, tender: str) -> None:
    """Scan one thing and choose the tender for all of it."""
    hold_under_scanner(bench, *CHEAP)
    expect(cashier.lines()).to_have_count(1)
    cashier.page.bring_to_front()
    cashier.key(cashier.words.pay).tap()
    cashier.page.locator(".tender").filter(has_text=tender).tap()


def receipt_of(till: Page) -> str:
    """The number on the screen once it is paid."""
    expect(till.locator(".done")).to_be_visible()
    found = RECEIPT.search(till.locator(".done").inner_text())
    assert found is not None
    return found[0]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_card_and_a_code_pay_on_real_wires(demo: DemoShop, context: BrowserContext, language: str) -> None:
    bench, till = context.new_page(), context.new_page()
    bench.goto(f"{demo.bench}?lang={language}")
    cashier = Cashier(till, language)
    card, code = TENDERS[language]
    till.bring_to_front()
    cashier.open_till(demo.till, language, "T01")
    cashier.sign_in(*CASHIER)
    cashier.open_shift("200")

    sell_by(cashier, bench, card)
    by_card = receipt_of(till)
    expect(till.locator(".done")).to_contain_text(re.compile(rf"{card} \*\d{{4}} \S+"))
    cashier.key(cashier.words.next).tap()

    sell_by(cashier, bench, code)
    expect(till.locator(".attempt")).to_be_visible()
    bench.bring_to_front()
    bench.get_by_role("searchbox").fill("微信")
    bench.locator(".good").first.tap()
    till.bring_to_front()
    by_code = receipt_of(till)
    assert by_code != by_card
    expect(till.get_by_text(CUSTOMERS_CODE)).to_have_count(0)

    bench.bring_to_front()
    for receipt_no in (by_card, by_code):
        expect(bench.locator(".slip").filter(has_text=receipt_no)).to_be_visible()
    close_shift(cashier)
    see_settlements(context.new_page(), demo, language)


def settle_both(sheet: Locator, is_chinese: bool) -> None:
    """Each terminal tells what we have of it, over its own wire."""
    expect(sheet.locator(".terminal")).to_have_count(2)
    for terminal in sheet.locator(".terminal").all():
        terminal.get_by_role("button").tap()
        expect(terminal).to_contain_text("与账相符" if is_chinese else "Both agree")
        expect(terminal.get_by_role("row").last).to_contain_text("¥13.90")


def see_settlements(page: Page, demo: DemoShop, language: str) -> None:
    """Head office has what the terminals told."""
    page.goto(f"{demo.console}?lang={language}")
    for field, text in enumerate(demo.console_login()):
        page.locator("input").nth(field).fill(text)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="S001", exact=True).click()
    table = page.get_by_role("region", name="支付终端结算" if language == "zh-CN" else "Settlements")
    expect(table.get_by_role("row").filter(has_text="¥13.90").first).to_be_visible()
    check(page)


def close_shift(cashier: Cashier) -> None:
    """Only the float is in the drawer; card and code are told apart."""
    words, till = cashier.words, cashier.page
    till.bring_to_front()
    cashier.key(words.next).tap()
    cashier.key(words.more).tap()
    till.get_by_role("dialog").get_by_role("button", name=words.close_shift, exact=True).tap()
    settle_both(till.get_by_role("dialog"), words.close_shift == "交班")
    cashier.digits("200", till.get_by_role("dialog"))
    till.get_by_role("dialog").get_by_role("button", name=re.compile("¥200.00")).tap()
    expect(till.get_by_text(words.right_count)).to_be_visible()
    expect(till.locator(".figures")).to_contain_text("¥13.90")
    cashier.key(words.done).tap()
    expect(till.get_by_role("heading", name=words.sign_in)).to_be_visible()
