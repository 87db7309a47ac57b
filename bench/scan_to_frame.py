"""From a scanner's wire to the frame on the till's page, at rest and while a backlog drains and tills pay."""

import asyncio
import contextlib
import random
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

from websockets.asyncio.client import ClientConnection, connect

from bench.cloud import TrialCloud
from bench.counter import Counter
from bench.figures import Figure, percentile
from bench.hub import TrialHub
from bench.load import Connection
from bench.past import write_past
from bench.shop import LINES, PIECES, TILLS, open_till, orders
from hub.app.wiring import open_engine

BACKLOG = 100_000
AT_REST = 150
MOST_S = 20.0
BETWEEN_SCANS_S = 0.03
FINDS_CLOUD_S = 60.0
PAYERS = 4
THINK_S = 0.1
"""From an answer to the same payer's next order, on average, by dice of its own: under forty a second in all.

With the same pause for all, they fall into step: a group answers them together, and they come back together.
"""


async def measure(folder: Path) -> list[Figure]:
    """Twenty tills stand open all the time; the scans are the first till's."""
    hub, cloud = _store(folder)
    hub.start()
    counter = Counter(folder / "counter", hub)
    try:
        cookies = [await open_till(hub.port, till) for till in TILLS]
        counter.start()
        async with contextlib.AsyncExitStack() as pages:
            sockets = [
                await pages.enter_async_context(_page(hub.port, till, cookie))
                for till, cookie in zip(TILLS, cookies, strict=True)
            ]
            reading = [asyncio.create_task(_read(socket)) for socket in sockets[1:]]
            rest_ms = await _scan(counter, sockets[0], lambda: True, AT_REST)
            await asyncio.to_thread(cloud.start)
            await _drains(cloud)
            paying = [asyncio.create_task(_pay(hub.port, till, cookies[at])) for at, till in _payers()]
            busy_ms = await _scan(counter, sockets[0], lambda: _is_draining(cloud), 10_000)
            drained = cloud.progress().acknowledged
            for task in (*paying, *reading):
                task.cancel()
        return _figures(rest_ms, busy_ms, drained)
    finally:
        counter.stop()
        hub.stop()
        cloud.stop()


def _store(folder: Path) -> tuple[TrialHub, TrialCloud]:
    """A hub with a past that its cloud has yet to hear."""
    cloud = TrialCloud(folder / "cloud")
    bare = TrialHub(folder / "hub")
    bare.furnish()
    write_past(bare.settings, BACKLOG)
    engine = open_engine(bare.settings)
    table = cloud.enrol(engine.keystore.public_key())
    engine.close()
    return TrialHub(folder / "hub", table), cloud


def _page(port: int, till: str, cookie: str) -> connect:
    return connect(
        f"ws://127.0.0.1:{port}/ws/terminal/{till}", additional_headers={"Cookie": cookie}, compression=None
    )


async def _read(socket: ClientConnection) -> None:
    while True:
        await socket.recv(decode=False)


async def _scan(
    counter: Counter, socket: ClientConnection, goes_on: Callable[[], bool], at_most: int
) -> list[float]:
    """Scan after scan, each timed from the wire to the basket's frame."""
    latencies_ms: list[float] = []
    until_s = time.perf_counter() + MOST_S
    for number in count():
        if number == at_most or time.perf_counter() > until_s or not goes_on():
            return latencies_ms
        sent_s = time.perf_counter()
        counter.scan(PIECES[number % LINES].barcodes[0])
        while b'"type":"basket"' not in await asyncio.wait_for(socket.recv(decode=False), 10):
            pass
        latencies_ms.append((time.perf_counter() - sent_s) * 1000)
        await asyncio.sleep(BETWEEN_SCANS_S)
    return latencies_ms


async def _drains(cloud: TrialCloud) -> None:
    """Wait for the hub to find its cloud: it tried in vain until now, and waits longer each time."""
    async with asyncio.timeout(FINDS_CLOUD_S):
        while not cloud.progress().acknowledged:  # noqa: ASYNC110 (it is a row in another process's database)
            await asyncio.sleep(0.01)


def _is_draining(cloud: TrialCloud) -> bool:
    return cloud.progress().acknowledged < BACKLOG


def _payers() -> list[tuple[int, str]]:
    return list(enumerate(TILLS))[1 : PAYERS + 1]


async def _pay(port: int, till: str, cookie: str) -> None:
    dice = random.Random(till)
    async with Connection(port, cookie) as connection:
        for body in orders(1_000, till):
            await connection.post("/api/orders/place", body)
            await asyncio.sleep(dice.expovariate(1 / THINK_S))


def _figures(rest_ms: list[float], busy_ms: list[float], drained: int) -> list[Figure]:
    bench = "scan_to_frame"
    return [
        Figure(bench, "median, draining and paying", percentile(busy_ms, 0.5), "ms", 5, "at most"),
        Figure(bench, "99th percentile, draining and paying", percentile(busy_ms, 0.99), "ms", 20, "at most"),
        Figure(bench, "scans meanwhile", len(busy_ms), ""),
        Figure(bench, "events drained meanwhile", drained, ""),
        Figure(bench, "median at rest", percentile(rest_ms, 0.5), "ms"),
        Figure(bench, "99th percentile at rest", percentile(rest_ms, 0.99), "ms"),
        Figure(
            bench, "busy median, of the one at rest", percentile(busy_ms, 0.5) / percentile(rest_ms, 0.5), "×"
        ),
    ]
