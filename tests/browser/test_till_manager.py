"""What a manager does at the till beside selling: recalls, incidents with drawers, gateways."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import check
from tests.browser.fake_hub import FakeHub
from tests.browser.fake_manager import CODE, MANAGER, gateway, incident
from tests.browser.fake_scale import refusal
from tests.browser.keys import Keys
from tests.browser.test_till_devices import sent


def manage(till: Page, hub: FakeHub, language: str = "zh-CN") -> None:
    """A manager is signed in."""
    assert hub.shop.who
    hub.shop.who["permissions"] += MANAGER
    till.evaluate("language => localStorage.setItem('dianshu.language', language)", language)
    till.reload()
    till.get_by_role("search").wait_for()


def open_from_menu(till: Page, *buttons: str) -> Locator:
    """Through the menu, and what it leads to."""
    till.keyboard.press("F10")
    for button in buttons:
        till.get_by_role("dialog").get_by_role("button", name=button).tap()
    sheet = till.get_by_role("dialog", name=buttons[-1].split("：")[0].split(":")[0])
    sheet.wait_for()
    return sheet


def test_a_manager_recalls_a_batch_and_lifts_it_with_reasons(till: Page, hub: FakeHub, keys: Keys) -> None:
    manage(till, hub)
    sheet = open_from_menu(till, "召回")
    expect(sheet).to_contain_text("现在没有")
    sheet.get_by_role("button", name="召回商品").tap()
    sheet.get_by_label("按名称、拼音首字母或条码查找").fill(hub.shop.items[0]["name"])
    sheet.get_by_role("list", name="要召回的商品").get_by_role("button").first.tap()
    expect(sheet.get_by_role("button", name="召回，停止销售")).to_be_disabled()
    sheet.get_by_label("批次（不填则召回全部批次）").fill("B7")
    sheet.get_by_role("button", name="质量问题").tap()
    sheet.get_by_role("button", name="召回，停止销售").tap()
    expect(sheet.locator(".entry")).to_contain_text("批次 B7 · 质量问题")
    (raised,) = sent(hub.shop, "RecallGoods")
    assert (raised["item_id"], raised["batch"], raised["reason"]) == (
        hub.shop.items[0]["item_id"],
        "B7",
        "质量问题",
    )
    sheet.get_by_role("button", name="解除召回").tap()
    sheet.get_by_role("textbox", name="原因").fill("复检两次都合格")
    till.keyboard.press("Enter")
    expect(sheet).to_contain_text("现在没有")
    assert [one["reason"] for one in sent(hub.shop, "LiftRecall")] == ["复检两次都合格"]


def test_a_cashier_sees_recalls_and_cannot_raise_one(till: Page, hub: FakeHub, keys: Keys) -> None:
    hub.shop.do_RecallGoods({"item_id": "x", "batch": "", "reason": "供应商通知"})
    till.keyboard.press("F10")
    menu = till.get_by_role("dialog")
    expect(menu.get_by_role("button", name="钱箱异常")).to_have_count(0)
    menu.get_by_role("button", name="召回").tap()
    sheet = till.get_by_role("dialog", name="召回")
    expect(sheet.locator(".entry")).to_contain_text("全部批次 · 供应商通知")
    expect(sheet).to_contain_text("需要店长签到")
    expect(sheet.get_by_role("button", name="解除召回")).to_have_count(0)


def test_incidents_are_answered_once_and_say_by_whom(till: Page, hub: FakeHub, keys: Keys) -> None:
    manage(till, hub)
    hub.shop.incidents = [
        incident(9, "left_open"),
        incident(8, "unasked", "s-1"),
        incident(7, "unasked", "s-1", answer="换零钱"),
    ]
    sheet = open_from_menu(till, "钱箱异常")
    waiting = sheet.get_by_role("region", name="待说明")
    expect(waiting.locator(".entry")).to_have_count(2)
    expect(waiting).to_contain_text("当时没有人签到")
    expect(waiting).to_contain_text("当时签到：1001 收银员 01")
    expect(sheet.get_by_role("region", name="已说明")).to_contain_text("9001 于")
    entry = waiting.locator(".entry").filter(has_text="没有销售，钱箱自己打开")
    entry.get_by_role("button", name="说明情况").tap()
    entry.get_by_role("button", name="清点备用金").tap()
    entry.get_by_role("button", name="记下").tap()
    expect(waiting.locator(".entry")).to_have_count(1)
    expect(sheet.get_by_role("region", name="已说明")).to_contain_text("说明：清点备用金")
    (answered,) = sent(hub.shop, "AnswerDrawerIncident")
    assert (answered["incident_seq"], answered["answer"]) == (8, "清点备用金")


def test_a_refused_answer_is_kept_in_its_form(
    till: Page, hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    manage(till, hub)
    hub.shop.incidents = [incident(8, "unasked", "s-1")]
    sheet = open_from_menu(till, "钱箱异常")
    refused = refusal("devices.incident_answer_missing", "请写明原因")
    with monkeypatch.context() as patch:
        patch.setattr(hub.shop, "do_AnswerDrawerIncident", lambda body: refused, raising=False)
        sheet.get_by_role("button", name="说明情况").tap()
        sheet.get_by_role("textbox", name="原因").fill("找零时碰开")
        with till.expect_response("**/api/devices/drawer-incidents?*"):
            sheet.get_by_role("button", name="记下").tap()
        expect(till.get_by_text("请写明原因")).to_be_visible()
        expect(sheet.get_by_role("textbox", name="原因")).to_have_value("找零时碰开")
    sheet.get_by_role("button", name="记下").tap()
    expect(sheet.get_by_role("region", name="已说明")).to_contain_text("说明：找零时碰开")


def test_gateways_that_cannot_be_looked_at_again_are_shown_as_they_were(till: Page, hub: FakeHub) -> None:
    manage(till, hub)
    hub.shop.gateways = [gateway("gateway-1", here=True, paired=False)]
    open_from_menu(till, "设备")
    till.get_by_role("button", name="设备网关").tap()
    sheet = till.get_by_role("dialog", name="设备网关")
    expect(sheet.locator(".entry")).to_contain_text("gateway-1")
    away = {"code": "any", "text": "读不到", "facts": {}}
    till.route("**/api/gateways/known", lambda route: route.fulfill(status=409, json=away))
    for _ in range(2):
        till.wait_for_event("response", lambda answer: answer.url.endswith("/api/gateways/known"))
    expect(till.get_by_text("读不到")).to_have_count(0)
    expect(sheet.locator(".entry")).to_contain_text("gateway-1")


def test_a_gateway_is_paired_by_a_code_and_revoked_in_two_touches(
    till: Page, hub: FakeHub, keys: Keys
) -> None:
    manage(till, hub)
    hub.shop.gateways = [
        gateway("counter-2", here=False, paired=True),
        gateway("counter-3", here=False, paired=True, seen=False),
        gateway("gateway-1", here=True, paired=False),
    ]
    open_from_menu(till, "设备")
    till.get_by_role("button", name="设备网关").tap()
    sheet = till.get_by_role("dialog", name="设备网关")
    rows = {
        name: sheet.locator(".entry").filter(has_text=name)
        for name in ("counter-2", "counter-3", "gateway-1")
    }
    expect(rows["gateway-1"]).to_contain_text("已连接")
    expect(rows["gateway-1"]).to_contain_text("本店主机上的网关")
    expect(rows["gateway-1"].get_by_role("button")).to_have_count(0)
    expect(rows["counter-2"]).to_contain_text("上次在线")
    expect(rows["counter-3"]).to_contain_text("还没有连接过")

    name = sheet.get_by_label("网关名")
    name.fill("Counter 4")
    expect(sheet.get_by_role("button", name="生成配对码")).to_be_disabled()
    name.fill("counter-4")
    till.keyboard.press("Enter")
    expect(sheet.locator(".code")).to_contain_text(CODE)
    expect(sheet.locator(".code")).to_contain_text(
        f"dianshu gateway pair --hub https://127.0.0.1:8712 --code {CODE} --config gateway.toml"
    )
    expect(sheet.locator(".code")).to_contain_text("秒内有效，只能用一次")
    assert hub.shop.codes_for == ["counter-4"]

    rows["counter-2"].get_by_role("button", name="撤销").tap()
    assert not sent(hub.shop, "RevokeGateway")
    rows["counter-2"].get_by_role("button", name="确认撤销 counter-2").tap()
    expect(rows["counter-2"]).to_contain_text("已撤销")
    assert [one["gateway_id"] for one in sent(hub.shop, "RevokeGateway")] == ["counter-2"]


def test_a_name_that_is_taken_is_told_in_the_hubs_words(till: Page, hub: FakeHub, keys: Keys) -> None:
    manage(till, hub)
    open_from_menu(till, "设备")
    till.get_by_role("button", name="设备网关").tap()
    till.get_by_label("网关名").fill("gateway-1")
    till.get_by_role("button", name="生成配对码").tap()
    expect(till.get_by_text("这个名字的网关已经在用")).to_be_visible()


SHEETS = [
    ("zh-CN", ("召回",), "召回", "解除召回"),
    ("en", ("Recalls",), "Recalls", "Lift the recall"),
    ("zh-CN", ("钱箱异常",), "钱箱异常", "说明情况"),
    ("en", ("Drawer incidents",), "Drawer incidents", "Answer it"),
    ("zh-CN", ("设备", "设备网关"), "设备网关", "撤销"),
    ("en", ("Devices", "Device gateways"), "Device gateways", "Revoke"),
]


@pytest.mark.parametrize(("language", "way", "name", "button"), SHEETS)
def test_they_are_accessible_and_large_enough(
    till: Page, hub: FakeHub, keys: Keys, language: str, way: tuple[str, ...], name: str, button: str
) -> None:
    manage(till, hub, language)
    hub.shop.do_RecallGoods({"item_id": "x", "batch": "B7", "reason": "供应商通知"})
    hub.shop.incidents = [incident(9, "left_open"), incident(8, "unasked", "s-1", answer="换零钱")]
    hub.shop.gateways = [gateway("counter-2", here=False, paired=True)]
    till.keyboard.press("F10")
    for step in way:
        till.get_by_role("dialog").get_by_role("button", name=step).tap()
    sheet = till.get_by_role("dialog", name=name)
    expect(sheet.locator(".entry").first).to_be_visible()
    check(till)
    sheet.get_by_role("button", name=button).first.tap()
    check(till)
    heights = "keys => keys.map(key => key.getBoundingClientRect().height)"
    assert min(sheet.locator("button:visible, input:visible").evaluate_all(heights)) >= 56
    till.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
