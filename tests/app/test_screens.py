"""The customer's screen: paired by a code, fed with one till's basket, and told nothing else."""

from typing import Any

import msgspec
import pytest
from litestar.exceptions import WebSocketDisconnect
from litestar.testing import TestClient

from hub.app.screen_frames import AnyScreenFrame, PairedFrame, PairingFrame, ShowFrame, ShownWeightFrame
from hub.app.server import Hub
from hub.devices import store as devices
from hub.devices.messages import BindDevice, WeightView
from hub.kernel.context import SYSTEM
from hub.kernel.ids import new_id
from tests.app.test_displays import client, hub
from tests.modules.shop import STORE, TILL, by_piece
from tests.modules.test_routes import post, sign_in

__all__ = ["client", "hub"]

_frame = msgspec.json.Decoder(AnyScreenFrame)
ITEM = by_piece()


def opened(client: TestClient[Any], token: str = "") -> Any:
    """A screen's page, its token said."""
    socket = client.websocket_connect("/ws/screen").__enter__()
    socket.send_text(token or " ")
    return socket


def heard(socket: Any) -> Any:
    return _frame.decode(socket.receive_text(timeout=20))


def hear_all(socket: Any) -> None:
    """Until it is hung up on."""
    while True:
        heard(socket)


def shown(socket: Any) -> ShowFrame:
    """The next picture of the basket."""
    while not isinstance(frame := heard(socket), ShowFrame):
        pass
    return frame


def pair(client: TestClient[Any], language: str = "en") -> str:
    """A screen taken by the till; its token."""
    socket = opened(client)
    asked = heard(socket)
    assert isinstance(asked, PairingFrame)
    assert len(asked.code) == 4
    body = {"command_id": new_id(), "terminal_id": TILL, "code": asked.code}
    answer = client.post("/api/screens/pair", json=body, headers={"accept-language": language})
    assert answer.status_code == 200, answer.text
    paired = heard(socket)
    socket.close()
    assert isinstance(paired, PairedFrame)
    assert paired.language == language
    return paired.token


def test_a_screen_follows_its_till(client: TestClient[Any]) -> None:
    sign_in(client, "cashier")
    post(client, "payments/shifts/open", shift_id=new_id(), terminal_id=TILL, float_fen=0)
    screen = opened(client, pair(client))
    idle = shown(screen)
    assert (idle.shop_name, idle.basket, idle.sale) == ("店枢便利店", None, None)

    order_id = post(client, "orders/scan", terminal_id=TILL, code=ITEM.barcodes[0])["order_id"]
    while (selling := shown(screen)).basket is None or not selling.basket.lines:
        pass
    (line,) = selling.basket.lines
    assert (line.name, line.amount_fen, selling.basket.total_fen) == (
        ITEM.name,
        ITEM.price_fen,
        ITEM.price_fen,
    )

    due = ITEM.price_fen
    paying = {"order_id": order_id, "payment_id": new_id()}
    post(client, "orders/pay-cash", due_fen=due, tendered_fen=due + 50, **paying)
    while (thanks := shown(screen)).sale is None:
        pass
    assert (thanks.basket, thanks.sale.total_fen, thanks.sale.change_fen) == (None, due, 50)
    screen.close()


def test_the_screen_is_told_of_no_person(client: TestClient[Any]) -> None:
    sign_in(client, "cashier")
    me = client.get("/api/identity/me").json()
    screen = opened(client, pair(client))
    post(client, "orders/scan", terminal_id=TILL, code=ITEM.barcodes[0])
    told = "".join(screen.receive_text(timeout=20) for _ in range(2))
    for secret in (me["staff_id"], me["session_id"], me["staff_no"]):
        assert secret not in told
    screen.close()


def test_only_the_tills_own_cashier_takes_a_screen(client: TestClient[Any]) -> None:
    body = {"command_id": new_id(), "terminal_id": TILL, "code": "0000"}
    client.cookies.clear()
    assert client.post("/api/screens/pair", json=body).status_code == 401
    sign_in(client, "cashier")
    elsewhere = client.post("/api/screens/pair", json=body | {"terminal_id": "T09"})
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (403, "identity.wrong_terminal")
    unknown = client.post("/api/screens/pair", json=body)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "devices.screen_code_unknown")


@pytest.mark.parametrize("token", ["", "x", "0" * 32 + "." + "0" * 64])
def test_a_token_that_is_not_ours_opens_nothing(client: TestClient[Any], token: str) -> None:
    screen = opened(client, token)
    assert isinstance(heard(screen), PairingFrame)
    screen.close()


def test_a_sessions_token_is_no_screens(client: TestClient[Any]) -> None:
    sign_in(client, "cashier")
    screen = opened(client, client.cookies["dianshu_session"])
    assert isinstance(heard(screen), PairingFrame)
    screen.close()


def test_a_screen_that_is_unbound_begins_again_with_a_code(hub: Hub, client: TestClient[Any]) -> None:
    sign_in(client, "cashier")
    token = pair(client)
    screen = opened(client, token)
    shown(screen)
    with hub.engine.readers.session() as read:
        (device,) = [one for one in devices.all_devices(read, STORE) if one.model == "browser"]
    assert (device.terminal_id, device.state) == (TILL, "enabled")
    unbind = BindDevice(command_id=new_id(), device_id=device.device_id, terminal_id=None)
    hub.engine.bus.dispatch(unbind, SYSTEM)
    with pytest.raises(WebSocketDisconnect):
        hear_all(screen)
    screen.close()
    again = opened(client, token)
    assert isinstance(heard(again), PairingFrame)
    again.close()


def test_the_weight_is_shown_where_its_scale_stands(hub: Hub, client: TestClient[Any]) -> None:
    sign_in(client, "cashier")
    token = pair(client)
    hub.screens.show_weights(
        lambda terminal_id: WeightView("scale-1", 1250, "", 0) if terminal_id == TILL else None
    )
    screen = opened(client, token)
    shown(screen)
    assert heard(screen) == ShownWeightFrame(seq=2, grams=1250, is_settled=True, is_sold=False, tare_g=None)
    screen.close()


def test_pictures_are_the_shops_and_nothing_else_is(hub: Hub, client: TestClient[Any]) -> None:
    folder = hub.settings.data_path / "display"
    folder.mkdir()
    (folder / "b.png").write_bytes(b"png")
    (folder / "a 水果.jpg").write_bytes(b"jpg")
    (folder / "notes.txt").write_bytes(b"secret")
    assert [path.name for path in hub.screens.pictures()] == ["a 水果.jpg", "b.png"]
    answer = client.get("/api/screens/pictures/a 水果.jpg")
    assert (answer.content, answer.headers["content-type"]) == (b"jpg", "image/jpeg")
    for name in ("notes.txt", "..%2Fgateway.token", "c.png"):
        assert client.get(f"/api/screens/pictures/{name}").status_code == 404
