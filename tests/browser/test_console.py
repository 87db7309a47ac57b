"""Head office's page, on the real cloud."""

import re

from playwright.sync_api import Page, expect

from tests.browser.axe import check
from tests.browser.demo_shop import DemoShop


def sign_in(page: Page, demo: DemoShop, language: str = "zh-CN") -> None:
    """As the demo's account."""
    page.goto(f"{demo.console}?lang={language}")
    login, password = demo.console_login()
    page.locator("input").nth(0).fill(login)
    page.locator("input").nth(1).fill(password)
    page.keyboard.press("Enter")
    page.get_by_role("navigation").wait_for()


def test_a_wrong_password_is_told(demo: DemoShop, page: Page) -> None:
    page.goto(demo.console)
    page.locator("input").nth(0).fill("demo")
    page.locator("input").nth(1).fill("wrong-password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).not_to_be_empty()
    check(page)


def test_the_store_stands_there_with_nothing_to_send(demo: DemoShop, page: Page) -> None:
    sign_in(page, demo)
    row = page.get_by_role("row").filter(has_text="S001")
    expect(row).to_contain_text("在线")
    expect(row).to_contain_text("0 条")
    expect(page.get_by_role("img", name="每小时销售额柱状图").locator("svg")).to_be_visible()
    check(page)


def test_orders_by_day_and_store(demo: DemoShop, page: Page) -> None:
    sign_in(page, demo, "en")
    page.get_by_role("link", name="Orders").click()
    expect(page.get_by_role("combobox", name="Store")).to_be_visible()
    expect(page.get_by_text("No orders on this day").or_(page.get_by_role("table"))).to_be_visible()
    check(page)


def test_a_stores_devices_and_what_they_have_done(demo: DemoShop, page: Page) -> None:
    sign_in(page, demo, "en")
    page.get_by_role("link", name="S001", exact=True).click()
    expect(page.get_by_role("heading", name="Devices of S001")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="scanner-2")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="printer-1")).to_be_visible()
    check(page)


def test_signing_out_ends_it(demo: DemoShop, page: Page) -> None:
    sign_in(page, demo)
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("heading", name="登录")).to_be_visible()
    page.goto(f"{demo.console}#/orders")
    page.reload()
    expect(page.get_by_role("heading", name="登录")).to_be_visible()
    expect(page.get_by_text(re.compile("S001"))).to_have_count(0)
