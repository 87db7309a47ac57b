"""From a gateway's scale to the till's page and its basket."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from litestar.testing import TestClient

from drivers import messages as wire
from hub.app.frames import BasketFrame, Snapshot, TillFrame, WeightFrame
from hub.app.server import Hub, gateway_token
from hub.devices.messages import BindDevice, SeeDevice, WeightView
from hub.kernel.context import SYSTEM
from hub.kernel.ids import new_id
from tests.app.test_live import client, hear, hub
from tests.modules.shop import TILL, OwnClock, by_piece, by_weight
from tests.modules.test_routes import sign_in

__all__ = ["client", "hub"]

_frame = msgspec.json.Decoder(TillFrame)


@contextmanager
def scale(hub: Hub, client: TestClient[Any]) -> Iterator[Any]:
    """A gateway's socket, with a scale that works for the till."""
    seen = {"gateway_id": "gw", "kind": "scale", "model": "any", "state": "enabled", "health": "ok"}
    hub.engine.bus.dispatch(SeeDevice(command_id=new_id(), device_id="scale-1", **seen), SYSTEM)
    hub.engine.bus.dispatch(BindDevice(command_id=new_id(), device_id="scale-1", terminal_id=TILL), SYSTEM)
    token = gateway_token(hub.settings.gateway_token_path)
    headers = {"Authorization": f"Bearer {token}"}
    with client.websocket_connect("/ws/gateway", headers=headers) as socket:
        info = wire.DeviceInfo(device_id="scale-1", kind="scale", model="any", link="x", state="enabled")
        socket.send_text(wire.encode(wire.Hello(gateway_id="gw", boot_id="b", version="1", devices=(info,))))
        yield socket


def weigh(socket: Any, seq: int, kilograms: str, age_ms: int = 0) -> None:
    weight = wire.Weight(value=Decimal(kilograms), unit="kg", stable=True)
    socket.send_text(
        wire.encode(wire.Reading(device_id="scale-1", boot_id="b", seq=seq, age_ms=age_ms, reading=weight))
    )


def ask(client: TestClient[Any], item_id: str, command_id: str | None = None, **fields: str) -> Any:
    body = {"command_id": command_id or new_id(), "terminal_id": TILL, "item_id": item_id, **fields}
    return client.post("/api/devices/weigh-item", json=body)


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def until(page: Any, condition: Callable[[Any], bool]) -> Any:
    """The first frame of which the condition holds."""
    while not condition(frame := _frame.decode(page.receive_text(timeout=20))):
        pass
    return frame


def settled(page: Any, grams: int) -> WeightFrame:
    """The frame that says so many grams may be sold."""
    frame: WeightFrame = until(
        page, lambda frame: isinstance(frame, WeightFrame) and frame.weight == said(grams)
    )
    return frame


def said(grams: int, reason: str = "") -> WeightView:
    return WeightView("scale-1", grams, reason, 0)


@pytest.fixture
def clock(hub: Hub) -> OwnClock:
    """The clock that the hub sees its scales by: it stands still."""
    hub.weights._clock = OwnClock()
    return hub.weights._clock


def test_what_lies_on_the_scale_is_shown_and_sold_once(
    hub: Hub, client: TestClient[Any], clock: OwnClock
) -> None:
    item = by_weight()
    sign_in(client, "cashier")
    with client.websocket_connect(f"/ws/terminal/{TILL}") as page, scale(hub, client) as socket:
        weigh(socket, 1, "1.250", age_ms=500)
        weigh(socket, 2, "1.250")
        settled(page, 1250)
        command_id = new_id()
        first = ask(client, item.item_id, command_id)
        assert first.status_code == 200, first.text
        assert ask(client, item.item_id, command_id).json() == first.json()
        assert refused(ask(client, item.item_id)) == (409, "devices.weight_sold")
        basket = until(page, lambda frame: isinstance(frame, BasketFrame))
        (line,) = basket.basket.lines
        assert (line.item_id, line.qty_milli) == (item.item_id, 1250)

        clock.monotonic_s += 1
        weigh(socket, 3, "0.735", age_ms=500)
        weigh(socket, 4, "0.735")
        settled(page, 735)
        assert ask(client, item.item_id).status_code == 200


@pytest.mark.usefixtures("clock")
def test_a_sale_that_is_refused_leaves_the_load_for_sale(hub: Hub, client: TestClient[Any]) -> None:
    sign_in(client, "cashier")
    with client.websocket_connect(f"/ws/terminal/{TILL}") as page, scale(hub, client) as socket:
        weigh(socket, 1, "1.250", age_ms=500)
        weigh(socket, 2, "1.250")
        settled(page, 1250)
        assert refused(ask(client, "no-such-item")) == (404, "catalogue.item_unknown")
        assert refused(ask(client, by_piece().item_id)) == (400, "devices.item_not_weighed")
        assert ask(client, by_weight().item_id).status_code == 200


def test_nobody_weighs_without_signing_in_or_a_scale(client: TestClient[Any]) -> None:
    item = by_weight()
    assert ask(client, item.item_id).status_code == 401
    sign_in(client, "cashier")
    assert refused(ask(client, item.item_id)) == (409, "devices.weight_stale")
    assert ask(client, item.item_id, qty_milli="5").status_code == 400


def test_a_page_that_opens_sees_what_lies_there(hub: Hub, client: TestClient[Any]) -> None:
    sign_in(client, "cashier")
    hub.live.show_weights(lambda terminal_id: said(500) if terminal_id == TILL else None)
    with client.websocket_connect(f"/ws/terminal/{TILL}") as page:
        _, weight = hear(page, Snapshot, WeightFrame)
        assert weight == WeightFrame(seq=2, weight=said(500))
