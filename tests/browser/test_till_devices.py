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
    expect(sheet.locator(".device")).to_have_count(9)
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
    for device_id, button in (("printer-1", "打印测试小票"), ("labels-1", "打印测试标签")):
        printer = card(sheet, device_id)
        printer.get_by_role("button", name=button).tap()
        expect(printer).to_contain_text("正在打印")
        counter.shop.prints = []
        counter.shop.say("prints", prints=[])
        counter.push()
        expect(printer).to_contain_text("测试已打印")


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
    let_manage(till, counter)
    sheet = open_devices(till, keys)
    card(sheet, "labels-1").get_by_role("button", name="给本台用").tap()
    expect(sheet.get_by_role("region", name="本收银台")).to_contain_text("labels-1")
    card(sheet, "labels-1").get_by_role("button", name="解除绑定").tap()
    expect(sheet.get_by_role("region", name="未绑定")).to_contain_text("labels-1")


def test_a_terminal_answers_for_itself(till: Page, counter: FakeHub, keys: Keys) -> None:
    terminal = card(open_devices(till, keys), "card-1")
    terminal.get_by_role("button", name="询问终端").tap()
    expect(terminal).to_contain_text("终端正常应答，用时 42 毫秒，没有动钱")
    counter.shop.terminal = {
        "ok": False,
        "reason": "terminal.not_authorised",
        "text": "签名错误",
        "took_ms": 9,
    }
    terminal.get_by_role("button", name="询问终端").tap()
    expect(terminal).to_contain_text("收不了款：终端未获授权，请联系收单机构 · 签名错误")
    assert [command["device_id"] for command in sent(counter.shop, "TryTerminal")] == ["card-1", "card-1"]


def let_manage(till: Page, counter: FakeHub) -> None:
    """Who is signed in may bind and calibrate."""
    assert counter.shop.who
    counter.shop.who["permissions"].append("devices.edit")
    till.reload()
    till.get_by_role("search").wait_for()


def test_a_manager_teaches_a_drawers_sensor(till: Page, counter: FakeHub, keys: Keys) -> None:
    sheet = open_devices(till, keys)
    expect(sheet.get_by_role("button", name="校准传感器")).to_have_count(0)
    expect(card(sheet, "drawer-2")).to_contain_text("没有传感器：触发盒不应答，开合一直未知")
    let_manage(till, counter)
    sheet = open_devices(till, keys)
    drawer = card(sheet, "drawer-1")
    expect(card(sheet, "drawer-2").get_by_role("button", name="校准传感器")).to_have_count(0)
    drawer.get_by_role("button", name="校准传感器").tap()
    expect(drawer).to_contain_text("请关上钱箱")
    drawer.get_by_role("button", name="已经关上").tap()
    expect(drawer).to_contain_text("请用钥匙或按钮打开钱箱")
    expect(drawer).to_contain_text("开合未知")
    drawer.get_by_role("button", name="已经打开").focus()
    till.keyboard.press("Enter")
    expect(drawer).to_contain_text("校准完成，已记住")
    expect(drawer.get_by_role("button", name="校准传感器")).to_be_focused()
    shown = [command["is_open"] for command in sent(counter.shop, "LearnDrawer")]
    assert shown == [False, True]


def test_a_drawer_whose_level_never_changes_has_no_sensor(till: Page, counter: FakeHub, keys: Keys) -> None:
    let_manage(till, counter)
    counter.shop.lesson = {"ok": False, "reason": "drawer.unwired", "open_when": "unwired"}
    drawer = card(open_devices(till, keys), "drawer-1")
    for button in ("校准传感器", "已经关上", "已经打开"):
        drawer.get_by_role("button", name=button).tap()
    expect(drawer).to_contain_text("电平始终没有变化：这个钱箱没有传感器")
    expect(drawer).to_contain_text("开合未知")


@pytest.mark.parametrize(
    ("language", "devices", "hint"),
    [("zh-CN", "设备", "签到后可以测试"), ("en", "Devices", "Sign in to test")],
)
def test_before_anybody_signs_in_the_devices_are_shown_and_no_more(
    page: Page, hub: FakeHub, language: str, devices: str, hint: str
) -> None:
    hub.shop.furnish()
    page.goto(f"http://127.0.0.1:8710/till/?lang={language}")
    page.get_by_role("button", name="T01").wait_for()
    page.get_by_role("button", name=devices).tap()
    expect(page.get_by_role("dialog", name=devices).locator(".device")).to_have_count(9)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="T01").tap()
    page.get_by_role("button", name=devices).tap()
    sheet = page.get_by_role("dialog", name=devices)
    expect(sheet.locator(".device")).to_have_count(9)
    expect(sheet).to_contain_text(hint)
    expect(sheet.locator(".device button")).to_have_count(0)
    check(page)
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)


def test_with_no_shift_open_devices_are_tested(page: Page, hub: FakeHub) -> None:
    hub.shop.furnish()
    hub.shop.do_SignIn({"pin": "2468", "staff_no": "0001", "terminal_id": "T01"})
    page.add_init_script("localStorage['dianshu.terminal'] = 'T01'")
    page.add_init_script("sessionStorage['dianshu.signed-in'] = '1'")
    page.goto("http://127.0.0.1:8710/till/")
    page.get_by_role("button", name="设备").tap()
    sheet = page.get_by_role("dialog", name="设备")
    card(sheet, "display-1").get_by_role("button", name="显示测试文字").tap()
    expect(card(sheet, "display-1")).to_contain_text("十秒后恢复")
    check(page)


WORDS = [("zh-CN", "更多", "设备"), ("en", "More", "Devices")]


@pytest.mark.parametrize(("language", "more", "devices"), WORDS)
def test_it_is_accessible_and_large_enough(
    till: Page, counter: FakeHub, keys: Keys, language: str, more: str, devices: str
) -> None:
    let_manage(till, counter)
    till.evaluate("language => localStorage.setItem('dianshu.language', language)", language)
    till.reload()
    till.get_by_role("search").wait_for()
    sheet = open_devices(till, keys, more, devices)
    expect(sheet.locator(".device")).to_have_count(9)
    counter.shop.lay(1240)
    counter.push()
    expect(sheet).to_contain_text("1.240 kg")
    check(till)
    heights = "keys => keys.map(key => key.getBoundingClientRect().height)"
    assert min(sheet.locator("button:visible").evaluate_all(heights)) >= 56
