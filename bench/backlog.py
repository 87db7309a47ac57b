"""A backlog of 100,000 events: acknowledged and projected a second, on both databases; the hub's rebuild."""

import asyncio
import shutil
import time
from pathlib import Path

from bench.cloud import TrialCloud
from bench.figures import Figure
from bench.hub import TrialHub
from bench.past import write_past
from hub.app.wiring import ROOMS, open_engine
from hub.kernel.engine import Folder, open_for_repair
from hub.kernel.projections import Projector, event_types
from hub.kernel.rebuild import rebuild_in_place
from hub.kernel.schema import tables_of
from hub.kernel.sql import Session
from tests.sync.postgres import Postgres

EVENTS = 100_000
LOOK_EVERY_S = 0.05
PATIENCE_S = 15.0
"""A figure that is not whole by then is taken from the part that is."""


async def measure(folder: Path) -> list[Figure]:
    """One past, drained twice and rebuilt once."""
    first = TrialHub(folder / "first")
    first.furnish()
    head = write_past(first.settings, EVENTS)
    figures = await _drained(first, head, folder, "cloud.db", "SQLite")
    postgres = Postgres()
    try:
        postgres.start()
        second = _copy_of(first, folder / "second")
        figures += await _drained(second, head, folder, postgres.database(), "PostgreSQL")
    finally:
        postgres.stop()
    return [*figures, _rebuilt(first)]


async def _drained(hub: TrialHub, head: int, folder: Path, database: str, kind: str) -> list[Figure]:
    engine = open_engine(hub.settings)
    public_key = engine.keystore.public_key()
    engine.close()
    cloud = TrialCloud(folder / kind, database)
    plugged = TrialHub(hub.folder, cloud.enrol(public_key))
    cloud.start()
    try:
        plugged.start()
        acknowledged, projected = await _watch(cloud, head)
    finally:
        plugged.stop()
        cloud.stop()
    return [
        Figure("backlog", f"acknowledged, {kind}", acknowledged, "events/s", 10_000),
        Figure("backlog", f"projected meanwhile and after, {kind}", projected, "events/s"),
    ]


async def _watch(cloud: TrialCloud, head: int) -> tuple[float, float]:
    """Events a second from the first that is seen to the last, for both figures."""
    began_s, seen = time.perf_counter(), [(0.0, 0, 0)]
    while seen[-1][2] < head and time.perf_counter() - began_s < PATIENCE_S:
        await asyncio.sleep(LOOK_EVERY_S)
        seen.append((time.perf_counter(), *cloud.progress()))
    return _rate([(at_s, applied) for at_s, applied, _ in seen]), _rate(
        [(at_s, done) for at_s, _, done in seen]
    )


def _rate(seen: list[tuple[float, int]]) -> float:
    """From the last look at nothing to the first look at the most."""
    start_s = max((at_s for at_s, count in seen[1:] if count == 0), default=seen[1][0])
    end_s, most = next((at_s, count) for at_s, count in seen if count == seen[-1][1])
    return most / max(end_s - start_s, LOOK_EVERY_S)


def _copy_of(hub: TrialHub, folder: Path) -> TrialHub:
    """The same store before the cloud ever heard of it."""
    shutil.copytree(hub.folder / "data", folder / "data")
    return TrialHub(folder)


def _rebuilt(hub: TrialHub) -> Figure:
    folder = Folder(hub.settings.data_path)
    session = Session(open_for_repair(folder).cursor(), "sqlite")
    tables, types = tables_of(ROOMS, "projected"), event_types(ROOMS)
    began_s = time.perf_counter()
    rebuilt = rebuild_in_place(session, session, tables, Projector(ROOMS), types)
    if rebuilt.different:
        raise RuntimeError(f"rebuilt otherwise: {rebuilt.different}")
    return Figure(
        "backlog", "rebuild of the hub's tables", rebuilt.events / (time.perf_counter() - began_s), "events/s"
    )
