"""The till's device page: what is there, how it is, and the test that suits it."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import check
from tests.browser.fake_hub import FakeHub
from tests.browser.fake_shop import FakeShop
from tests.browser.keys import Keys


def open_devices(till: Page, keys: Keys, more: str = "更多", devices: str = "设备") -> Locator:
    """The device page, by keyboard to the menu and by touch from there."""
    till.keyboard.press("F10")
    till.get_by_role("dialog", name=more).get_by_role("button", name=devices).tap()
    sheet = till.get_by_role("dialog", name=devices)
    sheet.wait_for()
    return sheet


def card(sheet: Locator, device_id: str) -> Locator:
    """One device's card."""
    return sheet.locator(".device").filter(has_text=device_id)


def sent(shop: FakeShop, kind: str) -> list[dict[str, object]]:
    """The commands of one kind."""
    return [command for command in shop.commands if command["type"] == kind]


@pytest.fixture
def counter(till: Page, hub: FakeHub) -> FakeHub:
    """A counter with every kind of device."""
    hub.shop.furnish()
    hub.shop.lay(1240)
    hub.push()
    return hub


def test_every_device_says_how_it_is(till: Page, counter: FakeHub, keys: Keys) -> None:
    sheet = open_devices(till, keys)
    expect(sheet.locator(".device")).to_have_count(7)
    expect(card(sheet, "scanner-1")).to_contain_text("正常")
    expect(card(sheet, "scanner-1")).to_contain_text("扫码 128 次 · 重连 2 次")
    expect(card(sheet, "printer-1")).to_contain_text("纸快用完了")
    expect(card(sheet, "drawer-1")).to_contain_text("已关闭")
    expect(card(sheet, "scale-1")).to_contain_text("1.240 kg")
    expect(card(sheet, "labels-1")).to_contain_text("usb:0a5f:0166:D2J1")
    expect(card(sheet, "scale-2")).to_contain_text("没有找到设备")
    expect(card(sheet, "scale-2")).to_contain_text("T02")
    expect(card(sheet, "scanner-1")).to_contain_text("3 秒前有读数")
    counter.shop.change("drawer-1", is_open=1)
    counter.shop.change("printer-1", health="failed", reason="printer.paper_out")
    counter.push()
    expect(card(sheet, "drawer-1")).to_contain_text("已打开")
    expect(card(sheet, "printer-1")).to_contain_text("缺纸")


def test_a_test_scan_is_shown_and_is_on_no_basket(till: Page, counter: FakeHub, keys: Keys) -> None:
    sheet = open_devices(till, keys)
    scanner = card(sheet, "scanner-1")
    scanner.get_by_role("button", name="扫码测试").tap()
    expect(scanner).to_contain_text("秒内扫码")
    assert [command["device_id"] for command in sent(counter.shop, "TryScanner")] == ["scanner-1"]
    counter.shop.say(
        "scan_tested", device_id="scanner-1", text="6901234567892", symbology="E0", age_ms=45, trouble=""
    )
    counter.push()
    expect(scanner).to_contain_text("扫到 6901234567892 · 用时 45 毫秒 · 码制 E0")
    counter.shop.say(
        "scan_tested", device_id="scanner-1", text="", symbology=None, age_ms=0, trouble="条码没有读完整"
    )
    counter.push()
    expect(scanner).to_contain_text("条码没有读完整")
    till.keyboard.press("Escape")
    expect(till.locator(".line")).to_have_count(0)


def test_a_test_slip_is_followed_to_its_end(till: Page, counter: FakeHub, keys: Keys) -> None:
    sheet = open_devices(till, keys)
    printer = card(sheet, "labels-1")
    printer.get_by_role("button", name="打印测试小票").tap()
    expect(printer).to_contain_text("正在打印")
    counter.shop.prints = []
    counter.shop.say("prints", prints=[])
    counter.push()
    expect(printer).to_contain_text("测试小票已打印")


def test_the_drawer_opens_with_a_managers_pin_as_without_a_sale(
    till: Page, counter: FakeHub, keys: Keys
) -> None:
    sheet = open_devices(till, keys)
    card(sheet, "drawer-1").get_by_role("button", name="打开钱箱").tap()
    expect(till.get_by_role("dialog", name="需要店长授权")).to_be_visible()
    till.keyboard.press("Escape")
    expect(till.get_by_role("dialog", name="设备")).to_be_visible()
    assert len(sent(counter.shop, "OpenDrawer")) == 1


def test_scale_and_display(till: Page, counter: FakeHub, keys: Keys) -> None:
    sheet = open_devices(till, keys)
    card(sheet, "scale-1").get_by_role("button", name="去皮", exact=True).tap()
    card(sheet, "display-1").get_by_role("button", name="显示测试文字").tap()
    expect(card(sheet, "display-1")).to_contain_text("十秒后恢复")
    assert [command["key"] for command in sent(counter.shop, "PressScaleKey")] == ["tare"]
    assert [command["device_id"] for command in sent(counter.shop, "TryDisplay")] == ["display-1"]


def test_a_manager_binds_and_releases(till: Page, counter: FakeHub, keys: Keys) -> None:
    sheet = open_devices(till, keys)
    expect(sheet.get_by_role("button", name="给本台用")).to_have_count(0)
    expect(sheet).to_contain_text("需要店长签到")
    assert counter.shop.who
    counter.shop.who["permissions"].append("devices.edit")
    till.reload()
    till.get_by_role("search").wait_for()
    sheet = open_devices(till, keys)
    card(sheet, "labels-1").get_by_role("button", name="给本台用").tap()
    expect(sheet.get_by_role("region", name="本收银台")).to_contain_text("labels-1")
    card(sheet, "labels-1").get_by_role("button", name="解除绑定").tap()
    expect(sheet.get_by_role("region", name="未绑定")).to_contain_text("labels-1")


WORDS = [("zh-CN", "更多", "设备"), ("en", "More", "Devices")]


@pytest.mark.parametrize(("language", "more", "devices"), WORDS)
def test_it_is_accessible_and_large_enough(
    till: Page, counter: FakeHub, keys: Keys, language: str, more: str, devices: str
) -> None:
    assert counter.shop.who
    counter.shop.who["permissions"].append("devices.edit")
    till.evaluate("language => localStorage.setItem('dianshu.language', language)", language)
    till.reload()
    till.get_by_role("search").wait_for()
    sheet = open_devices(till, keys, more, devices)
    expect(sheet.locator(".device")).to_have_count(7)
    counter.shop.lay(1240)
    counter.push()
    expect(sheet).to_contain_text("1.240 kg")
    check(till)
    heights = "keys => keys.map(key => key.getBoundingClientRect().height)"
    assert min(sheet.locator("button:visible").evaluate_all(heights)) >= 56
