"""From a browser that has never been here to an open shift, by touch and by keyboard."""

from playwright.sync_api import Page, expect

from tests.browser.fake_hub import FakeHub
from tests.browser.keys import Keys


def test_by_touch_alone(page: Page, hub: FakeHub) -> None:
    page.goto("http://127.0.0.1:8710/till/")
    page.get_by_role("button", name="T01").tap()
    pad = page.get_by_role("group", name="数字键盘")
    for digit in "0001":
        pad.get_by_role("button", name=digit, exact=True).tap()
    page.get_by_role("button", name="输入密码").tap()
    for digit in "2468":
        pad.get_by_role("button", name=digit, exact=True).tap()
    page.get_by_role("button", name="签到").tap()
    for digit in "200":
        pad.get_by_role("button", name=digit, exact=True).tap()
    page.get_by_role("button", name="开班").tap()
    expect(page.get_by_text("扫商品开始")).to_be_visible()
    assert hub.shop.shift is not None
    assert hub.shop.shift["float_fen"] == 200_00


def test_by_keyboard_alone(page: Page, keys: Keys, hub: FakeHub) -> None:
    page.goto("http://127.0.0.1:8710/till/?lang=en")
    page.get_by_role("button", name="T01").press("Enter")
    for text, then in (("0001", "0 digits entered"), ("2468", "Open the shift"), ("150.5", "Scan to begin")):
        keys.type(text)
        keys.press("Enter")
        expect(page.get_by_text(then, exact=True)).to_be_visible()
    assert hub.shop.shift is not None
    assert hub.shop.shift["float_fen"] == 150_50


def test_a_wrong_pin_is_told_and_the_number_kept(page: Page, keys: Keys, hub: FakeHub) -> None:
    page.goto("http://127.0.0.1:8710/till/")
    page.get_by_role("button", name="T01").tap()
    keys.type("0001")
    keys.press("Enter")
    keys.type("9999")
    keys.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("工号或密码不正确")
    expect(page.locator(".entry").first).to_contain_text("0001")
    assert hub.shop.who is None


def test_a_reload_keeps_the_session_and_the_basket(till: Page, hub: FakeHub) -> None:
    hub.shop.fill(3)
    till.reload()
    expect(till.locator(".line")).to_have_count(3)


def test_an_approval_ends_with_the_session_it_was_asked_in(till: Page, keys: Keys, hub: FakeHub) -> None:
    keys.press("F7")
    till.get_by_role("dialog").get_by_role("button", name="换零钱").tap()
    approval = till.get_by_role("dialog", name="需要店长授权")
    expect(approval).to_be_visible()
    over = {"code": "auth.sign_in_first", "text": "请先签到", "facts": {}}
    till.route("**/api/payments/drawer/open", lambda route: route.fulfill(status=401, json=over))
    for typed in ("0009", "2468"):
        keys.type(typed)
        keys.press("Enter")
    expect(till.get_by_role("heading", name="签到")).to_be_visible()
    expect(till.get_by_role("dialog")).to_have_count(0)
