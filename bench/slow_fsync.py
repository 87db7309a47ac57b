"""A slow disk: every fsync takes 5 ms longer. Sixteen clients in groups, against each order by itself."""

from pathlib import Path

from bench.figures import Figure
from bench.hub import TrialHub
from bench.load import Run, closed_loop
from bench.shop import open_till, orders
from tests.worlds.powercut import preload

FSYNC_MS = 5.0
CLIENTS = 16
SECONDS = 8.0


async def measure(folder: Path) -> list[Figure]:
    """Both on the same disk, made slow in the same way."""
    library = preload.build(folder)
    grouped = await _orders(folder / "grouped", library, "")
    alone = await _orders(folder / "alone", library, "bench.alone_hub")
    return [
        Figure("slow_fsync", "grouped, of committing each alone", grouped.rate / alone.rate, "×", 4),
        Figure("slow_fsync", f"orders, {CLIENTS} clients in groups", grouped.rate, "/s"),
        Figure("slow_fsync", f"orders, {CLIENTS} clients each alone", alone.rate, "/s"),
        Figure("slow_fsync", "99th percentile, in groups", grouped.at(0.99), "ms"),
    ]


async def _orders(folder: Path, library: Path, module: str) -> Run:
    hub = TrialHub(folder)
    hub.furnish()
    hub.start(preload.slow_fsync(library, FSYNC_MS), module)
    try:
        cookie = await open_till(hub.port, "T01")
        return await closed_loop(hub.port, "/api/orders/place", orders(8_000), CLIENTS, SECONDS, cookie)
    finally:
        hub.stop()
