"""What hub and gateway take while nobody does anything, and how long a hub is away when it restarts."""

import asyncio
import os
import time
from pathlib import Path

from bench.counter import Counter
from bench.figures import Figure, percentile
from bench.hub import TrialHub
from bench.load import Connection
from bench.process import Program
from bench.shop import open_till, orders

STARTS = 3
SETTLE_S = 3.0


async def measure(folder: Path) -> list[Figure]:
    """A hub with a gateway, at rest; then the hub alone, started anew and asked for an order at once."""
    hub = TrialHub(folder / "hub")
    hub.furnish()
    program = hub.start()
    cookie = await open_till(hub.port, "T01")
    await asyncio.to_thread(hub.stop)
    starts_s = [await _start(hub, cookie) for _ in range(STARTS)]
    program = hub.start()
    counter = Counter(folder / "counter", hub)
    gateway = counter.start()
    await asyncio.sleep(SETTLE_S)
    hub_mb, gateway_mb, bare_mb = program.resident_mb(), gateway.resident_mb(), _bare_mb(folder)
    counter.stop()
    hub.stop()
    return [
        Figure("footprint", "hub at rest", hub_mb, "MB", 110, "at most"),
        Figure("footprint", "gateway at rest", gateway_mb, "MB", 50, "at most"),
        Figure("footprint", "a Python that does nothing", bare_mb, "MB"),
        Figure("footprint", "start to first accepted order", percentile(starts_s, 0.5), "s", 2, "at most"),
    ]


async def _start(hub: TrialHub, cookie: str) -> float:
    """From the start of the process to the answer of the first order."""
    body = orders(1)[0]
    began_s = time.perf_counter()
    hub.spawn()
    while True:
        try:
            async with Connection(hub.port, cookie) as connection:
                await connection.post("/api/orders/place", body)
            break
        except (ConnectionError, asyncio.IncompleteReadError):
            await asyncio.sleep(0.005)
        if time.perf_counter() - began_s > 30:
            raise RuntimeError("the hub does not start")
    took_s = time.perf_counter() - began_s
    await asyncio.to_thread(hub.stop)
    return took_s


def _bare_mb(folder: Path) -> float:
    idle = folder / "idle.log"
    program = Program(idle, "bench.idle", environment=dict(os.environ))
    program.wait_until(lambda: idle.read_text() != "")
    resident_mb = program.resident_mb()
    program.stop()
    return resident_mb
