"""Goods from the bench's shelf over a real scale's wire to the till's basket, and what the customer sees."""

import re

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.cashier import Cashier
from tests.browser.demo_shop import DemoShop

APPLES = "红富士苹果"


def lay(bench: Page, name: str) -> None:
    """Put one of these on the scale."""
    bench.bring_to_front()
    bench.get_by_role("searchbox").fill(name)
    bench.get_by_role("button", name=f"把 {name} 放到秤上").tap()


def touch(cashier: Cashier, name: str) -> Locator:
    """The sheet of goods that are touched on the till."""
    cashier.page.bring_to_front()
    cashier.page.locator(".tile").filter(has_text=name).tap()
    return cashier.page.get_by_role("dialog", name=name)


@pytest.mark.timeout(300)
def test_apples_in_a_box_are_sold_net(demo: DemoShop, context: BrowserContext) -> None:
    bench, till = context.new_page(), context.new_page()
    bench.goto(demo.bench)
    cashier = Cashier(till, "zh-CN")
    till.bring_to_front()
    cashier.open_till(demo.till, "zh-CN", "T01")
    cashier.sign_in("1001", "1357")
    cashier.open_shift("200")
    expect(till.locator(".strip")).to_contain_text("0.000 kg")

    bench.bring_to_front()
    bench.get_by_role("button", name="塑料盒").tap()
    sheet = touch(cashier, APPLES)
    expect(sheet.locator(".grams")).to_have_text("0.040")
    expect(sheet.get_by_role("status")).to_have_text("已停稳")
    sheet.get_by_role("button", name="去皮").tap()
    expect(sheet).to_contain_text("净重 · 皮 0.040 kg")
    expect(sheet.locator(".grams")).to_have_text("0.000")

    lay(bench, APPLES)
    till.bring_to_front()
    expect(sheet.get_by_role("status")).to_have_text("已停稳")
    weight = sheet.locator(".grams").inner_text()
    assert re.fullmatch(r"0\.[12]\d\d", weight)
    sheet.get_by_role("button", name="加入购物篮").tap()
    expect(cashier.lines()).to_have_count(1)
    expect(till.locator(".line .qty")).to_have_text(f"× {weight.rstrip('0')}")
    expect(till.locator(".line")).to_contain_text("皮 0.040 kg")
    expect(till.locator(".strip")).to_contain_text("请取下")
    bench.bring_to_front()
    expect(bench.get_by_role("group", name="顾客看到的")).to_contain_text(APPLES)

    bench.get_by_role("button", name="全部取下").tap()
    bench.locator(".scale").get_by_role("button", name="清皮").tap()
    sell_in_a_container(cashier, bench)
    for _ in range(2):
        till.locator(".line").last.tap()
        cashier.key(cashier.words.void_line).tap()
    expect(cashier.lines()).to_have_count(0)
    cashier.leave_shift("200")


def sell_in_a_container(cashier: Cashier, bench: Page) -> None:
    """The box chosen from the list: the scale itself is told, and forgets it when the goods are gone."""
    lay(bench, APPLES)
    bench.get_by_role("button", name="塑料盒").tap()
    sheet = touch(cashier, APPLES)
    expect(sheet.get_by_role("status")).to_have_text("已停稳")
    gross = float(sheet.locator(".grams").inner_text())
    sheet.get_by_role("button", name="容器").tap()
    sheet.get_by_role("button", name="塑料盒 40 克").tap()
    expect(sheet).to_contain_text("净重 · 容器 0.040 kg")
    expect(sheet.get_by_role("status")).to_have_text("已停稳")
    expect(sheet.locator(".grams")).to_have_text(f"{gross - 0.04:.3f}")
    sheet.get_by_role("button", name="加入购物篮").tap()
    expect(cashier.lines()).to_have_count(2)
    expect(cashier.lines().last).to_contain_text("皮 0.040 kg")
    bench.bring_to_front()
    bench.get_by_role("button", name="全部取下").tap()
    cashier.page.bring_to_front()
    expect(cashier.page.locator(".strip")).to_contain_text("0.000 kg")
