"""The till's WebSocket: a snapshot first, then what changed, numbered without a gap."""

import queue
from typing import Any, NoReturn

import msgspec
import pytest
from litestar.exceptions import WebSocketDisconnect
from litestar.testing import TestClient

from hub.app.frames import (
    AskFrame,
    BasketFrame,
    DevicesFrame,
    NoticeFrame,
    ParkedFrame,
    PayingFrame,
    PrintsFrame,
    ShiftFrame,
    Snapshot,
    TillFrame,
)
from hub.app.live import MAX_WAITING_FRAMES, Page
from hub.app.server import Hub
from hub.devices.messages import SeeDevice, TakeScan
from hub.kernel.context import SYSTEM
from hub.kernel.db import DatabaseError
from hub.kernel.ids import new_id
from hub.kernel.writer import Outcome
from hub.modules.orders.messages import Scanned
from tests.modules.shop import TILL, by_piece
from tests.modules.test_routes import post, sign_in

_frame = msgspec.json.Decoder(TillFrame)


def hear(socket: Any, *kinds: type[Any]) -> list[Any]:
    """The next frames, which must be of these kinds in this order."""
    frames = [_frame.decode(socket.receive_text(timeout=20)) for _ in kinds]
    assert [type(frame) for frame in frames] == list(kinds)
    return frames


def test_a_till_sees_its_basket_grow_and_be_paid(client: TestClient[Any]) -> None:
    sign_in(client, "cashier")
    with client.websocket_connect(f"/ws/terminal/{TILL}") as socket:
        (snapshot,) = hear(socket, Snapshot)
        assert (snapshot.basket, snapshot.shift, snapshot.prints) == (None, None, [])

        post(client, "payments/shifts/open", shift_id=new_id(), terminal_id=TILL, float_fen=0)
        (shift,) = hear(socket, ShiftFrame)
        assert shift.shift.terminal_id == TILL

        item = by_piece()
        scanned = post(client, "orders/scan", terminal_id=TILL, code=item.barcodes[0])
        (basket,) = hear(socket, BasketFrame)
        assert basket.basket.total_fen == item.price_fen

        paying = {"order_id": scanned["order_id"], "payment_id": new_id()}
        post(client, "orders/pay-cash", due_fen=item.price_fen, tendered_fen=item.price_fen, **paying)
        emptied, paid, prints = hear(socket, BasketFrame, PayingFrame, PrintsFrame)
        assert emptied.basket is None
        assert (paid.paying.attempts, paid.paying.loose) == ([], [])
        assert [job.state for job in prints.prints] == ["queued"]
        seen = (snapshot, shift, basket, emptied, paid, prints)
        assert [frame.seq for frame in seen] == [1, 2, 3, 4, 5, 6]


def test_a_receipt_that_a_scanner_reads_opens_its_order_at_the_till(hub: Hub) -> None:
    page = Page(TILL, "session", "zh-CN")
    hub.live.open(page)
    read = Scanned(outcome="receipt", code="S001-T01-20261122-0001", order_id="0" * 32)
    hub.live.scanned(TILL, Outcome(answer=read))
    frames = [_frame.decode(page.waiting.get_nowait() or b"") for _ in range(page.waiting.qsize())]
    ask = frames[-1]
    assert isinstance(ask, AskFrame)
    assert (ask.question, ask.code) == ("receipt", "S001-T01-20261122-0001")
    hub.engine.close()


def test_parking_is_seen_everywhere(client: TestClient[Any]) -> None:
    sign_in(client, "cashier")
    scanned = post(client, "orders/scan", terminal_id=TILL, code=by_piece().barcodes[0])
    with client.websocket_connect(f"/ws/terminal/{TILL}") as socket:
        hear(socket, Snapshot)
        post(client, "orders/park", order_id=scanned["order_id"], label="红帽子")
        basket, parked, _ = hear(socket, BasketFrame, ParkedFrame, PayingFrame)
        assert basket.basket is None
        assert [row.label for row in parked.parked] == ["红帽子"]


@pytest.mark.parametrize(("lang", "word"), [("zh-CN", "太迟"), ("en", "too late")])
def test_a_refused_scan_is_told_in_the_pages_language(
    hub: Hub, client: TestClient[Any], lang: str, word: str
) -> None:
    device = {"device_id": "scanner-1", "gateway_id": "gateway-1", "kind": "scanner", "model": "any"}
    see = SeeDevice(command_id=new_id(), state="enabled", health="ok", **device)
    hub.engine.bus.dispatch(see, SYSTEM)
    sign_in(client, "cashier")
    post(client, "devices/bind", 403, device_id="scanner-1", terminal_id=TILL)
    sign_in(client, "manager")
    with client.websocket_connect(f"/ws/terminal/{TILL}?lang={lang}") as socket:
        hear(socket, Snapshot)
        post(client, "devices/bind", device_id="scanner-1", terminal_id=TILL)
        (devices,) = hear(socket, DevicesFrame)
        assert devices.devices[0].terminal_id == TILL
        late = TakeScan(
            command_id=new_id(),
            device_id="scanner-1",
            boot_id="b",
            gateway_seq=1,
            age_ms=60_000,
            text="6901234567892",
        )
        hub.engine.bus.dispatch(late, SYSTEM)
        (notice,) = hear(socket, NoticeFrame)
        assert notice.code == "devices.scan_late"
        assert word in notice.text


@pytest.mark.parametrize("terminal_id", [TILL, "T99"])
def test_strangers_and_other_tills_see_nothing(client: TestClient[Any], terminal_id: str) -> None:
    if terminal_id != TILL:
        sign_in(client, "cashier")
    with (
        client.websocket_connect(f"/ws/terminal/{terminal_id}") as socket,
        pytest.raises(WebSocketDisconnect),
    ):
        socket.receive_text(timeout=20)


def test_another_sites_page_sees_nothing(client: TestClient[Any]) -> None:
    sign_in(client, "cashier")
    elsewhere = {"origin": "http://elsewhere.example"}
    with (
        client.websocket_connect(f"/ws/terminal/{TILL}", headers=elsewhere) as socket,
        pytest.raises(WebSocketDisconnect),
    ):
        socket.receive_text(timeout=20)


def test_signing_out_hangs_up(client: TestClient[Any]) -> None:
    sign_in(client, "cashier")
    me = client.get("/api/identity/me").json()
    with client.websocket_connect(f"/ws/terminal/{TILL}") as socket:
        hear(socket, Snapshot)
        post(client, "sign-out", session_id=me["session_id"])
        with pytest.raises(WebSocketDisconnect):
            socket.receive_text(timeout=20)
    assert client.get("/api/identity/me").status_code == 401


def test_the_next_one_at_the_till_hangs_up_on_the_last(client: TestClient[Any]) -> None:
    sign_in(client, "cashier")
    with client.websocket_connect(f"/ws/terminal/{TILL}") as socket:
        hear(socket, Snapshot)
        sign_in(client, "manager")
        with pytest.raises(WebSocketDisconnect):
            socket.receive_text(timeout=20)


def test_a_page_that_would_miss_a_change_is_hung_up_on(
    hub: Hub, client: TestClient[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client, "cashier")
    with client.websocket_connect(f"/ws/terminal/{TILL}") as socket:
        hear(socket, Snapshot)
        monkeypatch.setattr(hub.live, "_just_committed", unreadable)
        post(client, "payments/shifts/open", shift_id=new_id(), terminal_id=TILL, float_fen=0)
        with pytest.raises(WebSocketDisconnect):
            socket.receive_text(timeout=20)


def test_a_page_that_cannot_begin_leaves_nothing_behind(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub.live, "_readers", NoneFree())
    with pytest.raises(queue.Empty):
        hub.live.open(Page(TILL, "s", "en"))
    assert not hub.live._pages
    hub.engine.close()


def unreadable() -> NoReturn:
    """The disk fails whoever reads."""
    raise DatabaseError("disk I/O error")


class NoneFree:
    """Readers that all stay taken."""

    def session(self) -> NoReturn:
        raise queue.Empty

    snapshot = session


def test_a_page_that_does_not_read_is_hung_up_on(hub: Hub) -> None:
    page = Page(TILL, "s", "en")
    for _ in range(MAX_WAITING_FRAMES + 1):
        page.push(lambda seq: ShiftFrame(seq=seq, shift=None))

    assert page.waiting.get_nowait() is None
    assert page.waiting.empty()
    hub.engine.close()


def test_a_sign_in_sent_again_gives_no_token(client: TestClient[Any]) -> None:
    body = {"command_id": new_id(), "terminal_id": TILL, "staff_no": "1001", "pin": "135790"}
    assert client.post("/api/sign-in", json=body).status_code == 200
    client.cookies.clear()

    again = client.post("/api/sign-in", json={**body, "pin": "000000"})

    assert again.status_code in (401, 409)
    assert not again.cookies
    assert client.get("/api/identity/me").status_code == 401


@pytest.mark.parametrize("token", [None, "wrong"])
def test_a_gateway_without_the_token_is_turned_away(client: TestClient[Any], token: str | None) -> None:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    with (
        client.websocket_connect("/ws/gateway", headers=headers) as socket,
        pytest.raises(WebSocketDisconnect),
    ):
        socket.receive_text(timeout=20)
