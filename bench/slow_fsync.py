"""A slow disk: every fsync takes 5 ms longer. Sixteen clients in groups, against each order by itself."""

from pathlib import Path

from bench.figures import Figure
from bench.hub import TrialHub
from bench.load import Run, closed_loop
from bench.shop import open_till, orders
from tests.worlds.powercut import preload

FSYNC_MS = 5.0
CLIENTS = 16
ROUNDS = 2
ROUND_S = 4.0
WARM_UP_S = 1.0
MOST_A_ROUND = 4_000
PATH = "/api/orders/place"


async def measure(folder: Path) -> list[Figure]:
    """Both on the same disk, made slow in the same way, in turns."""
    library = preload.build(folder)
    hubs = [_start(folder / "grouped", library, ""), _start(folder / "alone", library, "bench.alone_hub")]
    try:
        cookies = [await open_till(hub.port, "T01") for hub in hubs]
        runs = [Run(), Run()]
        for hub, cookie in zip(hubs, cookies, strict=True):
            await _round(hub, cookie, WARM_UP_S)
        for _ in range(ROUNDS):
            for hub, cookie, run in zip(hubs, cookies, runs, strict=True):
                run.add(await _round(hub, cookie, ROUND_S))
    finally:
        for hub in hubs:
            hub.stop()
    grouped, alone = runs
    return [
        Figure("slow_fsync", "grouped, of committing each alone", grouped.rate / alone.rate, "×", 4),
        Figure("slow_fsync", f"orders, {CLIENTS} clients in groups", grouped.rate, "/s"),
        Figure("slow_fsync", f"orders, {CLIENTS} clients each alone", alone.rate, "/s"),
        Figure("slow_fsync", "99th percentile, in groups", grouped.at(0.99), "ms"),
    ]


def _start(folder: Path, library: Path, module: str) -> TrialHub:
    hub = TrialHub(folder)
    hub.furnish()
    hub.start(preload.slow_fsync(library, FSYNC_MS), module)
    return hub


async def _round(hub: TrialHub, cookie: str, seconds: float) -> Run:
    return await closed_loop(hub.port, PATH, orders(MOST_A_ROUND), CLIENTS, seconds, cookie)
