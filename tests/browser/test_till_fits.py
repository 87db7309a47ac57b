"""The till on a counter's screen, on an old one and on a phone: nothing is cut off, in either language."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import check
from tests.browser.fake_hub import FakeHub
from tests.browser.fake_payments import CARD, CODE
from tests.browser.keys import Keys

SIZES = {"counter": (1280, 800), "old": (1024, 768), "phone": (430, 932)}
CUT_OFF = """() => [...document.querySelectorAll('body *')].filter(one => {
  const box = one.getBoundingClientRect();
  const scrolls = one.closest('.categories, .lines, .tiles, .visually-hidden');
  const hidden = !box.width || getComputedStyle(one).clipPath !== 'none';
  const behind = document.querySelector('.sheet') && !one.closest('.sheet');
  if (scrolls || hidden || behind) return false;
  const outside = box.left < -1 || box.right > innerWidth + 1;
  return outside || (one.matches('button, .key, output') && one.scrollWidth > one.clientWidth + 1);
}).map(one => `${one.className}: ${one.textContent.trim()}`)"""


def whole(page: Page) -> None:
    """Nothing reaches past the screen's sides, no key is too small for its words, and it is for everybody."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(CUT_OFF) == []
    check(page)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_nothing_is_cut_off(
    till: Page, hub: FakeHub, keys: Keys, language: str, size: tuple[int, int]
) -> None:
    till.set_viewport_size({"width": size[0], "height": size[1]})
    till.evaluate("language => localStorage.setItem('dianshu.language', language)", language)
    hub.shop.bind_scale()
    hub.shop.devices += [CARD, CODE]
    till.reload()
    till.get_by_role("search").wait_for()
    hub.shop.lay(1250, tare_g=40)
    hub.shop.fill(12)
    hub.shop.say("basket", basket=hub.shop.basket)
    hub.push()
    expect(till.locator(".line")).to_have_count(12)
    whole(till)
    till.locator(".chip").nth(6).tap()
    till.locator(".tile").first.tap()
    sheet = till.get_by_role("dialog")
    expect(sheet.locator(".grams")).to_have_text("1.250")
    whole(till)
    keys.type("b")
    expect(sheet.locator(".containers .key")).to_have_count(3)
    whole(till)
    keys.press("Escape")
    expect(sheet).to_have_count(0)
    keys.press("F9")
    expect(till.locator(".exact")).to_be_visible()
    whole(till)
    till.locator(".exact").tap()
    expect(till.locator(".next")).to_be_visible()
    whole(till)
