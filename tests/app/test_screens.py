"""The customer's screen: paired by a code, fed with one till's basket, and told nothing else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import segno
from litestar.exceptions import WebSocketDisconnect
from litestar.testing import TestClient

from drivers import messages as wire
from hub.app.frames import PayingFrame, TillFrame
from hub.app.screen_frames import (
    AnyScreenFrame,
    PairedFrame,
    PairingFrame,
    ShowFrame,
    ShownPayment,
    ShownQr,
    ShownWeightFrame,
)
from hub.app.server import Hub, gateway_token
from hub.app.settings import HubSettings, Shop
from hub.devices import store as devices
from hub.devices.messages import BindDevice, WeightView
from hub.kernel.context import SYSTEM
from hub.kernel.ids import new_id
from tests.app.test_displays import bind
from tests.modules.electronic import WECHAT_CODE
from tests.modules.shop import STORE, TILL, by_piece
from tests.modules.test_routes import furnish, post, sign_in

_TENDERS: tuple[wire.Ability, ...] = ("card", "code")
_frame = msgspec.json.Decoder(AnyScreenFrame)
_till = msgspec.json.Decoder(TillFrame)
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


class AtTheTerminals:
    """A till with one thing on its basket, its payment terminals, and the customer's screen."""

    def __init__(self, hub: Hub, client: TestClient[Any], gateway: Any) -> None:
        for device_id in ("card-1", "code-1"):
            bind(hub, device_id)
        sign_in(client, "cashier")
        post(client, "payments/shifts/open", shift_id=new_id(), terminal_id=TILL, float_fen=0)
        self._client = client
        self._gateway = gateway
        self.token = pair(client)
        self.screen = opened(client, self.token)
        self.order_id = post(client, "orders/scan", terminal_id=TILL, code=ITEM.barcodes[0])["order_id"]

    def ask(self, tender: str, amount_fen: int = ITEM.price_fen) -> str:
        """The cashier chooses a tender; the attempt's id."""
        attempt_id = new_id()
        asked = {"order_id": self.order_id, "due_fen": ITEM.price_fen, "amount_fen": amount_fen}
        post(self._client, "orders/start-payment", attempt_id=attempt_id, tender=tender, **asked)
        return attempt_id

    def answer(self, state: wire.PayState, **said: Any) -> None:
        """The terminal is asked, and says this."""
        while not isinstance(
            asked := wire.decode_hub_frame(self._gateway.receive_text(timeout=20)), wire.Pay
        ):
            pass
        self._gateway.send_text(wire.encode(wire.PayAnswer(request_id=asked.request_id, state=state, **said)))

    def told(self, step: str, screen: Any = None) -> ShownPayment:
        """The next word on a payment that says this."""
        while (payment := shown(screen or self.screen).payment) is None or payment.step != step:
            pass
        return payment


@pytest.fixture
def counter(hub: Hub, client: TestClient[Any]) -> Iterator[AtTheTerminals]:
    devices = tuple(
        wire.DeviceInfo(
            device_id=f"{ability}-1",
            kind="payment_terminal",
            model="any",
            ability=ability,
            link="x",
            state="enabled",
        )
        for ability in _TENDERS
    )
    hello = wire.Hello(gateway_id="gateway-1", boot_id="boot-1", version="1", devices=devices)
    headers = {"Authorization": f"Bearer {gateway_token(hub.settings.gateway_token_path)}"}
    with client.websocket_connect("/ws/gateway", headers=headers) as gateway:
        gateway.send_text(wire.encode(hello))
        assert isinstance(wire.decode_hub_frame(gateway.receive_text(timeout=20)), wire.Welcome)
        made = AtTheTerminals(hub, client, gateway)
        yield made
        made.screen.close()


def test_the_customer_is_told_what_to_do(counter: AtTheTerminals, client: TestClient[Any]) -> None:
    fen = ITEM.price_fen
    code_id = counter.ask("code")
    assert counter.told("show_code") == ShownPayment(step="show_code", amount_fen=fen, left_fen=fen)
    post(client, "payments/attempts/cancel", attempt_id=code_id)
    assert shown(counter.screen).payment is None

    counter.ask("card")
    counter.told("use_terminal")
    counter.answer("unknown", reason="terminal.no_answer")
    counter.told("wait")
    reloaded = opened(client, counter.token)
    counter.told("wait", reloaded)
    reloaded.close()


def test_a_payment_let_go_of_stays_with_the_till_when_cash_pays_its_basket(
    counter: AtTheTerminals, client: TestClient[Any]
) -> None:
    attempt_id = counter.ask("card")
    counter.answer("unknown", reason="terminal.no_answer")
    counter.told("wait")
    with client.websocket_connect(f"/ws/terminal/{TILL}") as page:
        post(client, "payments/attempts/release", attempt_id=attempt_id)
        cash = {"order_id": counter.order_id, "payment_id": new_id(), "due_fen": ITEM.price_fen}
        post(client, "orders/pay-cash", tendered_fen=ITEM.price_fen, **cash)
        frame: Any = None
        while not (isinstance(frame, PayingFrame) and frame.paying.loose):
            frame = _till.decode(page.receive_text(timeout=20))
        assert [one.attempt_id for one in frame.paying.loose] == [attempt_id]


def test_a_code_that_was_shown_is_confirmed_and_never_repeated(
    counter: AtTheTerminals, client: TestClient[Any]
) -> None:
    attempt_id = counter.ask("code")
    post(client, "payments/attempts/code", attempt_id=attempt_id, pay_code=WECHAT_CODE)
    while '"confirm"' not in (told := counter.screen.receive_text(timeout=20)):
        pass
    assert WECHAT_CODE not in told


def test_a_refusal_is_told_until_something_else_happens(
    counter: AtTheTerminals, client: TestClient[Any]
) -> None:
    counter.ask("card")
    counter.answer("refused", reason="terminal.declined", text="余额不足")
    assert counter.told("refused").left_fen == ITEM.price_fen
    post(client, "orders/scan", terminal_id=TILL, code=ITEM.barcodes[0])
    assert shown(counter.screen).payment is None


def test_a_part_paid_by_card_leaves_the_rest(counter: AtTheTerminals, client: TestClient[Any]) -> None:
    part_fen = ITEM.price_fen - 100
    counter.ask("card", part_fen)
    counter.answer("approved", amount_fen=part_fen, reference="R-77", scheme="unionpay", account="9876")
    while '"approved"' not in (told := counter.screen.receive_text(timeout=20)):
        pass
    for secret in ("R-77", "unionpay", "9876"):
        assert secret not in told
    assert _frame.decode(told).payment == ShownPayment(step="approved", amount_fen=part_fen, left_fen=100)
    rest = {"order_id": counter.order_id, "payment_id": new_id(), "due_fen": 100, "tendered_fen": 100}
    post(client, "orders/pay-cash", **rest)
    while (thanks := shown(counter.screen)).sale is None:
        pass
    assert (thanks.payment, thanks.sale.total_fen) == (None, ITEM.price_fen)


def test_no_qr_code_where_none_is_set(client: TestClient[Any]) -> None:
    sign_in(client, "cashier")
    screen = opened(client, pair(client))
    assert shown(screen).qr is None
    assert client.get("/api/screens/qr.svg").status_code == 404
    screen.close()


def test_the_shops_own_qr_code(tmp_path: Path) -> None:
    shop = Shop(name="店", display_qr="店：谢谢惠顾", display_qr_text="扫一扫", display_qr_text_en="Scan me")
    hub = Hub(HubSettings(store_id=STORE, hub_id="hub-1", shop=shop, data_dir=str(tmp_path)))
    furnish(hub)
    with TestClient(hub.app) as client:
        drawn = client.get("/api/screens/qr.svg")
        assert drawn.headers["content-type"].startswith("image/svg+xml")
        assert b"<svg" in drawn.content
        sign_in(client, "cashier")
        screen = opened(client, pair(client))
        assert shown(screen).qr == ShownQr(text="扫一扫", text_en="Scan me")
        post(client, "orders/scan", terminal_id=TILL, code=ITEM.barcodes[0])
        assert shown(screen).qr is None
        screen.close()


def test_a_qr_code_that_no_telephone_reads_is_not_taken() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"name": "店", "display_qr": "长" * 301}, Shop)
    longest = Shop(name="店", display_qr="长" * 300)
    assert int(segno.make_qr(longest.display_qr, error="m").version) <= 40
