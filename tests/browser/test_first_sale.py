"""The first sale, rung up as a cashier would: real hub, gateway, devices on their wires, broker and cloud."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.cashier import Cashier
from tests.browser.demo_shop import DemoShop

CASHIER, MANAGER = ("1001", "1357"), ("9001", "2468")
CHEAP, DEAR = ("松花皮蛋 6枚", re.compile(r"¥13\.90")), ("花生油 5L", re.compile(r"¥129\.80"))
"""The dear one costs more than a cashier may take off alone."""
LIFE = ("line_voided", "basket_parked", "order_paid", "payment_taken", "stock_moved", "print_finished")
RECEIPT = re.compile(r"S001-T01-\d{8}-\d{4}")


def picture(page: Page, folder: Path | None, name: str) -> None:
    """One of the README's pictures, when they are to be made."""
    if folder is not None:
        page.wait_for_timeout(400)
        page.screenshot(path=folder / f"{name}.png")


def hold_under_scanner(bench: Page, name: str, price: re.Pattern[str]) -> None:
    """Touch an item on the bench's shelf."""
    bench.bring_to_front()  # a page behind another is drawn seldom, and waits for it
    bench.get_by_role("searchbox").fill(name)
    bench.locator(".good").filter(has_text=price).first.tap()


def scan_three_codes(cashier: Cashier, bench: Page) -> None:
    """Scans come over the real wires; an unknown code asks and loses nothing."""
    hold_under_scanner(bench, *CHEAP)
    expect(cashier.lines()).to_have_count(1)
    bench.get_by_role("button", name=re.compile("不存在的条码|nobody knows")).tap()
    expect(cashier.page.get_by_role("dialog", name=cashier.words.unknown)).to_be_visible()
    hold_under_scanner(bench, *DEAR)
    expect(cashier.lines()).to_have_count(2)
    cashier.page.bring_to_front()
    cashier.key(cashier.words.dismiss).tap()


def void_park_and_resume(cashier: Cashier) -> None:
    """A manager takes the dear line off; the basket waits while another customer is served."""
    words, till = cashier.words, cashier.page
    cashier.key(words.void_line).tap()
    cashier.approve(*MANAGER)
    expect(cashier.lines()).to_have_count(1)
    cashier.key(words.park).tap()
    expect(till.get_by_text(words.empty)).to_be_visible()
    cashier.key(words.resume).tap()
    till.get_by_role("dialog", name=words.parked).get_by_role("button", name=CHEAP[1]).tap()
    expect(cashier.lines()).to_have_count(1)
    assert cashier.total() == "¥13.90"


def pay_in_two_touches(cashier: Cashier, shots: Path | None) -> str:
    """From the last scan to the change; the receipt's number."""
    till = cashier.page
    cashier.key(cashier.words.pay).tap()
    expect(till.get_by_role("button", name=re.compile(cashier.words.exact))).to_be_visible()
    picture(till, shots, "till-pay")
    till.get_by_role("button", name=re.compile("¥20.00")).tap()
    expect(till.locator(".huge")).to_have_text("¥6.10")
    receipt_no = RECEIPT.search(till.locator(".done").inner_text())
    assert receipt_no is not None
    picture(till, shots, "till-change")
    return receipt_no[0]


def see_paper_and_drawer(bench: Page, receipt_no: str, shots: Path | None) -> None:
    """The paper came out with Chinese on it, and the drawer opened."""
    bench.bring_to_front()
    expect(bench.locator(".slip").filter(has_text=receipt_no)).to_contain_text("松花皮蛋")
    expect(bench.locator(".drawer.open")).to_have_count(1)
    bench.get_by_role("searchbox").fill("")
    picture(bench, shots, "bench")
    bench.locator(".drawer.open .front").tap()


def see_at_head_office(
    console: Page, url: str, login: tuple[str, str], receipt_no: str, shots: Path | None
) -> None:
    """Head office has the sale, with every record of its life."""
    console.bring_to_front()
    console.goto(url)
    for field, text in enumerate(login):
        console.locator("input").nth(field).fill(text)
    console.keyboard.press("Enter")
    sale = console.locator(".feed a").filter(has_text=receipt_no)
    expect(sale).to_be_visible()
    picture(console, shots, "console-today")
    sale.click()
    for event in LIFE:
        expect(console.locator(".trail").get_by_text(re.compile(rf"\.{event}\.v1")).first).to_be_visible()
    hashes = console.locator(".trail code").all_inner_texts()
    assert len(set(hashes)) == len(hashes) >= 8
    assert all(re.fullmatch("[0-9a-f]{64}", text) for text in hashes)
    picture(console, shots, "console-order")


def close_shift(cashier: Cashier) -> None:
    """A blind count that is right: 200 of float and one sale."""
    words, till = cashier.words, cashier.page
    till.bring_to_front()
    expect(till.get_by_text(words.all_sent)).to_be_visible()
    cashier.key(words.next).tap()
    cashier.key(words.more).tap()
    till.get_by_role("dialog").get_by_role("button", name=words.close_shift, exact=True).tap()
    cashier.digits("213.90", till.get_by_role("dialog"))
    till.get_by_role("dialog").get_by_role("button", name=re.compile("¥213.90")).tap()
    expect(till.get_by_text(words.right_count)).to_be_visible()
    cashier.key(words.done).tap()
    expect(till.get_by_role("heading", name=words.sign_in)).to_be_visible()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_first_sale(
    demo: DemoShop, context: BrowserContext, pictures: Path | None, language: str
) -> None:
    bench, till, console = context.new_page(), context.new_page(), context.new_page()
    shots = pictures if language == "zh-CN" else None
    bench.goto(f"{demo.bench}?lang={language}")
    cashier = Cashier(till, language)

    till.bring_to_front()
    cashier.open_till(demo.till, language, "T01")
    picture(till, shots, "till-sign-in")
    cashier.sign_in(*CASHIER)
    cashier.open_shift("200")
    scan_three_codes(cashier, bench)
    picture(till, shots, "till-basket")
    void_park_and_resume(cashier)
    receipt_no = pay_in_two_touches(cashier, shots)

    see_paper_and_drawer(bench, receipt_no, shots)
    see_at_head_office(console, f"{demo.console}?lang={language}", demo.console_login(), receipt_no, shots)
    close_shift(cashier)
