"""Goods coming back at the till, over the real wires: a part by today's list, a whole sale by its receipt."""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.axe import check
from tests.browser.cashier import Cashier
from tests.browser.demo_shop import DemoShop
from tests.browser.keys import Keys
from tests.browser.test_card_and_code import TENDERS, receipt_of, sell_by
from tests.browser.test_first_sale import CASHIER, CHEAP, MANAGER, RECEIPT, hold_under_scanner


@dataclass(frozen=True)
class Words:
    """What the return page says, in one language."""

    heading: str
    more: str
    faulty: str
    take_back: str
    void: str
    whole: str
    part: str
    all_back: str
    given_cash: str
    slip: str
    close: str
    on_slip: str = "退货单"
    void_on_slip: str = "整单撤销"


WORDS = {
    "zh-CN": Words(
        "退货",
        "多退",
        "质量问题",
        "退货 ¥13.90",
        "整单撤销 ¥13.90",
        "全选",
        "部分已退",
        "已全部退",
        "请从钱箱取现金",
        "补打退货单",
        "关闭",
    ),
    "en": Words(
        "Return of goods",
        "More of",
        "Faulty",
        "Take back, ¥13.90",
        "Void the sale, ¥13.90",
        "Choose all",
        "Partly returned",
        "All returned",
        "take it out of the drawer",
        "Print the slip again",
        "Close",
    ),
}


def sell_two_for_cash(cashier: Cashier, bench: Page) -> str:
    """Two pieces on one line, paid exactly."""
    hold_under_scanner(bench, *CHEAP)
    expect(cashier.lines()).to_have_count(1)
    hold_under_scanner(bench, *CHEAP)
    cashier.page.bring_to_front()
    expect(cashier.page.locator(".total")).to_contain_text("27")
    cashier.key(cashier.words.pay).tap()
    cashier.page.get_by_role("button", name=re.compile(cashier.words.exact)).first.tap()
    expect(cashier.page.locator(".done")).to_be_visible()
    found = RECEIPT.search(cashier.page.locator(".done").inner_text())
    assert found is not None
    cashier.key(cashier.words.next).tap()
    return found[0]


def open_from_list(cashier: Cashier, words: Words, receipt_no: str) -> Locator:
    """The return page by the menu, and the sale in today's list."""
    cashier.key(cashier.words.more).tap()
    cashier.page.get_by_role("dialog").get_by_role("button", name=words.heading, exact=True).tap()
    sheet = cashier.page.get_by_role("dialog", name=words.heading)
    sheet.get_by_role("button", name=re.compile(receipt_no)).tap()
    expect(sheet.get_by_text(receipt_no)).to_be_visible()
    return sheet


def one_piece_comes_back(cashier: Cashier, words: Words, receipt_no: str) -> None:
    """One of two pieces, for cash, with the manager."""
    sheet = open_from_list(cashier, words, receipt_no)
    check(cashier.page)
    sheet.get_by_role("button", name=re.compile(words.more)).tap()
    sheet.get_by_role("button", name=words.faulty).tap()
    sheet.get_by_role("button", name=words.take_back).tap()
    approval = cashier.page.get_by_role("dialog", name=cashier.words.approval)
    approval.wait_for()
    cashier.page.keyboard.press("Escape")  # the manager does not come; what was chosen is still there
    expect(approval).to_have_count(0)
    sheet.get_by_role("button", name=words.take_back).tap()
    cashier.approve(*MANAGER)
    expect(sheet.get_by_text(words.part)).to_be_visible()
    expect(sheet.get_by_text(words.given_cash)).to_be_visible()
    check(cashier.page)
    sheet.get_by_role("button", name=words.close).tap()


def a_card_sale_is_voided(cashier: Cashier, keys: Keys, words: Words, receipt_no: str) -> None:
    """Its receipt is scanned; the terminal gives the money back."""
    keys.scan(receipt_no)
    sheet = cashier.page.get_by_role("dialog", name=words.heading)
    expect(sheet.get_by_text(receipt_no)).to_be_visible()
    sheet.get_by_role("button", name=words.whole).tap()
    sheet.get_by_role("button", name=words.faulty).tap()
    sheet.get_by_role("button", name=words.void).tap()
    cashier.approve(*MANAGER)
    expect(sheet.get_by_text(words.all_back)).to_be_visible()
    expect(sheet.get_by_role("button", name=words.slip)).to_be_visible()
    sheet.get_by_role("button", name=words.close).tap()


def see_at_head_office(page: Page, demo: DemoShop, language: str, words: Words, receipt_no: str) -> None:
    """The order says that it is back, and for how much."""
    page.goto(f"{demo.console}?lang={language}#/orders")
    for field, text in enumerate(demo.console_login()):
        page.locator("input").nth(field).fill(text)
    page.keyboard.press("Enter")
    row = page.get_by_role("row").filter(has_text=receipt_no)
    expect(row).to_contain_text(words.all_back)
    check(page)
    row.get_by_role("link").click()
    expect(page.locator(".returns")).to_contain_text(f"{receipt_no}-R1")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_goods_come_back(demo: DemoShop, context: BrowserContext, language: str) -> None:
    bench, till = context.new_page(), context.new_page()
    keys, words = Keys(till), WORDS[language]
    bench.goto(f"{demo.bench}?lang={language}")
    cashier = Cashier(till, language)
    till.bring_to_front()
    cashier.open_till(demo.till, language, "T01")
    cashier.sign_in(*CASHIER)
    cashier.open_shift("200")

    in_cash = sell_two_for_cash(cashier, bench)
    one_piece_comes_back(cashier, words, in_cash)
    sell_by(cashier, bench, TENDERS[language][0])
    by_card = receipt_of(till)
    cashier.key(cashier.words.next).tap()
    a_card_sale_is_voided(cashier, keys, words, by_card)

    bench.bring_to_front()
    for receipt_no, heading in ((in_cash, words.on_slip), (by_card, words.void_on_slip)):
        slip = bench.locator(".slip").filter(has_text=heading).filter(has_text=f"{receipt_no}-R1")
        expect(slip).to_be_visible()
    cashier.leave_shift("213.90")
    see_at_head_office(context.new_page(), demo, language, words, by_card)
