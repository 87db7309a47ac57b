"""The bench: every hand's act on the real simulated devices, seen on the page."""

import re
import socket
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from hardware_sim.wiring import read_wiring
from tests.browser.axe import check
from tests.browser.demo_shop import DemoShop
from tests.hardware_sim.process import running

LINES_OF_TEXT = """all => all.map((one) => {
  const range = document.createRange();
  range.selectNodeContents(one);
  return new Set([...range.getClientRects()].map((box) => box.top)).size;
})"""

WITHIN_PAPER = """code => {
  const paper = code.closest(".line").parentElement.getBoundingClientRect();
  const box = code.getBoundingClientRect();
  return paper.left <= box.left && box.right <= paper.right;
}"""


@pytest.fixture
def bench(demo: DemoShop, page: Page) -> Page:
    """The bench, with its devices drawn."""
    page.goto(demo.bench)
    page.locator(".station").first.wait_for()
    return page


def device(bench: Page, device_id: str) -> Any:
    """What the bench's API says of a device."""
    return bench.request.get(bench.url.replace("/bench/", f"/api/devices/{device_id}")).json()


def station(bench: Page) -> Locator:
    """The printer that has the drawer."""
    return bench.locator(".station").filter(has=bench.locator(".drawer"))


def test_anything_can_be_unplugged_and_plugged_in_again(bench: Page) -> None:
    card = bench.locator(".card").last
    card.get_by_role("button", name="拔掉").tap()
    expect(card.get_by_text("已拔出")).to_be_visible()
    card.get_by_role("button", name="插上").tap()
    expect(card.get_by_text("已插好")).to_be_visible()
    expect(card.get_by_text("正在使用")).to_be_visible()


def test_a_customers_hand_at_the_card_terminal(bench: Page) -> None:
    terminal = bench.locator(".terminal").first
    expect(terminal.get_by_role("button", name="同意付款")).to_be_disabled()
    plan = terminal.get_by_role("combobox")
    plan.select_option("hand")
    expect(plan).to_have_value("hand")
    card = device(bench, "card-1")["terminal"]
    assert card["plan"]["choice"] == "hand"
    booked = f"商户已收 ¥{card['held_fen'] / 100:.2f}，共 {card['movements']} 笔动账"
    expect(terminal.get_by_text(booked)).to_be_visible()
    plan.select_option("approve")
    check(bench)


def test_the_drawer_is_pulled_open_and_pushed_shut(bench: Page) -> None:
    drawer = station(bench).locator(".drawer")
    drawer.get_by_role("button", name=re.compile("拉开")).tap()
    expect(drawer.get_by_text("钱箱开着")).to_be_visible()
    drawer.get_by_role("button", name=re.compile("推上")).tap()
    expect(drawer.get_by_text("钱箱关着")).to_be_visible()


def test_paper_and_cover(bench: Page) -> None:
    printer = station(bench)
    printer.get_by_role("combobox", name=re.compile("纸")).select_option("out")
    expect(printer.locator(".led.bad")).to_be_visible()
    printer.get_by_role("combobox", name=re.compile("纸")).select_option("ok")
    printer.get_by_role("button", name=re.compile("上盖")).tap()
    expect(printer.get_by_role("button", name=re.compile("上盖 · 打开"))).to_be_visible()
    printer.get_by_role("button", name=re.compile("上盖")).tap()
    expect(printer.locator(".led.good")).to_be_visible()


def test_a_fault_is_named_and_mended(bench: Page) -> None:
    printer = station(bench)
    printer.locator("summary").tap()
    fault = printer.get_by_role("button", name="接收很慢")
    fault.tap()
    expect(fault).to_have_attribute("aria-pressed", "true")
    expect(printer.get_by_text("现有故障：接收很慢")).to_be_visible()
    check(bench)
    fault.tap()
    expect(fault).to_have_attribute("aria-pressed", "false")
    for name in ("没有反应", "脱机"):
        printer.get_by_role("button", name=name).tap()
    expect(printer.get_by_text("现有故障：没有反应 · 脱机")).to_be_visible()
    printer.get_by_role("button", name="全部修好").tap()
    expect(printer.get_by_text("现有故障")).to_have_count(0)


def test_each_device_offers_the_faults_it_can_have(bench: Page) -> None:
    card = bench.locator(".card").first
    card.locator("summary").tap()
    expect(card.get_by_role("button", name="线路噪声")).to_be_visible()
    expect(card.get_by_role("button", name="切刀卡住")).to_have_count(0)


def scale(bench: Page) -> Locator:
    """The scale's station."""
    return bench.locator(".scale")


def test_goods_are_dragged_onto_the_scale_and_taken_off(bench: Page) -> None:
    bench.get_by_role("button", name="蔬菜水果").tap()
    watermelon = bench.get_by_role("button", name="把 麒麟西瓜 放到秤上")
    watermelon.drag_to(scale(bench).locator(".pan"))
    expect(scale(bench).locator(".thing")).to_have_text(["麒麟西瓜"])
    expect(scale(bench).locator(".face .lit")).to_have_text(["稳定"])
    expect(scale(bench).locator(".led")).to_have_text(re.compile(r"^[34]\.\d{3} kg$"))
    scale(bench).get_by_role("button", name="取下 麒麟西瓜").tap()
    expect(scale(bench).locator(".led")).to_have_text("0.000 kg")


def test_the_pan_by_keyboard_with_a_box_and_its_tare(bench: Page) -> None:
    bench.get_by_role("button", name="蔬菜水果").tap()
    scale(bench).get_by_role("button", name="塑料盒").press("Enter")
    expect(scale(bench).locator(".led")).to_have_text("0.040 kg")
    expect(scale(bench).locator(".face .lit")).to_have_text(["稳定"])
    scale(bench).get_by_role("button", name="去皮").press("Enter")
    expect(scale(bench).locator(".face .lit")).to_have_text(["稳定", "零位", "净重"])
    bench.get_by_role("button", name="把 香蕉 放到秤上").press("Enter")
    expect(scale(bench).locator(".thing")).to_have_count(1)
    expect(scale(bench).locator(".led")).to_have_text(re.compile(r"^0\.[12]\d\d kg$"))
    scale(bench).get_by_role("button", name="清皮").press("Enter")
    scale(bench).get_by_role("button", name="整箱 20 kg").press("Enter")
    expect(scale(bench).locator(".led")).to_have_text("‾‾‾‾‾ kg")
    scale(bench).get_by_role("button", name="全部取下").press("Enter")
    expect(scale(bench).locator(".led")).to_have_text("0.000 kg")


def test_the_customers_display_and_the_label_printer_stand_there(bench: Page) -> None:
    shown = [line.strip() for line in device(bench, "display-1")["display"]["lines"]]
    assert any(shown)
    for line in shown:
        expect(bench.get_by_role("group", name="顾客看到的")).to_contain_text(line)
    printed = device(bench, "printer-3")["printer"]["lines_printed"]
    expect(bench.locator(".labels")).to_contain_text(f"已打 {printed} 张")


@pytest.mark.parametrize("language", ["中文", "English"])
def test_the_keys_of_each_device_stand_on_one_line(bench: Page, language: str) -> None:
    bench.set_viewport_size({"width": 1280, "height": 800})
    if language == "English":
        bench.get_by_role("button", name="English").tap()
        expect(bench.get_by_role("heading", name="The counter")).to_be_visible()
    keys = bench.locator(".tools summary, .tools .plug")
    lines = keys.evaluate_all(LINES_OF_TEXT)
    assert lines
    assert set(lines) == {1}, lines
    overflows = keys.evaluate_all("all => all.filter((one) => one.scrollWidth > one.clientWidth).length")
    assert overflows == 0


def test_a_drawer_on_its_own_box_is_played_by_hand(bench: Page) -> None:
    box = bench.locator(".box")
    expect(box).to_contain_text("只会弹开，不会应答")
    box.get_by_role("button", name=re.compile("钱箱关着")).tap()
    expect(box.locator(".drawer.open")).to_be_visible()
    box.get_by_role("button", name=re.compile("钱箱开着")).tap()
    expect(box.locator(".drawer.open")).to_have_count(0)


def test_a_long_code_stands_within_its_paper(page: Page, tmp_path: Path) -> None:
    data = b"DS1:" + b"0123456789abcdef" * 12
    stored = b"\x1d(k" + (len(data) + 3).to_bytes(2, "little") + b"1P0" + data
    with running(tmp_path):
        wiring = read_wiring(tmp_path / "wiring.json")
        link = next(one.link for one in wiring.devices if one.device_id == "printer-1")
        host, _, port = link.removeprefix("tcp://").partition(":")
        with socket.create_connection((host, int(port)), timeout=20) as printer:
            printer.sendall(b"\x1b@" + stored + b"\x1d(k\x03\x001Q0\n\x1dV\x00")
            page.goto(wiring.bench_url or "")
            code = page.locator("svg.qr").first
            expect(code).to_be_visible()
            assert code.evaluate(WITHIN_PAPER)


def test_it_is_in_both_languages_and_for_everybody(bench: Page) -> None:
    check(bench)
    bench.get_by_role("button", name="English").tap()
    expect(bench.get_by_role("heading", name="The counter")).to_be_visible()
    check(bench)
