"""A whole sale on the glass of every customer display: what the hub tells, through each driver and wire."""

from typing import Any, cast

import pytest
from litestar.testing import TestClient

from drivers import messages as wire
from drivers.base import build_driver
from drivers.display.contract import CustomerDisplay
from drivers.profile import load_profile, profile_names
from hardware_sim.devices.display_wires import pole_named
from hardware_sim.devices.pole import Face, PriceDisplay
from hub.app.server import Hub
from hub.kernel.ids import new_id
from tests.app.test_displays import DISPLAY, bind, gateway, see_terminal, until
from tests.modules.shop import TILL, by_piece, by_weight
from tests.modules.test_routes import post, sign_in

PIECE, APPLES = by_piece(), by_weight()
CHINESE = [
    "店枢便利店          |欢迎光临            ",
    "有机纯牛奶 25 ￥6.50|合计          ￥6.50",
    "有机纯牛奶 2 ￥13.00|合计         ￥13.00",
    "红富士苹果    ￥8.67|合计         ￥21.67",
    "合计         ￥21.67|请出示付款码 ￥21.67",
    "红富士苹果    ￥8.67|合计         ￥21.67",
    "合计         ￥21.67|找零         ￥28.33",
    "有机纯牛奶 25 ￥6.50|合计          ￥6.50",
    "合计          ￥6.50|请刷卡        ￥6.50",
]
PLAIN = [
    "Dianshu             |WELCOME             ",
    "Organic milk 25 6.50|TOTAL           6.50",
    "Organic milk 2 13.00|TOTAL          13.00",
    "Fuji apples     8.67|TOTAL          21.67",
    "TOTAL          21.67|SHOW CODE      21.67",
    "Fuji apples     8.67|TOTAL          21.67",
    "TOTAL          21.67|CHANGE         28.33",
    "Organic milk 25 6.50|TOTAL           6.50",
    "TOTAL           6.50|USE CARD        6.50",
]
PRICES: list[tuple[str, tuple[str, ...]]] = [
    ("", ()),
    ("6.50", ("total",)),
    ("13.00", ("total",)),
    ("21.67", ("total",)),
    ("21.67", ("total",)),
    ("21.67", ("total",)),
    ("28.33", ("change",)),
    ("6.50", ("total",)),
    ("6.50", ("total",)),
]
WIRES = {
    "display.aedex": "aedex",
    "display.cd5220": "cd5220",
    "display.epson_dmd": "epson_dmd",
    "display.logic_controls": "logic_controls",
    "display.utc": "utc",
}


def sell(hub: Hub, client: TestClient[Any], socket: Any) -> list[wire.Show]:
    """Two of one thing and a weight, a code that is given up, cash; then the next customer with a card."""
    shown = [until(socket, lower_plain="WELCOME")]
    scan: dict[str, Any] = {"terminal_id": TILL, "code": PIECE.barcodes[0]}
    order_id = post(client, "orders/scan", **scan)["order_id"]
    shown.append(until(socket, lamp="total", amount_fen=650))
    post(client, "orders/scan", **scan)
    shown.append(until(socket, amount_fen=1300))
    post(client, "orders/add-item", terminal_id=TILL, item_id=APPLES.item_id, qty_milli=735)
    shown.append(until(socket, amount_fen=2167))
    attempt: dict[str, Any] = {"attempt_id": new_id(), "due_fen": 2167, "amount_fen": 2167}
    post(client, "orders/start-payment", order_id=order_id, tender="code", **attempt)
    shown.append(until(socket, lower_plain="SHOW CODE\t21.67"))
    post(client, "payments/attempts/cancel", attempt_id=attempt["attempt_id"])
    shown.append(until(socket, lower_plain="TOTAL\t21.67"))
    cash: dict[str, Any] = {
        "order_id": order_id,
        "payment_id": new_id(),
        "due_fen": 2167,
        "tendered_fen": 5000,
    }
    post(client, "orders/pay-cash", **cash)
    shown.append(until(socket, lamp="change"))
    order_id = post(client, "orders/scan", **scan)["order_id"]
    shown.append(until(socket, lamp="total"))
    attempt = {"attempt_id": new_id(), "due_fen": 650, "amount_fen": 650}
    post(client, "orders/start-payment", order_id=order_id, tender="card", **attempt)
    shown.append(until(socket, lower_plain="USE CARD\t6.50"))
    return shown


@pytest.fixture
def sale(hub: Hub, client: TestClient[Any]) -> list[wire.Show]:
    """All that the till's display was told of it."""
    assert (PIECE.price_fen, APPLES.price_fen) == (650, 1180)
    sign_in(client, "cashier")
    post(client, "payments/shifts/open", shift_id=new_id(), terminal_id=TILL, float_fen=0)
    with gateway(hub, client, DISPLAY) as socket:
        bind(hub, DISPLAY)
        for tender in ("card", "code"):
            see_terminal(hub, tender)
        return sell(hub, client, socket)


def glow(profile_name: str, shows: list[wire.Show]) -> list[tuple[str, tuple[str, ...]]]:
    """What stands on the glass after each show."""
    profile = load_profile(profile_name)
    driver = cast(CustomerDisplay, build_driver(profile, {}))
    face: Face = PriceDisplay()
    if profile.driver in WIRES:
        face = pole_named(WIRES[profile.driver], profile.options.get("charset") == "gbk")
    face.receive(driver.wake())
    seen: list[tuple[str, tuple[str, ...]]] = []
    for show in shows:
        face.receive(driver.show(show))
        seen.append(("|".join(face.lines), face.lit))
    return seen


def test_a_whole_sale_stands_on_every_display_in_its_own_letters(sale: list[wire.Show]) -> None:
    profiles = [name for name in profile_names() if name.startswith("display/")]
    assert {load_profile(name).driver for name in profiles} == WIRES.keys() | {"display.led8n"}
    for name in profiles:
        seen = glow(name, sale)
        if "led8n" in name:
            assert seen == PRICES, name
        else:
            assert [lines for lines, _ in seen] == (CHINESE if name.endswith("gbk") else PLAIN), name
