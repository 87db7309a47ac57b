"""The till's own behaviour over a hub that is not there: keys, touches, lost answers, questions."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.fake_hub import FakeHub
from tests.browser.fake_shop import FakeShop, sync_state
from tests.browser.keys import Keys


def total(page: Page) -> str:
    """The total as it is shown."""
    return page.locator(".total").inner_text().replace("\n", "")


def sent(shop: FakeShop, kind: str) -> list[dict[str, object]]:
    """The commands of one kind that the hub was given."""
    return [command for command in shop.commands if command["type"] == kind]


def test_a_sale_is_two_touches_from_the_last_scan(till: Page, keys: Keys, shop: FakeShop) -> None:
    keys.scan(shop.items[3]["code"])
    expect(till.locator(".line.newest .name")).to_have_text(shop.items[3]["name"])
    till.get_by_role("button", name="收款").tap()
    till.get_by_role("button", name=re.compile("¥20.00")).tap()
    expect(till.locator(".huge")).to_have_text("¥7.10")
    assert [(command["due_fen"], command["tendered_fen"]) for command in sent(shop, "PayCash")] == [
        (1290, 2000)
    ]


def test_enter_pays_the_exact_total(till: Page, keys: Keys, shop: FakeShop) -> None:
    keys.scan(shop.items[0]["code"])
    expect(till.locator(".line")).to_have_count(1)
    keys.press("F9")
    expect(till.get_by_role("button", name=re.compile("正好"))).to_be_focused()
    keys.press("Enter")
    expect(till.get_by_text("不用找零")).to_be_visible()
    keys.press("Enter")
    expect(till.get_by_role("search")).to_be_visible()
    assert sent(shop, "PayCash")[0]["tendered_fen"] == 200


def test_a_typed_amount_shows_its_change_before_it_is_taken(till: Page, keys: Keys, shop: FakeShop) -> None:
    keys.scan(shop.items[3]["code"])
    expect(till.locator(".line")).to_have_count(1)
    keys.press("F9")
    keys.type("10")
    expect(till.locator(".outcome")).to_have_text(re.compile("还差.*¥2.90"))
    keys.press("Enter")
    assert sent(shop, "PayCash") == []
    keys.press("Backspace")
    keys.type("5.5")
    expect(till.locator(".outcome")).to_have_text(re.compile("找零.*¥2.60"))
    keys.press("Enter")
    expect(till.locator(".huge")).to_have_text("¥2.60")


def test_a_held_enter_opens_the_payment_and_does_not_pay(till: Page, keys: Keys, shop: FakeShop) -> None:
    keys.scan(shop.items[0]["code"])
    expect(till.locator(".line")).to_have_count(1)
    till.get_by_role("button", name="收款").focus()
    keys.press("Enter", times=4)
    expect(till.get_by_role("heading", name="收款", exact=True)).to_be_visible()
    assert sent(shop, "PayCash") == []


def test_scanned_digits_reach_no_field(till: Page, keys: Keys, shop: FakeShop) -> None:
    search = till.get_by_role("textbox", name="查找")
    search.focus()
    keys.scan(shop.items[1]["code"])
    expect(till.locator(".line .name")).to_have_text(shop.items[1]["name"])
    expect(search).to_have_value("")


def test_a_person_may_type_a_code(till: Page, keys: Keys, shop: FakeShop) -> None:
    keys.type(shop.items[2]["code"])
    expect(till.get_by_role("textbox", name="查找")).to_have_value(shop.items[2]["code"])
    keys.press("Enter")
    expect(till.locator(".line .name")).to_have_text(shop.items[2]["name"])


def test_the_quantity_keys_mean_the_newest_line(till: Page, keys: Keys, shop: FakeShop) -> None:
    keys.scan(shop.items[0]["code"])
    keys.scan(shop.items[1]["code"])
    expect(till.locator(".line")).to_have_count(2)
    keys.type("+")
    expect(till.locator(".line.on .qty")).to_have_text("× 2")
    keys.press("F8")
    keys.type("5")
    keys.press("Enter")
    expect(till.locator(".line.on .qty")).to_have_text("× 5")
    assert total(till) == "¥19.50"


def test_a_void_above_the_limit_asks_a_manager(till: Page, keys: Keys, shop: FakeShop) -> None:
    keys.scan(shop.items[14]["code"])
    till.get_by_role("button", name="删除此行").tap()
    sheet = till.get_by_role("dialog", name="需要店长授权")
    expect(sheet).to_contain_text("¥42.90")
    keys.type("0009")
    keys.press("Enter")
    keys.type("1111")
    keys.press("Enter")
    expect(till.get_by_role("alert").filter(has_text="店长工号或密码不正确")).to_be_visible()
    keys.type("2468")
    keys.press("Enter")
    expect(till.locator(".line.voided")).to_have_count(1)
    assert total(till) == "¥0.00"


def test_an_unknown_code_asks_and_loses_nothing(till: Page, keys: Keys, shop: FakeShop) -> None:
    keys.scan(shop.items[0]["code"])
    keys.scan("2999999999994")
    sheet = till.get_by_role("dialog", name="不认识这个条码")
    expect(sheet).to_contain_text("2999999999994")
    keys.scan(shop.items[1]["code"])  # the next item goes on while the question waits
    expect(till.locator(".line")).to_have_count(2)
    sheet.get_by_role("textbox").fill("橙汁")
    sheet.get_by_role("button", name=re.compile("橙汁 1L")).tap()
    expect(sheet).to_be_hidden()
    expect(till.locator(".line")).to_have_count(3)


def test_a_parked_basket_comes_back(till: Page, keys: Keys, shop: FakeShop) -> None:
    keys.scan(shop.items[0]["code"])
    expect(till.locator(".line")).to_have_count(1)
    keys.press("F3")
    expect(till.get_by_text("扫商品开始")).to_be_visible()
    keys.press("F4")
    till.get_by_role("dialog").get_by_role("button", name=re.compile("¥2.00")).tap()
    expect(till.locator(".line")).to_have_count(1)


def test_the_drawer_without_a_sale_needs_a_reason_and_a_manager(
    till: Page, keys: Keys, shop: FakeShop
) -> None:
    keys.press("F7")
    till.get_by_role("button", name="换零钱").tap()
    expect(till.get_by_role("dialog", name="需要店长授权")).to_be_visible()
    keys.type("0009")
    keys.press("Enter")
    keys.type("2468")
    keys.press("Enter")
    expect(till.get_by_role("dialog")).to_have_count(0)
    assert sent(shop, "OpenDrawer")[-1]["reason"] == "换零钱"


def test_the_shift_closes_by_a_blind_count(till: Page, keys: Keys, shop: FakeShop) -> None:
    keys.press("F10")
    till.get_by_role("button", name="交班", exact=True).tap()
    expect(till.get_by_role("dialog")).not_to_contain_text("428.50")
    keys.type("420.50")
    keys.press("Enter")
    expect(till.get_by_text("短款")).to_be_visible()
    expect(till.locator(".verdict")).to_contain_text("¥8.00")
    keys.press("Enter")
    expect(till.get_by_role("heading", name="签到")).to_be_visible()


def test_a_doubtful_receipt_is_asked_about(till: Page, keys: Keys, hub: FakeHub) -> None:
    job = {
        "job_id": "a1" * 16,
        "document": "receipt",
        "order_id": "b2" * 16,
        "terminal_id": "T01",
        "is_copy": 0,
    }
    job |= {
        "state": "unknown",
        "reason": "silent",
        "queued_ms": 1_795_000_000_000,
        "changed_ms": 1_795_000_000_000,
    }
    hub.shop.prints = [job]
    hub.shop.say("prints", prints=hub.shop.prints)
    hub.push()
    sheet = till.get_by_role("dialog", name="这张小票打印出来了吗？")
    expect(sheet).to_contain_text("销售小票")
    keys.press("Enter")  # nobody answers this by accident
    expect(sheet).to_be_visible()
    sheet.get_by_role("button", name=re.compile("没有，或不完整")).tap()
    expect(sheet).to_be_hidden()
    assert [command["is_printed"] for command in sent(hub.shop, "SettlePrint")] == [False]


def test_what_waits_to_be_sent_is_on_the_screen(till: Page, keys: Keys, hub: FakeHub) -> None:
    expect(till.get_by_text("已全部上传")).to_be_visible()
    hub.shop.sync, hub.shop.clock_trusted = sync_state(12, 40, connected=False), False
    hub.shop.say("sync", sync=hub.shop.sync, clock_trusted=False)
    hub.push()
    expect(till.locator(".badges")).to_contain_text(re.compile("12 条待上传，最早 4[0-5] 秒"))
    expect(till.get_by_text("时钟未校准")).to_be_visible()
    till.get_by_role("button", name="English").tap()
    expect(till.locator(".badges")).to_contain_text(re.compile("12 events waiting, oldest 4[0-9] s"))


def test_an_upload_that_has_stopped_is_said(till: Page, hub: FakeHub) -> None:
    hub.shop.say("sync", sync=sync_state(3, 5, connected=True) | {"state": "diverged"}, clock_trusted=True)
    hub.push()
    expect(till.get_by_text("上传已停止，请联系总部（diverged）")).to_be_visible()
    till.locator(".tile").first.tap()  # and selling goes on
    expect(till.locator(".line")).to_have_count(1)


@pytest.mark.breaks_links
def test_a_lost_hub_is_shown_and_comes_back_with_the_truth(till: Page, keys: Keys, hub: FakeHub) -> None:
    keys.scan(hub.shop.items[0]["code"])
    expect(till.locator(".line")).to_have_count(1)
    hub.offline = True
    hub.hang_up()
    expect(till.get_by_text("连接中断，正在重连")).to_be_visible()
    expect(till.get_by_role("button", name="收款")).to_be_disabled()
    hub.shop.add(hub.shop.items[1], 1000)  # another scan landed while this page was away
    hub.offline = False
    expect(till.get_by_text("在线")).to_be_visible()
    expect(till.locator(".line")).to_have_count(2)


@pytest.mark.breaks_links
def test_a_payment_whose_answer_was_lost_is_asked_again_and_made_once(
    till: Page, keys: Keys, hub: FakeHub
) -> None:
    keys.scan(hub.shop.items[3]["code"])
    expect(till.locator(".line")).to_have_count(1)
    hub.dropped = 3
    keys.press("F9")
    till.get_by_role("button", name=re.compile("正好")).tap()
    expect(till.get_by_text("没有收到答复")).to_be_visible()
    expect(till.get_by_role("button", name=re.compile("正好"))).to_be_disabled()
    till.get_by_role("button", name="再试一次").tap()
    expect(till.get_by_text("S001-T01-20261122-0001")).to_be_visible()
    assert hub.shop.orders_paid == 1
    assert len(sent(hub.shop, "PayCash")) == 1
