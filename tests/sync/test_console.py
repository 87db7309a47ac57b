"""The console: who may look, what they see, and how a sale appears while they watch."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.exceptions import WebSocketDisconnect
from litestar.testing import TestClient

from cloud_sync.cloud import tables
from cloud_sync.cloud.app import TEXTS, create_app
from cloud_sync.cloud.db import Database
from cloud_sync.cloud.devices import keep_telemetry
from cloud_sync.cloud.feed import Feed
from cloud_sync.cloud.heard import keep_heartbeat
from cloud_sync.cloud.ingest import Ingest
from cloud_sync.cloud.modules import MODULES
from cloud_sync.cloud.pool import Pool
from cloud_sync.cloud.projections import Projections
from cloud_sync.cloud.registry import enrol, quarantine_hub
from cloud_sync.cloud.users import LOCK_MS, SESSION_MS, save_user
from cloud_sync.edge.outbox import Outbox
from cloud_sync.edge.window import Span
from cloud_sync.wire.heartbeat import Heartbeat, LiveTotals
from cloud_sync.wire.telemetry import DeviceFigures, Telemetry
from cloud_sync.wire.topics import address
from hub.kernel.context import SYSTEM
from hub.kernel.errors import Texts
from hub.kernel.journal import read_page
from hub.kernel.schema import tables_of
from hub.kernel.tables import metadata
from hub.modules.orders.messages import PlacedLine, PlacedPayment, PlaceOrder
from hub.modules.payments.messages import SettleTerminal, TakeSettlementAnswer
from hub.modules.returns.messages import LineWanted
from tests.modules.returns.counter_of_returns import all_of, order_of, sold_for_cash, take_back
from tests.modules.shop import DATE, MORNING_MS, STORE, TILL, Shop, by_piece

HUB = address("chain", "hub-test")
PASSWORD = "correct horse battery"


class Console:
    """The console's app over one database, with a clock of its own and a shop that can sell into it."""

    def __init__(self, database: Database, folder: Path, shop: Shop) -> None:
        self.now_ms = MORNING_MS
        self.shop = shop
        database.create(tables.metadata)
        database.create(metadata, tables_of(MODULES, "projected"))
        self.connection = database.connect()
        enrol(self.connection, HUB, STORE, shop.engine.keystore.public_key())
        save_user(self.connection, "head-office", "总部", PASSWORD)
        self.pool = Pool(database)
        texts = Texts(TEXTS)
        self.feed = Feed(self.pool, texts, "zh-CN", lambda: self.now_ms)
        self.static = folder / "static"
        self.app = create_app(self.pool, self.feed, texts, lambda: self.now_ms, static=self.static)
        self.outbox = Outbox(shop.engine.readers, shop.engine.keystore, HUB.hub, 1)
        self.sent = 0
        self.follower = Projections(self.connection, MODULES, lambda: self.now_ms, self.feed.notice)

    def sync(self) -> None:
        """Everything that the shop has, into the cloud's tables."""
        head = self.shop.engine.head()
        assert head is not None
        while (made := self.outbox.next_batch(Span(self.sent, head.seq))) is not None:
            self.sent = made[0].head.seq
            Ingest(self.connection).take([(HUB, made[1])], self.now_ms)
        while self.follower.advance_all():
            pass

    def close(self) -> None:
        self.pool.close()
        self.connection.close()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(tmp_path / "hub")
    shop.ready()
    yield shop
    shop.close()


@pytest.fixture
def console(database: Database, tmp_path: Path, shop: Shop) -> Iterator[Console]:
    console = Console(database, tmp_path, shop)
    yield console
    console.close()


@pytest.fixture
def visitor(console: Console) -> Iterator[TestClient[Any]]:
    with TestClient(console.app) as client:
        yield client


@pytest.fixture
def reader(visitor: TestClient[Any]) -> TestClient[Any]:
    """A page that is signed in."""
    assert sign_in(visitor, PASSWORD).status_code == 200
    return visitor


def sign_in(visitor: TestClient[Any], password: str, login: str = "head-office") -> Any:
    return visitor.post("/api/console/sign-in", json={"login": login, "password": password})


def test_signing_in_gives_a_session_that_no_script_can_read(visitor: TestClient[Any]) -> None:
    answer = sign_in(visitor, PASSWORD)
    assert answer.json()["name"] == "总部"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert visitor.get("/api/console/session").json()["login"] == "head-office"


def test_signing_out_ends_it(reader: TestClient[Any]) -> None:
    token = reader.cookies["dianshu_console"]
    assert reader.post("/api/console/sign-out").status_code == 204
    reader.cookies.set("dianshu_console", token)
    assert reader.get("/api/console/session").status_code == 401


def test_a_session_ends_by_itself(reader: TestClient[Any], console: Console) -> None:
    console.now_ms += SESSION_MS
    assert reader.get("/api/console/stores").status_code == 401


@pytest.mark.parametrize(
    "path", ["session", "stores", "orders", "figures", "projections", f"orders/{STORE}/{'0' * 32}"]
)
def test_nobody_sees_anything_without_signing_in(visitor: TestClient[Any], path: str) -> None:
    answer = visitor.get(f"/api/console/{path}", headers={"accept-language": "en"})
    assert answer.status_code == 401
    assert answer.json() == {"code": "console.sign_in_first", "text": "Sign in first", "facts": {}}


def test_five_wrong_passwords_lock_even_for_the_right_one(visitor: TestClient[Any], console: Console) -> None:
    for _ in range(5):
        assert sign_in(visitor, "wrong").json()["code"] == "console.wrong_login"
    refused = sign_in(visitor, PASSWORD)
    assert refused.status_code == 429
    assert refused.json()["facts"] == {"wait_s": 60}
    assert "60" in refused.json()["text"]
    console.now_ms += LOCK_MS
    assert sign_in(visitor, PASSWORD).status_code == 200


def test_an_unknown_login_says_no_more_than_a_wrong_password(visitor: TestClient[Any]) -> None:
    assert sign_in(visitor, PASSWORD, "nobody").json() == sign_in(visitor, "wrong").json()
    assert sign_in(visitor, PASSWORD, "\x00").json()["code"] == "console.wrong_login"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "console.malformed"),
        (b'{"login":"a","password":"b","extra":1}', "console.malformed"),
        (b'{"login":1,"password":"b"}', "console.malformed"),
        (b'{"login":"' + b"a" * 70_000 + b'","password":"b"}', "console.too_large"),
    ],
)
def test_a_bad_request_is_a_coded_refusal(visitor: TestClient[Any], body: bytes, code: str) -> None:
    headers = {"content-type": "application/json"}
    answer = visitor.post("/api/console/sign-in", content=body, headers=headers)
    assert 400 <= answer.status_code < 500
    assert answer.json()["code"] == code


def test_a_sale_is_shown_with_its_journal(reader: TestClient[Any], console: Console) -> None:
    order_id = sell(console)
    (sale,) = reader.get("/api/console/orders").json()["orders"]
    assert sale["order_id"] == order_id
    assert sale["receipt_no"] == f"{STORE}-T01-20261122-0001"
    assert sale["tenders"] == [{"tender": "cash", "amount_fen": sale["total_fen"]}]
    detail = reader.get(f"/api/console/orders/{STORE}/{order_id}").json()
    assert (
        sum(line["amount_fen"] for line in detail["lines"])
        == sale["total_fen"]
        == detail["order"]["total_fen"]
    )
    assert detail["tendered_fen"] - detail["change_fen"] == sale["total_fen"]
    types = [event["type"] for event in detail["events"]]
    assert "orders.order_paid.v1" in types
    assert "payments.payment_taken.v1" in types
    entries = {entry.seq: entry for entry in read_page(console.shop.read, 0, console.sent, 10_000)}
    for event in detail["events"]:
        assert event["body"].encode() == entries[event["seq"]].body
        assert event["hash"] == entries[event["seq"]].hash.hex()


def test_what_came_back_of_an_order_is_shown(reader: TestClient[Any], console: Console) -> None:
    sold = sold_for_cash(console.shop, pieces=2)
    take_back(console.shop, sold, [LineWanted(line_id=sold.lines[0].line_id, qty_milli=1000)])
    console.sync()
    (sale,) = reader.get("/api/console/orders").json()["orders"]
    assert (sale["returned"], sale["refunded_fen"]) == ("part", by_piece().price_fen)
    detail = reader.get(f"/api/console/orders/{STORE}/{sold.order.order_id}").json()
    assert [line["returned_milli"] for line in detail["lines"]] == [1000, 0]
    (back,) = detail["returns"]
    assert (back["kind"], back["refund_fen"], back["reason"]) == ("return", by_piece().price_fen, "质量问题")
    assert back["settled_ms"] is not None
    assert "returns.goods_returned.v1" in [event["type"] for event in detail["events"]]
    left = order_of(console.shop, sold.order.order_id)
    take_back(console.shop, left, all_of(left))
    console.sync()
    (sale,) = reader.get("/api/console/orders").json()["orders"]
    assert (sale["returned"], sale["refunded_fen"]) == ("all", sale["total_fen"])


def test_an_order_that_is_not_there_is_a_refusal(reader: TestClient[Any]) -> None:
    answer = reader.get(f"/api/console/orders/{STORE}/nothing")
    assert (answer.status_code, answer.json()["code"]) == (404, "console.not_found")


def test_the_days_figures_add_up(reader: TestClient[Any], console: Console) -> None:
    for _ in range(3):
        sell(console)
    console.shop.clock.pass_s(7_200)
    sell(console)
    figures = reader.get("/api/console/figures", params={"date": DATE}).json()
    orders = reader.get("/api/console/orders", params={"date": DATE}).json()["orders"]
    assert figures["orders"] == len(orders) == 4
    assert figures["total_fen"] == sum(order["total_fen"] for order in orders)
    assert [(hour["hour"], hour["orders"]) for hour in figures["by_hour"]] == [(9, 3), (10, 0), (11, 1)]
    assert sum(tender["amount_fen"] for tender in figures["by_tender"]) == figures["total_fen"]
    assert figures["by_store"] == [{"store_id": STORE, "orders": 4, "total_fen": figures["total_fen"]}]
    elsewhere = reader.get("/api/console/figures", params={"date": DATE, "store_id": "S999"}).json()
    assert (elsewhere["orders"], elsewhere["by_hour"], elsewhere["average_fen"]) == (0, [], 0)


def test_pages_of_orders_show_each_once(reader: TestClient[Any], console: Console) -> None:
    sold = [sell(console) for _ in range(5)]
    seen: list[str] = []
    before = None
    while True:
        params = {"limit": 2} | ({"before": before} if before else {})
        page = reader.get("/api/console/orders", params=params).json()
        seen += [order["order_id"] for order in page["orders"]]
        if (before := page["next_before"]) is None:
            break
    assert sorted(seen) == sorted(sold)


@pytest.mark.parametrize(
    "query", ["date=yesterday", "before=x", "limit=0", "limit=1000", "store_id=%00", "date=2026-11-22%00"]
)
def test_a_query_that_makes_no_sense_is_refused(reader: TestClient[Any], query: str) -> None:
    answer = reader.get(f"/api/console/orders?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "console.malformed")


def test_a_store_shows_what_is_pending_and_what_lags(reader: TestClient[Any], console: Console) -> None:
    (waiting,) = reader.get("/api/console/stores").json()
    assert (waiting["state"], waiting["alarm"], waiting["last_seen_ms"]) == ("waiting", None, None)
    sell(console)
    beat = Heartbeat(
        hub=HUB.hub, epoch=1, online=True, head_seq=console.sent + 12, oldest_age_s=40, version="1.0",
        live=LiveTotals(DATE, 5, 12_300),
    )  # fmt: skip
    keep_heartbeat(console.connection, beat, console.now_ms)
    (online,) = reader.get("/api/console/stores").json()
    assert (online["state"], online["pending_events"], online["oldest_age_s"]) == ("online", 12, 40)
    assert (online["live_orders"], online["live_total_fen"], online["lag_events"]) == (5, 12_300, 0)
    console.now_ms += 60_000
    (gone,) = reader.get("/api/console/stores").json()
    assert (gone["state"], gone["pending_events"]) == ("offline", 12)


def test_a_quarantined_store_says_why_in_the_readers_language(
    reader: TestClient[Any], console: Console
) -> None:
    with console.connection.transaction():
        quarantine_hub(console.connection, HUB.hub, "sync.fork")
    (store,) = reader.get("/api/console/stores", headers={"accept-language": "en-GB"}).json()
    assert (store["state"], store["alarm"]) == ("quarantined", "sync.fork")
    assert "cloned" in store["alarm_text"]


def test_the_lag_of_projections_is_visible(reader: TestClient[Any], console: Console) -> None:
    sell(console)
    (lag,) = reader.get("/api/console/projections").json()
    assert (lag["applied"], lag["projected"], lag["lag_events"]) == (console.sent, console.sent, 0)


def test_a_sale_appears_while_somebody_watches(reader: TestClient[Any], console: Console) -> None:
    with reader.websocket_connect("/ws/console") as live:
        snapshot = live.receive_json()
        assert (snapshot["type"], snapshot["sales"], snapshot["figures"]["orders"]) == ("snapshot", [], 0)
        order_id = sell(console)
        frame, seq = live.receive_json(), snapshot["seq"]
        while frame["type"] != "sale":
            seq += 1
            assert frame["seq"] == seq
            frame = live.receive_json()
        assert frame["seq"] == seq + 1
        assert (frame["sale"]["order_id"], frame["orders_today"]) == (order_id, 1)
        assert frame["total_today_fen"] == frame["sale"]["total_fen"]


def test_the_live_page_is_closed_to_strangers(visitor: TestClient[Any]) -> None:
    with pytest.raises(WebSocketDisconnect) as closed, visitor.websocket_connect("/ws/console") as live:
        live.receive()
    assert closed.value.code == 4401


def test_the_live_page_is_closed_to_other_sites(reader: TestClient[Any]) -> None:
    elsewhere = {"origin": "https://elsewhere.example"}
    with (
        pytest.raises(WebSocketDisconnect) as closed,
        reader.websocket_connect("/ws/console", headers=elsewhere) as live,
    ):
        live.receive()
    assert closed.value.code == 4401


def test_pages_are_cached_by_their_names(visitor: TestClient[Any], console: Console) -> None:
    (console.static / "assets").mkdir(parents=True)
    (console.static / "index.html").write_text("<!doctype html>")
    (console.static / "assets" / "main-B1x2y3Z4.js").write_text("1")
    (console.static.parent / "secret.txt").write_text("secret")
    home = visitor.get("/console/")
    assert (home.status_code, home.headers["cache-control"]) == (200, "no-cache")
    assert "script" not in home.headers["content-security-policy"]
    assert visitor.get("/console/stores/S001").text == home.text
    asset = visitor.get("/console/assets/main-B1x2y3Z4.js")
    assert "immutable" in asset.headers["cache-control"]
    assert asset.headers["content-type"].startswith("text/javascript")
    assert visitor.get("/console/assets/none-B1x2y3Z4.js").status_code == 404
    assert visitor.get("/console/..%2fsecret.txt").status_code == 404
    assert visitor.get("/", follow_redirects=False).headers["location"] == "/console/"


def sell(console: Console) -> str:
    """Ring up something, pay it, and let it reach the cloud."""
    shop, order_id = console.shop, console.shop.new_id()
    line = PlacedLine(line_id=shop.new_id(), item_id=by_piece().item_id, qty_milli=2_000)
    cash = PlacedPayment(payment_id=shop.new_id(), tender="cash", amount_fen=100_000)
    shop.do(PlaceOrder, shop.caller(), order_id=order_id, terminal_id=TILL, lines=[line], payments=[cash])
    console.sync()
    return order_id


def test_what_a_stores_terminals_settled(console: Console, visitor: TestClient[Any]) -> None:
    page = f"/api/console/stores/{STORE}/settlements"
    assert visitor.get(page).status_code == 401
    sign_in(visitor, PASSWORD)
    settlement_id = console.shop.new_id()
    console.shop.do(SettleTerminal, settlement_id=settlement_id, terminal_id=TILL, device_id="card-1")
    told = {"state": "approved", "count": 1, "net_fen": 4_200}
    console.shop.do(TakeSettlementAnswer, SYSTEM, settlement_id=settlement_id, **told)
    console.sync()
    (shown,) = visitor.get(page).json()
    assert (shown["device_id"], shown["state"], shown["terminal_id"]) == ("card-1", "done", TILL)
    assert (shown["their_fen"], shown["our_fen"], shown["difference_fen"]) == (4_200, 0, 4_200)
    assert visitor.get("/api/console/stores/S999/settlements").json() == []


def test_what_a_stores_devices_have_done(console: Console, visitor: TestClient[Any]) -> None:
    page = f"/api/console/stores/{STORE}/devices"
    assert visitor.get(page).status_code == 401
    assert sign_in(visitor, PASSWORD).status_code == 200
    assert visitor.get(page).json() == []
    scanner = DeviceFigures(device_id="scanner-1", counts={"GoodScanCount": 3}, scans_a_minute=2)
    keep_telemetry(console.connection, Telemetry(hub=HUB.hub, epoch=1, devices=(scanner,)), console.now_ms)
    assert visitor.get(page).json() == [
        {
            "hub_id": HUB.hub,
            "device_id": "scanner-1",
            "counts": {"GoodScanCount": 3},
            "scans_a_minute": 2,
            "heard_ms": console.now_ms,
        }
    ]
    assert visitor.get("/api/console/stores/S999/devices").json() == []
