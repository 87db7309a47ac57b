"""From a gateway's scale to the till's page and its basket."""

import time
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
from hub.devices import store as devices
from hub.devices.events import ScaleKeyPressed
from hub.devices.messages import BindDevice, SeeDevice, WeightView
from hub.kernel.context import SYSTEM
from hub.kernel.ids import new_id
from hub.kernel.journal import read_subject
from hub.kernel.messages import Command
from hub.kernel.writer import Outcome
from hub.modules.catalogue import demo
from hub.modules.catalogue.artifact import KIND, build
from hub.modules.catalogue.messages import ActivateVersion
from hub.modules.orders.events import LineAdded, Weighing
from tests.app.test_live import hear
from tests.modules.shop import STAFF, STORE, TILL, OwnClock, by_piece, by_weight
from tests.modules.test_routes import sign_in

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
    weight = wire.Weight(value=Decimal(kilograms), unit="kg", stable=True, raw_hex="0230")
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
        assert (line.item_id, line.qty_milli, line.weighed_by) == (item.item_id, 1250, "scale-1")
        by_hand = {"order_id": basket.basket.order_id, "line_id": line.line_id, "qty_milli": 500}
        changed = client.post("/api/orders/set-quantity", json={"command_id": new_id(), **by_hand})
        assert refused(changed) == (409, "orders.line_weighed")

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


def as_system(hub: Hub, command: Command) -> Outcome:
    """What came of the hub's own command."""
    outcome = hub.engine.bus.dispatch(command, SYSTEM)
    assert outcome.refusal is None
    return outcome


def batched(hub: Hub) -> tuple[str, str]:
    """Weighed goods with a barcode, sold from now on: their id, and the EAN."""
    ean = "6991234500012"
    goods = [msgspec.structs.replace(by_weight(), barcodes=(ean,))]
    content = build(2, demo.categories(), goods)
    sha256 = hub.engine.artifacts.store.put(content)
    hub.engine.artifacts.load(KIND, sha256, hub.engine.readers, lambda command: as_system(hub, command))
    as_system(hub, ActivateVersion(command_id=new_id(), version=2, sha256=sha256))
    return goods[0].item_id, ean


@pytest.mark.usefixtures("clock")
def test_a_scanned_batch_stays_with_what_is_weighed_and_an_expired_one_is_not_sold(
    hub: Hub, client: TestClient[Any]
) -> None:
    item_id, ean = batched(hub)
    sign_in(client, "cashier")
    with client.websocket_connect(f"/ws/terminal/{TILL}") as page, scale(hub, client) as socket:
        weigh(socket, 1, "1.250", age_ms=500)
        weigh(socket, 2, "1.250")
        settled(page, 1250)
        scan = {"command_id": new_id(), "terminal_id": TILL, "code": f"]d2010{ean}1770123110B7"}
        asked = client.post("/api/orders/scan", json=scan).json()
        assert (asked["outcome"], asked["batch"], asked["symbology"]) == ("needs_weight", "B7", "d2")
        expired = ask(client, item_id, code=f"010{ean}17200101")
        assert refused(expired) == (409, "catalogue.goods_expired")
        assert refused(ask(client, item_id, code="0")) == (409, "orders.code_of_other_goods")
        said = {"code": asked["code"], "symbology": asked["symbology"]}
        assert ask(client, item_id, **said).status_code == 200
        (line,) = until(page, lambda frame: isinstance(frame, BasketFrame)).basket.lines
    assert (line.qty_milli, line.batch, line.expires_on) == (1250, "B7", "2070-12-31")
    assert (line.symbology, line.weighed_by) == ("d2", "scale-1")


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


@pytest.mark.usefixtures("clock")
def test_the_journal_keeps_what_the_scale_said(hub: Hub, client: TestClient[Any]) -> None:
    sign_in(client, "cashier")
    with client.websocket_connect(f"/ws/terminal/{TILL}") as page, scale(hub, client) as socket:
        weigh(socket, 1, "1.250", age_ms=500)
        weigh(socket, 2, "1.250")
        settled(page, 1250)
        order_id = ask(client, by_weight().item_id).json()["order_id"]
    with hub.engine.readers.session() as read:
        events = [hub.engine.types.decode(entry.body).event for entry in read_subject(read, order_id)]
    (added,) = [event for event in events if isinstance(event, LineAdded)]
    assert added.weighing == Weighing(device_id="scale-1", grams=1250, net=None, tare_g=None, raw_hex="0230")


@pytest.mark.usefixtures("clock")
def test_a_weight_is_typed_beside_a_working_scale_only_with_a_manager(
    hub: Hub, client: TestClient[Any]
) -> None:
    sign_in(client, "cashier")
    item = by_weight()
    typed = {"terminal_id": TILL, "item_id": item.item_id, "qty_milli": 800}

    def add(**fields: Any) -> Any:
        return client.post("/api/orders/add-item", json={"command_id": new_id(), **typed, **fields})

    assert add().status_code == 200
    with client.websocket_connect(f"/ws/terminal/{TILL}") as page, scale(hub, client) as socket:
        weigh(socket, 1, "1.250")
        until(page, lambda frame: isinstance(frame, WeightFrame))
        assert refused(add()) == (403, "audit.approval_needed")
        number, _, pin = STAFF["manager"]
        assert add(approval={"staff_no": number, "pin": pin}).status_code == 200
        piece = {"terminal_id": TILL, "item_id": by_piece().item_id, "qty_milli": 1000}
        assert add(**piece).status_code == 200
    until_away(hub)
    assert add().status_code == 200


def test_the_scales_keys_are_pressed_from_the_till(
    hub: Hub, client: TestClient[Any], clock: OwnClock
) -> None:
    def press(key: str, command_id: str | None = None) -> Any:
        body = {"command_id": command_id or new_id(), "terminal_id": TILL, "key": key}
        return client.post("/api/devices/scale-key", json=body)

    assert press("zero").status_code == 401
    sign_in(client, "cashier")
    assert refused(press("zero")) == (409, "devices.weight_stale")
    with client.websocket_connect(f"/ws/terminal/{TILL}") as page, scale(hub, client) as socket:
        assert isinstance(wire.decode_hub_frame(socket.receive_text(timeout=20)), wire.Welcome)
        weigh(socket, 1, "0.040", age_ms=500)
        weigh(socket, 2, "0.040")
        settled(page, 40)
        command_id = new_id()
        assert press("tare", command_id).json() == {"device_id": "scale-1"}
        assert press("tare", command_id).status_code == 200
        assert press("clear_tare").status_code == 200
        told = [commanded(socket).command for _ in range(2)]
        assert told == ["tare", "clear_tare"]
        assert press("shake").status_code == 400


def test_a_known_tare_is_told_to_the_scale_and_stays_with_the_line(
    hub: Hub, client: TestClient[Any], clock: OwnClock
) -> None:
    def preset(tare_g: int) -> Any:
        body = {"command_id": new_id(), "terminal_id": TILL, "tare_g": tare_g}
        return client.post("/api/devices/preset-tare", json=body)

    def net(seq: int, age_ms: int = 0, kilograms: str = "1.210") -> None:
        weight = wire.Weight(
            value=Decimal(kilograms), unit="kg", stable=True, net=True, tare=Decimal("0.040"), raw_hex="02"
        )
        reading = wire.Reading(device_id="scale-1", boot_id="b", seq=seq, age_ms=age_ms, reading=weight)
        socket.send_text(wire.encode(reading))

    assert preset(40).status_code == 401
    sign_in(client, "cashier")
    assert refused(preset(40)) == (409, "devices.weight_stale")
    with client.websocket_connect(f"/ws/terminal/{TILL}") as page, scale(hub, client) as socket:
        weigh(socket, 1, "1.250", age_ms=500)
        weigh(socket, 2, "1.250")
        settled(page, 1250)
        for grams in (0, -1, 10_000):
            assert refused(preset(grams)) == (400, "devices.tare_out_of_range")
        assert preset(40).json() == {"device_id": "scale-1"}
        told = commanded(socket)
        assert (told.command, told.tare_g) == ("preset_tare", 40)
        assert refused(ask(client, by_weight().item_id)) == (409, "devices.weight_unsettled")
        clock.monotonic_s += 1
        net(3, age_ms=500)
        net(4)
        shown = until(page, lambda frame: isinstance(frame, WeightFrame) and frame.weight.grams == 1210)
        assert (shown.weight.tare_g, shown.weight.is_preset) == (40, True)
        until(page, lambda frame: isinstance(frame, WeightFrame) and not frame.weight.reason)
        assert ask(client, by_weight().item_id).status_code == 200
        (line,) = until(page, lambda frame: isinstance(frame, BasketFrame)).basket.lines
        assert (line.qty_milli, line.tare_g) == (1210, 40)
        clock.monotonic_s += 1
        net(5, kilograms="-0.040")
        assert commanded(socket).command == "clear_tare"
    with hub.engine.readers.session() as read:
        events = [hub.engine.types.decode(entry.body).event for entry in read_subject(read, "scale-1")]
    pressed = [event for event in events if isinstance(event, ScaleKeyPressed)]
    assert [(event.key, event.tare_g) for event in pressed] == [("preset_tare", 40)]


def commanded(socket: Any) -> wire.ScaleCommand:
    """The next thing that the hub wants of the scale."""
    while True:
        frame = wire.decode_hub_frame(socket.receive_text(timeout=20))
        if isinstance(frame, wire.ScaleCommand):
            return frame


def until_away(hub: Hub) -> None:
    """Until the hub knows that the gateway is gone."""
    for _ in range(200):
        with hub.engine.readers.session() as read:
            device = devices.device(read, STORE, "scale-1")
        if device is not None and device.state == "closed":
            return
        time.sleep(0.05)
    raise AssertionError("the scale is still there")


@pytest.mark.usefixtures("clock")
def test_what_has_its_label_is_not_sold_off_the_pan_too(hub: Hub, client: TestClient[Any]) -> None:
    sign_in(client, "cashier")
    seen = {"gateway_id": "gw", "kind": "label_printer", "model": "any", "state": "enabled", "health": "ok"}
    with client.websocket_connect(f"/ws/terminal/{TILL}") as page, scale(hub, client) as socket:
        weigh(socket, 1, "1.250", age_ms=500)
        weigh(socket, 2, "1.250")
        settled(page, 1250)
        body = {"terminal_id": TILL, "item_id": by_weight().item_id}
        url = "/api/devices/labels/scale"
        without = client.post(url, json={"command_id": new_id(), **body})
        assert refused(without) == (409, "devices.no_label_printer")
        hub.engine.bus.dispatch(SeeDevice(command_id=new_id(), device_id="labels-1", **seen), SYSTEM)
        bind = BindDevice(command_id=new_id(), device_id="labels-1", terminal_id=TILL)
        hub.engine.bus.dispatch(bind, SYSTEM)
        made = client.post(url, json={"command_id": new_id(), **body})
        assert made.status_code == 200, made.text
        with hub.engine.readers.session() as read:
            label = devices.label(read, STORE, made.json()["job_id"])
        assert label is not None
        assert label.weight_g == 1250
        assert refused(ask(client, by_weight().item_id)) == (409, "devices.weight_sold")
