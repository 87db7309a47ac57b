"""Goods sold by weight: the scale's word, live; its keys; and a weight by hand where that may be."""

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.axe import check
from tests.browser.fake_hub import FakeHub
from tests.browser.fake_scale import refusal
from tests.browser.fake_shop import FakeShop
from tests.browser.keys import Keys

APPLES = "红富士苹果"


def touch_apples(till: Page) -> Locator:
    """The sheet that opens for them."""
    till.get_by_role("button", name="生鲜").tap()
    till.locator(".tile").filter(has_text=APPLES).tap()
    return till.get_by_role("dialog", name=APPLES)


def sent(shop: FakeShop, kind: str) -> list[dict[str, object]]:
    """The commands of one kind."""
    return [command for command in shop.commands if command["type"] == kind]


@pytest.fixture
def scale(till: Page, hub: FakeHub) -> FakeHub:
    """A till with a scale that works, and nothing on it."""
    hub.shop.bind_scale()
    hub.shop.lay(0, "devices.weight_empty")
    hub.push()
    expect(till.locator(".strip")).to_contain_text("0.000 kg")
    return hub


def test_the_live_weight_is_sold_with_one_touch_once_it_has_settled(till: Page, scale: FakeHub) -> None:
    sheet = touch_apples(till)
    take = sheet.get_by_role("button", name="加入购物篮")
    for grams, reason, words in (
        (None, "devices.weight_unsettled", "正在称"),
        (None, "devices.weight_over", "超出量程"),
        (None, "devices.weight_under", "低于零点"),
        (1250, "devices.weight_sold", "请取下"),
        (None, "devices.weight_stale", "秤没有读数"),
    ):
        scale.shop.lay(grams, reason)
        scale.push()
        expect(sheet.get_by_role("status")).to_contain_text(words)
        expect(sheet.locator(".grams")).to_have_text("1.250" if grams else "–.–––")
        expect(take).to_be_disabled()
    scale.shop.lay(1250)
    scale.push()
    expect(sheet.get_by_role("status")).to_have_text("已停稳")
    expect(sheet.locator(".grams")).to_have_text("1.250")
    expect(sheet).to_contain_text("¥11.23")
    take.tap()
    expect(sheet).to_be_hidden()
    expect(till.locator(".line .qty")).to_have_text("× 1.25")
    expect(till.locator(".strip")).to_contain_text("请取下")
    assert [command["item_id"] for command in sent(scale.shop, "WeighItem")] == ["item-020"]


def test_enter_takes_it_and_what_was_weighed_stays_as_it_is(till: Page, scale: FakeHub, keys: Keys) -> None:
    sheet = touch_apples(till)
    keys.press("Enter")
    scale.shop.lay(735, tare_g=40)
    scale.push()
    expect(sheet).to_contain_text("净重 · 皮 0.040 kg")
    keys.press("Enter")
    expect(till.locator(".line .qty")).to_have_text("× 0.735")
    expect(till.get_by_role("button", name="加一")).to_be_disabled()
    expect(till.get_by_role("button", name="删除此行")).to_be_enabled()
    keys.press("F8")
    keys.type("+")
    expect(till.get_by_role("dialog")).to_have_count(0)
    assert len(sent(scale.shop, "WeighItem")) == 1
    assert not sent(scale.shop, "SetQuantity")


@pytest.mark.parametrize("by_hand", [False, True], ids=["by scale", "by hand"])
def test_what_the_code_said_goes_with_the_weight(till: Page, scale: FakeHub, by_hand: bool) -> None:
    code = {"code": "010699123450001210B7", "symbology": "d2"}
    piece = {"batch": "B7", "expires_on": "2026-12-31", "serial": None}
    if by_hand:
        scale.shop.bind_scale("closed")
    scale.shop.lay(1250)
    scale.shop.say("ask", question="needs_weight", item_id="item-020", **code, **piece)
    scale.push()
    sheet = till.get_by_role("dialog", name=APPLES)
    expect(sheet).to_contain_text("批号 B7 · 可售至 2026-12-31")
    if by_hand:
        sheet.get_by_role("button", name="1", exact=True).tap()
    sheet.get_by_role("button", name="加入购物篮").tap()
    expect(sheet).to_be_hidden()
    (sold,) = sent(scale.shop, "AddItem" if by_hand else "WeighItem")
    assert {key: sold[key] for key in code} == code


def test_the_scales_keys_by_touch_and_by_letter(till: Page, scale: FakeHub, keys: Keys) -> None:
    sheet = touch_apples(till)
    sheet.get_by_role("button", name="去皮").tap()
    with till.expect_response(lambda answer: "clear_tare" in (answer.request.post_data or "")):
        keys.type("zc")
    expect(sheet).to_be_visible()
    assert [command["key"] for command in sent(scale.shop, "PressScaleKey")] == ["tare", "zero", "clear_tare"]


def told(shop: FakeShop) -> list[object]:
    """The tares that the scale was told, and the keys that were pressed, in their order."""
    return [
        command.get("tare_g") or command["key"]
        for command in shop.commands
        if command["type"] in ("PresetTare", "PressScaleKey")
    ]


def test_a_container_is_chosen_from_the_shops_list_and_its_weight_taken_off(
    till: Page, scale: FakeHub
) -> None:
    scale.shop.lay(1250)
    scale.push()
    sheet = touch_apples(till)
    sheet.get_by_role("button", name="容器").tap()
    check(till)
    expect(sheet.get_by_role("button", name="不用容器")).to_have_attribute("aria-pressed", "true")
    sheet.get_by_role("button", name="玻璃碗 320 克").tap()
    expect(sheet.locator(".grams")).to_have_text("0.930")
    expect(sheet).to_contain_text("净重 · 容器 0.320 kg")
    sheet.get_by_role("button", name="加入购物篮").tap()
    expect(till.locator(".line")).to_contain_text("皮 0.320 kg")
    assert told(scale.shop) == [320]


def test_a_containers_weight_is_typed_and_forgotten_with_the_sheet(
    till: Page, scale: FakeHub, keys: Keys
) -> None:
    sheet = touch_apples(till)
    keys.type("b")
    expect(sheet).to_contain_text("输入它的重量")
    keys.type("85")
    expect(sheet.get_by_role("button", name="扣除 85 克")).to_be_enabled()
    keys.press("Enter")
    scale.shop.lay(-85, "devices.weight_empty", tare_g=85, is_preset=True)
    scale.push()
    expect(sheet.get_by_role("status")).to_have_text("请连容器一起放上")
    with till.expect_response(lambda answer: "clear_tare" in (answer.request.post_data or "")):
        keys.press("Escape")
    expect(till.get_by_role("dialog")).to_have_count(0)
    assert told(scale.shop) == [85, "clear_tare"]


def lay_apples_of_a_container(till: Page, scale: FakeHub) -> None:
    """Apples, sold in a container of their own, lie on the scale."""
    scale.shop.find("item-020")["tare_g"] = 40
    till.reload()
    till.get_by_role("search").wait_for()
    scale.shop.lay(1250)
    scale.push()


def test_an_items_own_container_is_told_when_its_sheet_opens(till: Page, scale: FakeHub) -> None:
    lay_apples_of_a_container(till, scale)
    sheet = touch_apples(till)
    expect(sheet).to_contain_text("净重 · 容器 0.040 kg")
    assert told(scale.shop) == [40]


def test_a_scale_that_was_away_is_told_the_tare_again(till: Page, scale: FakeHub) -> None:
    lay_apples_of_a_container(till, scale)
    sheet = touch_apples(till)
    expect(sheet).to_contain_text("净重 · 容器 0.040 kg")
    scale.shop.lay(None, "devices.weight_stale")
    scale.push()
    expect(sheet.locator(".grams")).to_have_text("–.–––")
    scale.shop.lay(1250)
    with till.expect_response("**/api/devices/preset-tare"):
        scale.push()
    expect(sheet.locator(".grams")).to_have_text("1.210")
    assert told(scale.shop) == [40, 40]


def test_a_container_thought_better_of_at_once_is_not_taken_off(
    till: Page, scale: FakeHub, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The scale has the tare already, and shows it only with its next reading."""
    scale.shop.lay(1250)
    scale.push()
    sheet = touch_apples(till)
    monkeypatch.setattr(scale.shop, "do_PresetTare", lambda _body: (200, {"device_id": "scale-1"}))
    sheet.get_by_role("button", name="容器").tap()
    sheet.get_by_role("button", name="玻璃碗 320 克").tap()
    expect(sheet.get_by_role("button", name="加入购物篮")).to_be_enabled()
    keys.type("b")
    sheet.get_by_role("button", name="不用容器").tap()
    expect(sheet.get_by_role("button", name="加入购物篮")).to_be_enabled()
    assert told(scale.shop) == [320, "clear_tare"]


def tared_apples(till: Page, scale: FakeHub) -> Locator:
    """Apples that are sold in a container of their own; its tare is asked for, and not answered yet."""
    lay_apples_of_a_container(till, scale)
    expect(till.locator(".strip")).to_contain_text("1.250 kg")
    scale.late.add("PresetTare")
    return touch_apples(till)


def test_nothing_is_sold_before_the_scale_has_taken_the_tare(till: Page, scale: FakeHub, keys: Keys) -> None:
    sheet = tared_apples(till, scale)
    expect(sheet.get_by_role("status")).to_have_text("已停稳")
    expect(sheet.get_by_role("button", name="加入购物篮")).to_be_disabled()
    keys.press("Enter")
    assert not sent(scale.shop, "WeighItem")
    scale.answer()
    expect(sheet.get_by_role("button", name="加入购物篮")).to_be_enabled()
    keys.press("Enter")
    expect(till.locator(".line")).to_contain_text("皮 0.040 kg")


def test_after_a_refused_tare_somebody_chooses_again(
    till: Page, scale: FakeHub, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = refusal("devices.tare_by_key", "秤上已有去皮")
    monkeypatch.setattr(scale.shop, "do_PresetTare", lambda body: refused, raising=False)
    sheet = tared_apples(till, scale)
    expect(sheet.get_by_role("button", name="加入购物篮")).to_be_disabled()
    scale.answer()
    expect(sheet.get_by_role("status")).to_have_text("请选择容器，或不用容器")
    expect(till.locator(".toasts:popover-open")).to_have_text("✕秤上已有去皮")  # above the sheet, not beneath
    keys.press("Enter")
    assert not sent(scale.shop, "WeighItem")
    sheet.get_by_role("button", name="容器").tap()
    sheet.get_by_role("button", name="不用容器").tap()
    sheet.get_by_role("button", name="加入购物篮").tap()
    expect(till.locator(".line .qty")).to_have_text("× 1.25")


def test_nothing_is_sold_before_the_goods_are_known(till: Page, scale: FakeHub, keys: Keys) -> None:
    asked: list[Route] = []

    def hold(route: Route) -> None:
        asked.append(route)

    till.route("**/api/catalogue/items/item-020", hold)
    scale.shop.lay(1250)
    scale.shop.say("ask", question="needs_weight", item_id="item-020", code="2000020")
    scale.push()
    sheet = till.get_by_role("dialog")
    expect(sheet.get_by_role("status")).to_have_text("已停稳")
    keys.press("Enter")
    expect(sheet.get_by_role("button", name="加入购物篮")).to_be_disabled()
    asked[0].fulfill(json=scale.shop.find("item-020"))
    sheet.get_by_role("button", name="加入购物篮").tap()
    expect(till.locator(".line .qty")).to_have_text("× 1.25")
    assert len(sent(scale.shop, "WeighItem")) == 1


def test_a_weight_by_hand_needs_a_manager_beside_a_scale(till: Page, scale: FakeHub, keys: Keys) -> None:
    sheet = touch_apples(till)
    keys.type("1.25")
    expect(sheet.locator("output")).to_have_text("1.25 kg")
    expect(sheet).to_contain_text("需要店长授权")
    keys.press("Enter")
    expect(till.get_by_role("dialog", name="需要店长授权")).to_contain_text(APPLES)
    keys.type("0009")
    keys.press("Enter")
    keys.type("2468")
    keys.press("Enter")
    expect(till.get_by_role("dialog")).to_have_count(0)
    expect(till.locator(".line .qty")).to_have_text("× 1.25")


def test_without_a_scale_the_weight_is_typed(till: Page, keys: Keys) -> None:
    expect(till.locator(".strip")).to_have_count(0)
    sheet = touch_apples(till)
    keys.type("1.25")
    expect(sheet.locator("output")).to_have_text("1.25 kg")
    keys.press("Enter")
    expect(till.locator(".line .qty")).to_have_text("× 1.25")


def test_a_scale_that_is_away_lets_the_weight_be_typed(till: Page, hub: FakeHub) -> None:
    hub.shop.bind_scale("closed")
    hub.push()
    expect(till.locator(".strip")).to_contain_text("秤没有读数")
    expect(touch_apples(till)).to_contain_text("秤没有连接")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_weight_sheet_is_for_everybody(till: Page, hub: FakeHub, language: str) -> None:
    till.evaluate("language => localStorage.setItem('dianshu.language', language)", language)
    till.reload()
    till.get_by_role("search").wait_for()
    hub.shop.bind_scale()
    hub.shop.lay(1250, tare_g=40)
    hub.push()
    till.locator(".chip").nth(6).tap()
    till.locator(".tile").first.tap()
    sheet = till.get_by_role("dialog")
    expect(sheet.locator(".grams")).to_have_text("1.250")
    check(till)
    boxes = "keys => keys.map(key => [key.innerText, key.getBoundingClientRect().toJSON()])"
    for text, box in sheet.locator("button").evaluate_all(boxes):
        assert min(box["width"], box["height"]) >= 44, f"{text!r} is {box}"
    sheet.locator(".scale-keys button").last.tap()
    expect(sheet.locator(".pad")).to_be_visible()
    check(till)
