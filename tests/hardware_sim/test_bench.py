"""The bench's API and news, against real devices on the same event loop."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import httpx
import msgspec
import pytest
from litestar import Litestar

from hardware_sim.bench.app import build_app
from hardware_sim.bench.feed import QUEUE_FRAMES, Feed
from hardware_sim.bench.messages import Good, Scanned
from hardware_sim.counter import Counter, open_counter
from hardware_sim.layout import CARD_TERMINAL, RECEIPT_PRINTER, SERIAL_SCANNER, SMALL_PRINTER, TOLEDO_SCALE
from hardware_sim.views import LedgerEntry, ScanOutcome
from tests.hardware_sim.hosts import LINE_SCANNER, PTY_PRINTER, TCP_PRINTER

GOODS = (Good("可口可乐 500ml", "Cola 500 ml", "6901234567892", "饮料", 350),)
Client = httpx.AsyncClient
HERE = "http://127.0.0.1:8730"


def client_of(app: Litestar) -> Client:
    """A client on this very event loop, where the devices are."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(cast(Any, app)), base_url=HERE)


@asynccontextmanager
async def bench(folder: Path) -> AsyncIterator[tuple[Counter, Client]]:
    feed = Feed()
    async with open_counter(folder, (SERIAL_SCANNER, RECEIPT_PRINTER, SMALL_PRINTER), news=feed) as counter:
        app = build_app(counter, feed, GOODS, pages=folder / "none")
        async with client_of(app) as client:
            yield counter, client


def play(folder: Path, scene: Callable[[Counter, Client], Awaitable[None]]) -> None:
    """Run a scene at a bench."""

    async def run() -> None:
        async with bench(folder) as (counter, client), asyncio.timeout(20):
            await scene(counter, client)

    asyncio.run(run())


async def print_one(counter: Counter, data: bytes) -> None:
    host, port = counter.device(TCP_PRINTER).wire.link.removeprefix("tcp://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(data + b"\x1dr\x01")
    await reader.readexactly(1)
    writer.close()


def test_the_bench_at_a_glance(tmp_path: Path) -> None:
    async def scene(_: Counter, client: Client) -> None:
        seen = (await client.get("/api/bench")).json()
        assert [device["device_id"] for device in seen["devices"]] == [LINE_SCANNER, TCP_PRINTER, PTY_PRINTER]
        assert seen["goods"] == [
            {
                "name": "可口可乐 500ml",
                "name_en": "Cola 500 ml",
                "barcode": "6901234567892",
                "category": "饮料",
                "price_fen": 350,
                "each_g": 0,
            }
        ]
        assert (await client.get("/api/goods")).json() == seen["goods"]
        assert (await client.get("/api/devices")).json() == seen["devices"]
        assert (await client.get(f"/api/devices/{TCP_PRINTER}")).json() == seen["devices"][1]

    play(tmp_path, scene)


def test_everything_a_hand_can_do(tmp_path: Path) -> None:
    async def scene(_: Counter, client: Client) -> None:
        async def do(path: str, body: dict[str, object] | None = None) -> dict[str, Any]:
            answer = await client.post(f"/api/{path}", json=body)
            assert answer.status_code == 200, answer.text
            return dict(answer.json())

        at = f"devices/{TCP_PRINTER}"
        outcome = await do("scan", {"device_id": LINE_SCANNER, "code": "690"})
        assert outcome == {"device_id": LINE_SCANNER, "code": "690", "heard": False}
        assert (await do(f"{at}/unplug"))["plugged"] is False
        assert (await do(f"{at}/plug"))["plugged"] is True
        assert (await do(f"{at}/paper", {"paper": "out"}))["printer"]["paper"] == "out"
        assert (await do(f"{at}/paper", {"paper": "near_end"}))["printer"]["paper"] == "near_end"
        view = await do(f"{at}/paper", {"paper": "out", "after_lines": 3})
        assert view["printer"]["paper"] == "near_end"
        assert view["faults"] == [{"type": "paper_out", "after_lines": 3}]
        assert (await do(f"{at}/paper", {"paper": "ok"}))["faults"] == []
        assert (await do(f"{at}/cover", {"open": True}))["printer"]["online"] is False
        assert (await do(f"{at}/cover", {"open": False}))["printer"]["online"] is True
        assert (await do(f"{at}/drawer", {"open": True}))["drawer"] == {"open": True, "kicks": 0}
        assert (await do(f"{at}/drawer", {"open": False}))["drawer"]["open"] is False
        view = await do(f"{at}/faults", {"fault": {"type": "offline"}})
        assert view["faults"] == [{"type": "offline"}]
        await do(f"{at}/faults", {"fault": {"type": "cover_open"}})
        relieved = await client.delete(f"/api/{at}/faults/offline")
        assert relieved.json()["faults"] == [{"type": "cover_open"}]
        assert relieved.json()["printer"]["cover_open"] is True
        assert (await client.delete(f"/api/{at}/faults/gremlins")).status_code == 404
        healed = await client.delete(f"/api/{at}/faults")
        assert healed.json()["faults"] == []
        met = (await client.get("/api/faults")).json()
        assert {"device_id": TCP_PRINTER, "fault": "offline", "times": 1} in met
        assert healed.json()["printer"]["online"] is True

    play(tmp_path, scene)


def test_a_hand_at_a_scale(tmp_path: Path) -> None:
    async def scene(counter: Counter, client: Client) -> None:
        async def do(path: str, body: dict[str, object]) -> httpx.Response:
            return await client.post(f"/api/devices/{path}", json=body)

        put = (await do("scale-1/weight", {"load_g": 500})).json()["scale"]
        assert (put["load_g"], put["moving"]) == (500, True)
        scale = counter.scale("scale-1")
        await counter.news.until(lambda: not scale.pan.show().moving, 10)
        tared = (await do("scale-1/key", {"key": "tare"})).json()["scale"]
        assert (tared["shown_g"], tared["tare_g"]) == (0, 500)
        assert (await do("scale-1/weight", {"load_g": 2_000_000})).status_code == 400
        assert (await do("scale-1/key", {"key": "off"})).status_code == 400
        assert (await do(f"{LINE_SCANNER}/weight", {"load_g": 5})).status_code == 409

    async def run() -> None:
        feed = Feed()
        async with open_counter(tmp_path, (TOLEDO_SCALE, SERIAL_SCANNER), news=feed) as counter:
            app = build_app(counter, feed, (), pages=tmp_path / "none")
            async with client_of(app) as client, asyncio.timeout(20):
                await scene(counter, client)

    asyncio.run(run())


def test_an_acquirers_book_is_read_whole(tmp_path: Path) -> None:
    async def scene() -> None:
        feed = Feed()
        async with open_counter(tmp_path, (CARD_TERMINAL, TOLEDO_SCALE), news=feed) as counter:
            app = build_app(counter, feed, GOODS, pages=tmp_path / "none")
            async with client_of(app) as client:
                ledger = counter.terminal("card-1").ledger
                for number in range(20):
                    sale = {"request_id": f"r{number}", "act": "sale", "amount_fen": 100, "number": "1"}
                    ledger.open(msgspec.convert({**sale, "state": "waiting"}, LedgerEntry))
                ledger.close("r3", "taken")
                ledger.close("r3", "reversed")
                book = (await client.get("/api/devices/card-1/ledger")).json()
                assert [one["request_id"] for one in book["entries"]] == [f"r{n}" for n in range(20)]
                moved = [(one["request_id"], one["amount_fen"]) for one in book["movements"]]
                assert moved == [("r3", 100), ("r3", -100)]
                assert (await client.get("/api/devices/scale-1/ledger")).status_code == 409

    asyncio.run(scene())


def test_receipts_are_waited_for_and_drawn(tmp_path: Path) -> None:
    async def scene(counter: Counter, client: Client) -> None:
        waiting = asyncio.create_task(client.get("/api/receipts/next", params={"after": 0, "wait_s": 10}))
        await print_one(counter, b"\x1b@\x1c&" + "店枢\n".encode("gbk") + b"\x1dV\x00")
        answer = await waiting
        assert answer.status_code == 200, answer.text
        receipt = answer.json()
        assert (receipt["number"], receipt["text"]) == (1, "店枢")
        assert (await client.get("/api/receipts")).json() == [receipt]
        assert (await client.get("/api/receipts", params={"after": 1})).json() == []
        none = await client.get("/api/receipts/next", params={"after": 1, "wait_s": 0})
        assert none.status_code == 404
        picture = await client.get("/api/receipts/1/picture")
        assert picture.headers["content-type"].startswith("image/svg+xml")
        assert "店枢" in picture.text
        assert (await client.get("/api/receipts/9/picture")).status_code == 404

    play(tmp_path, scene)


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("scan", {"device_id": "nobody", "code": "1"}, 404, "bench.unknown_device"),
        ("scan", {"device_id": TCP_PRINTER, "code": "1"}, 409, "bench.not_that_kind"),
        ("scan", {"device_id": LINE_SCANNER, "code": ""}, 400, "bench.refused"),
        ("scan", {"device_id": LINE_SCANNER, "code": "1", "extra": 1}, 400, "bench.refused"),
        (f"devices/{LINE_SCANNER}/paper", {"paper": "out"}, 409, "bench.not_that_kind"),
        (f"devices/{PTY_PRINTER}/drawer", {"open": True}, 409, "bench.not_that_kind"),
        (f"devices/{TCP_PRINTER}/faults", {"fault": {"type": "gremlins"}}, 400, "bench.refused"),
        (f"devices/{TCP_PRINTER}/faults", {"fault": {"type": "stuck_key"}}, 409, "bench.unsuited"),
        (
            f"devices/{TCP_PRINTER}/faults",
            {"fault": {"type": "slow_drain", "bytes_per_s": 0}},
            400,
            "bench.refused",
        ),
        ("scan", {"device_id": LINE_SCANNER, "code": "1" * 100_000}, 413, "bench.refused"),
    ],
)
def test_refusals(tmp_path: Path, path: str, body: dict[str, object], status: int, code: str) -> None:
    async def scene(_: Counter, client: Client) -> None:
        answer = await client.post(f"/api/{path}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.json()["text"]
        assert answer.json()["text_en"]

    play(tmp_path, scene)


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"host": "127.0.0.1.evil.example"},
    ],
)
def test_another_sites_page_cannot_play(tmp_path: Path, headers: dict[str, str]) -> None:
    async def scene(counter: Counter, client: Client) -> None:
        answer = await client.post(
            "/api/scan", json={"device_id": LINE_SCANNER, "code": "1"}, headers=headers
        )
        assert answer.status_code == 403
        assert counter.device(LINE_SCANNER).counts["scans"] == 0

    play(tmp_path, scene)


def test_our_own_pages_can(tmp_path: Path) -> None:
    async def scene(_: Counter, client: Client) -> None:
        for origin in ("http://localhost:5173", HERE):
            answer = await client.get("/api/bench", headers={"origin": origin})
            assert answer.status_code == 200

    play(tmp_path, scene)


def test_a_listener_that_lags_is_told_to_start_again() -> None:
    async def run() -> None:
        feed = Feed()
        outcome = ScanOutcome(device_id="a", code="1", heard=True)
        with feed.listening() as listener:
            for _ in range(QUEUE_FRAMES + 5):
                feed.scanned(outcome)
            for seq in range(1, QUEUE_FRAMES + 1):
                assert await listener.next() == Scanned(seq=seq, outcome=outcome)
            assert await listener.next() is None

    asyncio.run(run())


def test_the_schema_is_served_and_holds_the_news(tmp_path: Path) -> None:
    async def scene(_: Counter, client: Client) -> None:
        schema = (await client.get("/api/schema")).json()
        assert schema == (await client.get("/api/schema/openapi.json")).json()
        assert "/api/scan" in schema["paths"]
        assert {"Snapshot", "Printed", "ReceiptCut"} <= set(schema["components"]["schemas"])

    play(tmp_path, scene)


def test_pages_are_served_when_built_and_missed_politely_when_not(tmp_path: Path) -> None:
    async def without(_: Counter, client: Client) -> None:
        assert "not built" in (await client.get("/bench/")).text
        assert (await client.get("/", follow_redirects=False)).headers["location"] == "/bench/"

    play(tmp_path, without)
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "index.html").write_text("<title>bench</title>")

    async def with_pages() -> httpx.Response:
        async with open_counter(tmp_path, (SERIAL_SCANNER,)) as counter:
            app = build_app(counter, Feed(), (), pages=tmp_path / "pages")
            async with client_of(app) as client:
                return await client.get("/bench/")

    assert asyncio.run(with_pages()).text == "<title>bench</title>"
