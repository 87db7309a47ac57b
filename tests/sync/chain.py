"""The cloud's side for tests: a database with its tables, and the two threads that fill it."""

import threading
import time
from collections.abc import Callable

from cloud_sync.cloud import tables
from cloud_sync.cloud.aggregator import Aggregator
from cloud_sync.cloud.db import Connection, Database
from cloud_sync.cloud.follower import Follower
from cloud_sync.cloud.projections import read_cursor
from cloud_sync.cloud.registry import HubRow, enrol, find_hub
from cloud_sync.cloud.rows import RawEvent, read_raw
from cloud_sync.wire.link import Broker
from hub.kernel.dump import dump
from hub.kernel.module import Manifest
from hub.kernel.schema import tables_of
from hub.kernel.tables import metadata
from tests.sync.shop import IN_CLOUD, START_MS, Shop

WAIT_S = 60.0


def eventually(condition: Callable[[], bool], what: str = "condition") -> None:
    """Wait for a condition, and fail with its name when it does not come."""
    until_s = time.monotonic() + WAIT_S
    while not condition():
        if time.monotonic() > until_s:
            raise AssertionError(f"never came: {what}")
        time.sleep(0.01)


def prepare(database: Database, manifest: Manifest = IN_CLOUD) -> None:
    """Create the cloud's tables and the modules'."""
    database.create(tables.metadata)
    database.create(metadata, tables_of([manifest], "projected"))


def enrol_shop(database: Database, shop: Shop) -> None:
    """Let a shop send."""
    with database.connected() as connection:
        enrol(connection, shop.hub, shop.store_id, shop.public_key)


class Chain:
    """A running cloud without its console."""

    def __init__(self, database: Database, broker: Broker, manifest: Manifest = IN_CLOUD) -> None:
        self.database = database
        self.noticed: list[int] = []
        prepare(database, manifest)
        self.follower = Follower(
            database,
            [manifest],
            lambda: START_MS,
            lambda records: self.noticed.extend(r.seq for r in records),
        )
        self.aggregator = Aggregator(database, broker, lambda: START_MS, lambda _hub: self.follower.wake())
        self._connection: Connection | None = None
        self._lock = threading.Lock()

    def start(self) -> "Chain":
        self.aggregator.start()
        self.follower.start()
        return self

    def stop(self) -> None:
        self.aggregator.stop()
        self.follower.stop()
        if self._connection is not None:
            self._connection.close()

    @property
    def read(self) -> Connection:
        """A connection to look with."""
        if self._connection is None:
            self._connection = self.database.connect()
        return self._connection

    def hub(self, shop: Shop) -> HubRow:
        found = find_hub(self.read, shop.hub.hub)
        assert found is not None
        return found

    def settled(self, shop: Shop) -> None:
        """Wait until everything the shop has is acknowledged and projected."""
        head = shop.head_seq()
        eventually(lambda: self.hub(shop).applied == head, f"applied {head}")
        eventually(lambda: read_cursor(self.read, self.hub(shop)).projected == head, f"projected {head}")

    def journal(self, shop: Shop) -> list[RawEvent]:
        return read_raw(self.read, shop.hub.hub, 1, 0, 1 << 40, 1_000_000)

    def tables(self, shop: Shop, manifest: Manifest = IN_CLOUD) -> dict[str, list[str]]:
        return dump(self.read, tables_of([manifest], "projected"), shop.store_id)


def assert_same_journal(shop: Shop, chain: Chain) -> None:
    """Every event once, byte for byte: nothing lost, nothing doubled."""
    own = [(entry.seq, entry.body, entry.hash) for entry in shop.entries()]
    assert own == [(event.seq, event.body, event.hash) for event in chain.journal(shop)]
