"""axe over the screens as they are when they are full, in both languages."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import check
from tests.browser.fake_hub import FakeHub


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_till_with_a_full_basket(till: Page, hub: FakeHub, language: str) -> None:
    hub.shop.fill(len(hub.shop.items))
    hub.shop.say("basket", basket=hub.shop.basket)
    hub.push()
    till.evaluate("language => localStorage.setItem('dianshu.language', language)", language)
    till.reload()
    expect(till.locator(".line")).to_have_count(len(hub.shop.items))
    expect(till.locator(".tile").first).to_be_visible()
    check(till)
    till.keyboard.press("F9")
    expect(till.locator(".exact")).to_be_visible()
    check(till)
    till.keyboard.press("Enter")
    expect(till.locator(".done")).to_be_visible()
    check(till)


@pytest.mark.parametrize("key", ["F4", "F6", "F7", "F8", "F10"])
def test_the_sheets(till: Page, hub: FakeHub, key: str) -> None:
    hub.shop.fill(2)
    hub.shop.say("basket", basket=hub.shop.basket)
    hub.push()
    expect(till.locator(".line")).to_have_count(2)
    till.keyboard.press(key)
    expect(till.get_by_role("dialog")).to_be_visible()
    check(till)
    till.keyboard.press("Escape")
    expect(till.get_by_role("dialog")).to_have_count(0)


def test_the_sign_in(page: Page, hub: FakeHub) -> None:
    page.goto("http://127.0.0.1:8710/till/")
    page.get_by_role("button", name="T01").wait_for()
    check(page)
    page.get_by_role("button", name="T01").tap()
    expect(page.get_by_role("heading", name="签到")).to_be_visible()
    check(page)


def test_targets_are_large_enough(till: Page, hub: FakeHub) -> None:
    hub.shop.fill(6)
    hub.shop.say("basket", basket=hub.shop.basket)
    hub.push()
    expect(till.locator(".line")).to_have_count(6)
    boxes = "keys => keys.map(key => [key.innerText, key.getBoundingClientRect().toJSON()])"
    for text, box in till.locator("button:visible").evaluate_all(boxes):
        assert min(box["width"], box["height"]) >= 44, f"{text!r} is {box}"
    assert till.locator(".line").first.bounding_box()["height"] >= 56  # type: ignore[index]
    assert till.get_by_role("button", name="收款").bounding_box()["height"] >= 80  # type: ignore[index]
