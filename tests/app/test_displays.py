"""The customer's display follows the till: last line and total, then the change; the newest wins."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import msgspec
import pytest
from litestar.testing import TestClient

from drivers import messages as wire
from hub.app.displays import CustomerDisplays
from hub.app.server import Hub, gateway_token
from hub.app.settings import Shop
from hub.devices.links import Gateways
from hub.devices.messages import BindDevice, SeeDevice
from hub.kernel.context import SYSTEM
from hub.kernel.db import Readers
from hub.kernel.ids import new_id
from hub.kernel.money import yuan
from hub.modules.orders.events import BasketCleared
from tests.modules.shop import STORE, TILL, by_piece
from tests.modules.test_routes import post, sign_in

DISPLAY, PRICES = "display-1", "display-2"


@contextmanager
def gateway(hub: Hub, client: TestClient[Any], *device_ids: str) -> Iterator[Any]:
    """A gateway with these displays, and its welcome already heard."""
    token = gateway_token(hub.settings.gateway_token_path)
    devices = tuple(
        wire.DeviceInfo(device_id=device_id, kind="display", model="cd5220", link="x", state="enabled")
        for device_id in device_ids
    )
    hello = wire.Hello(gateway_id="gateway-1", boot_id="boot-1", version="1", devices=devices)
    with client.websocket_connect("/ws/gateway", headers={"Authorization": f"Bearer {token}"}) as socket:
        socket.send_text(wire.encode(hello))
        first = wire.decode_hub_frame(socket.receive_text(timeout=20))
        assert isinstance(first, wire.Welcome)
        yield socket


def bind(hub: Hub, device_id: str, terminal_id: str | None = TILL) -> None:
    hub.engine.bus.dispatch(
        BindDevice(command_id=new_id(), device_id=device_id, terminal_id=terminal_id), SYSTEM
    )


def until(socket: Any, **fields: object) -> wire.Show:
    """The next show with these fields; what comes before it is passed over."""
    while True:
        frame = wire.decode_hub_frame(socket.receive_text(timeout=20))
        if isinstance(frame, wire.Show) and fields.items() <= msgspec.structs.asdict(frame).items():
            return frame


def test_the_customer_sees_the_line_the_total_and_the_change(hub: Hub, client: TestClient[Any]) -> None:
    sign_in(client, "cashier")
    post(client, "payments/shifts/open", shift_id=new_id(), terminal_id=TILL, float_fen=0)
    item = by_piece()
    price = yuan(item.price_fen)
    with gateway(hub, client, DISPLAY) as socket:
        bind(hub, DISPLAY)
        idle = until(socket, device_id=DISPLAY)
        assert (idle.upper, idle.lower, idle.amount_fen) == ("店枢便利店", "欢迎光临", None)

        order_id = post(client, "orders/scan", terminal_id=TILL, code=item.barcodes[0])["order_id"]
        line = until(socket, amount_fen=item.price_fen)
        assert (line.upper, line.lower) == (f"{item.name}\t￥{price}", f"合计\t￥{price}")
        assert (line.lower_plain, line.lamp) == (f"TOTAL\t{price}", "total")

        post(client, "orders/scan", terminal_id=TILL, code=item.barcodes[0])
        until(socket, amount_fen=2 * item.price_fen)

        due = 2 * item.price_fen
        paying = {"order_id": order_id, "payment_id": new_id()}
        post(client, "orders/pay-cash", due_fen=due, tendered_fen=due + 50, **paying)
        change = until(socket, lamp="change")
        assert (change.upper, change.lower) == (f"合计\t￥{yuan(due)}", "找零\t￥0.50")
        assert change.amount_fen == 50

        post(client, "orders/scan", terminal_id=TILL, code=item.barcodes[0])
        until(socket, amount_fen=item.price_fen, lamp="total")


def test_the_customer_is_told_what_to_do_for_a_card_or_a_code(hub: Hub, client: TestClient[Any]) -> None:
    sign_in(client, "cashier")
    post(client, "payments/shifts/open", shift_id=new_id(), terminal_id=TILL, float_fen=0)
    item = by_piece()
    with gateway(hub, client, DISPLAY) as socket:
        bind(hub, DISPLAY)
        for tender in ("card", "code"):
            see_terminal(hub, tender)
        order_id = post(client, "orders/scan", terminal_id=TILL, code=item.barcodes[0])["order_id"]
        fen, price = item.price_fen, yuan(item.price_fen)
        asking = {"order_id": order_id, "due_fen": fen, "amount_fen": fen}
        code_id = new_id()
        post(client, "orders/start-payment", attempt_id=code_id, tender="code", **asking)
        shown = until(socket, lower=f"请出示付款码\t￥{price}")
        assert (shown.upper, shown.lower_plain) == (f"合计\t￥{price}", f"SHOW CODE\t{price}")
        post(client, "payments/attempts/cancel", attempt_id=code_id)
        until(socket, lower=f"合计\t￥{price}")
        post(client, "orders/start-payment", attempt_id=new_id(), tender="card", **asking)
        until(socket, lower_plain=f"USE CARD\t{price}")


def see_terminal(hub: Hub, tender: str) -> None:
    device_id, kind = f"{tender}-1", "payment_terminal"
    seen = {"gateway_id": "gateway-2", "kind": kind, "model": "any", "ability": tender, "state": "enabled"}
    hub.engine.bus.dispatch(SeeDevice(command_id=new_id(), device_id=device_id, health="ok", **seen), SYSTEM)
    bind(hub, device_id)


def test_every_display_of_the_till_and_no_other_is_told(hub: Hub, client: TestClient[Any]) -> None:
    sign_in(client, "cashier")
    item = by_piece()
    with gateway(hub, client, DISPLAY, PRICES, "display-3") as socket:
        bind(hub, DISPLAY)
        bind(hub, PRICES)
        post(client, "orders/scan", terminal_id=TILL, code=item.barcodes[0])
        told = [until(socket, amount_fen=item.price_fen).device_id for _ in range(2)]
        assert sorted(told) == [DISPLAY, PRICES]


def test_a_gateway_that_comes_back_is_told_where_the_till_stands(hub: Hub, client: TestClient[Any]) -> None:
    sign_in(client, "cashier")
    item = by_piece()
    with gateway(hub, client, DISPLAY):
        bind(hub, DISPLAY)
    post(client, "orders/scan", terminal_id=TILL, code=item.barcodes[0])
    with gateway(hub, client, DISPLAY) as socket:
        assert until(socket, device_id=DISPLAY).amount_fen == item.price_fen


class SlowLink:
    """A gateway that takes a frame only when the test lets it; also the only one there is."""

    def __init__(self) -> None:
        self.sent: list[wire.Show] = []
        self.began = asyncio.Event()
        self.may_go = asyncio.Event()
        self.twice = asyncio.Event()

    async def send(self, frame: wire.Show) -> bool:
        self.began.set()
        await self.may_go.wait()
        self.sent.append(frame)
        if len(self.sent) == 2:
            self.twice.set()
        return True

    def connected(self) -> list[str]:
        return ["gateway-1"]

    def link_of(self, _device_id: str) -> "SlowLink":
        return self

    def on_change(self, _changed: object) -> None:
        pass


def test_what_came_while_the_gateway_was_slow_is_left_out(hub: Hub) -> None:
    async def run() -> None:
        link = SlowLink()
        displays = CustomerDisplays(hub.engine.readers, STORE, cast(Gateways, link), hub.settings.shop)
        showing = asyncio.create_task(displays.run())
        displays.look_everywhere()
        await asyncio.wait_for(link.began.wait(), 20)
        for _ in range(100):
            displays.look_everywhere()
        link.may_go.set()
        await asyncio.wait_for(link.twice.wait(), 20)
        assert not displays._due.is_set()
        showing.cancel()
        await asyncio.gather(showing, return_exceptions=True)

    with TestClient(hub.app) as client, gateway(hub, client, DISPLAY):
        bind(hub, DISPLAY)
        asyncio.run(run())


class NoReaders:
    """Readers that nobody may ask."""

    def session(self) -> None:
        raise AssertionError("read for nobody")


def test_where_no_display_works_for_the_till_nothing_is_read() -> None:
    async def run() -> None:
        readers, gateways = cast(Readers, NoReaders()), cast(Gateways, SlowLink())
        displays = CustomerDisplays(readers, STORE, gateways, Shop(name="店"))
        cleared = BasketCleared(order_id="o", terminal_id=TILL, line_count=0, total_fen=0, approver_id=None)
        displays._take([cleared], bound=False)
        await displays._show_what_is_new()
        displays._take([cleared], bound=True)
        with pytest.raises(AssertionError, match="read for nobody"):
            await displays._show_what_is_new()

    asyncio.run(run())
