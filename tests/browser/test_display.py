"""The customer's screen beside the till: paired by a number, follows a sale, in both languages."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.axe import check
from tests.browser.cashier import Cashier
from tests.browser.demo_shop import DemoShop
from tests.browser.test_first_sale import picture

APPLES, STRAWBERRIES = "红富士苹果", "草莓 300g"


def pair(cashier: Cashier, screen: Page) -> None:
    """Type the number that the screen shows at the till."""
    screen.bring_to_front()
    code = screen.locator(".code").inner_text()
    cashier.page.bring_to_front()
    cashier.key("更多").tap()
    cashier.page.get_by_role("button", name="顾客屏").tap()
    sheet = cashier.page.get_by_role("dialog", name="顾客屏")
    check(cashier.page)
    cashier.digits(code, sheet)
    sheet.get_by_role("button", name="连接").tap()
    expect(cashier.page.get_by_text("顾客屏已连接")).to_be_visible()


def seen(screen: Page, shots: Path | None, name: str) -> None:
    """For everybody; and a picture for the README, when they are to be made."""
    screen.bring_to_front()
    check(screen)
    picture(screen, shots, f"display-{name}")


def expect_qr(screen: Page) -> None:
    """The shop's QR code is drawn, not only asked for."""
    code = screen.get_by_role("img", name="本店二维码")
    expect(code).to_be_visible()
    expect(code).to_have_js_property("complete", True)
    assert code.evaluate("image => image.naturalWidth") > 0


def ask_for_a_code_and_give_it_up(till: Page, screen: Page, pictures: Path | None) -> None:
    """The screen says what to do, in both languages, and no more of it afterwards."""
    till.locator(".tender").filter(has_text="扫码").tap()
    expect(till.locator(".attempt")).to_be_visible()
    screen.bring_to_front()
    expect(screen.locator(".payment")).to_contain_text("请出示付款码")
    seen(screen, pictures, "payment")
    screen.get_by_role("button", name="English").tap()
    expect(screen.locator(".payment")).to_contain_text("Please show your payment code")
    check(screen)
    screen.get_by_role("button", name="中文").tap()
    till.bring_to_front()
    till.keyboard.press("Escape")
    expect(till.locator(".failed")).to_be_visible()
    screen.bring_to_front()
    expect(screen.locator(".payment")).to_have_count(0)


@pytest.mark.timeout(300)
def test_the_customer_follows_the_sale(
    demo: DemoShop, context: BrowserContext, pictures: Path | None
) -> None:
    bench, till, screen = context.new_page(), context.new_page(), context.new_page()
    bench.goto(demo.bench)
    screen.goto(demo.till.replace("/till/", "/display/"))
    expect(screen.locator(".code")).to_have_text(re.compile(r"^\d{4}$"))
    check(screen)
    cashier = Cashier(till, "zh-CN")
    till.bring_to_front()
    cashier.open_till(demo.till, "zh-CN", "T01")
    cashier.sign_in("1001", "1357")
    cashier.open_shift("200")
    pair(cashier, screen)
    expect(screen.get_by_role("heading", name="店枢示范店")).to_be_visible()
    expect_qr(screen)
    seen(screen, pictures, "idle")

    bench.bring_to_front()
    bench.get_by_role("searchbox").fill(APPLES)
    bench.get_by_role("button", name=f"把 {APPLES} 放到秤上").tap()
    screen.bring_to_front()
    expect(screen.locator(".weight.settled b")).to_have_text(re.compile(r"^0\.[12]\d\d kg$"))
    check(screen)
    till.bring_to_front()
    till.locator(".tile").filter(has_text=APPLES).tap()
    till.get_by_role("dialog").get_by_role("button", name="加入购物篮").tap()
    expect(cashier.lines()).to_have_count(1)
    till.locator(".tile").filter(has_text=STRAWBERRIES).tap()
    expect(cashier.lines()).to_have_count(2)
    screen.bring_to_front()
    expect(screen.locator("li")).to_have_count(2)
    expect(screen.locator("li.newest")).to_contain_text(STRAWBERRIES)
    expect(screen.locator(".total")).to_have_text(cashier.total())
    seen(screen, pictures, "basket")
    screen.get_by_role("button", name="English").tap()
    expect(screen.locator("li.newest")).to_contain_text("Strawberries 300 g")
    check(screen)
    screen.get_by_role("button", name="中文").tap()
    till.bring_to_front()

    cashier.key("收款").tap()
    ask_for_a_code_and_give_it_up(till, screen, pictures)
    till.bring_to_front()
    till.get_by_role("button", name=re.compile("¥50.00")).tap()
    expect(till.locator(".huge")).to_be_visible()
    screen.bring_to_front()
    expect(screen.get_by_role("heading", name="谢谢惠顾")).to_be_visible()
    expect(screen.locator(".change")).to_have_text(till.locator(".huge").inner_text())
    expect_qr(screen)
    seen(screen, pictures, "thanks")
    screen.reload()
    expect(screen.get_by_role("heading", name="谢谢惠顾")).to_be_visible()
    bench.bring_to_front()
    bench.get_by_role("button", name="全部取下").tap()
    till.bring_to_front()
    cashier.key(cashier.words.next).tap()
    cashier.leave_shift("200")
