"""After a random day of trade the cloud's tables are the store's, on both databases, live and rebuilt."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cloud_sync.cloud import tables
from cloud_sync.cloud.db import Connection, Database
from cloud_sync.cloud.ingest import Ingest
from cloud_sync.cloud.modules import MODULES
from cloud_sync.cloud.projections import Projections
from cloud_sync.cloud.registry import enrol, every_hub
from cloud_sync.cloud.rows import quarantined_of
from cloud_sync.edge.outbox import Outbox
from cloud_sync.edge.window import Span
from cloud_sync.wire.topics import address
from hub.kernel.dump import dump
from hub.kernel.schema import tables_of
from hub.kernel.tables import metadata
from tests.modules.day_of_trade import Day
from tests.modules.shop import STORE, Shop

HUB = address("chain", "hub-test")
STEPS = 250


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop after a day of trade, its cashier forgotten at the end of it."""
    shop = Shop(tmp_path_factory.mktemp("day") / "hub")
    shop.catalogue()
    day = Day(shop.engine.bus.dispatch, seed=20_261_122)
    day.open_shop()
    for _ in range(STEPS // 50):
        day.trade(50)
        shop.clock.pass_s(3_700)
    day.close_shop()
    day.forget_the_cashier()
    yield shop
    shop.close()


@pytest.fixture
def cloud(evening: Shop, database: Database) -> Iterator[Connection]:
    """A database that has taken the whole day, batch by batch, as the uplink makes them."""
    database.create(tables.metadata)
    database.create(metadata, tables_of(MODULES, "projected"))
    connection = database.connect()
    enrol(connection, HUB, STORE, evening.engine.keystore.public_key())
    outbox = Outbox(evening.engine.readers, evening.engine.keystore, HUB.hub, 1)
    head = evening.engine.head()
    assert head is not None
    after = 0
    while (made := outbox.next_batch(Span(after, head.seq))) is not None:
        after = made[0].head.seq
        Ingest(connection).take([(HUB, made[1])], evening.clock.wall_ms)
    assert [hub.applied for hub in every_hub(connection)] == [head.seq]
    yield connection
    connection.close()


def projections(connection: Connection) -> Projections:
    return Projections(connection, MODULES, lambda: 0, lambda _records: None)


def in_store(shop: Shop) -> dict[str, list[str]]:
    with shop.engine.readers.session() as read:
        return dump(read, tables_of(MODULES, "projected"), STORE)


def in_cloud(connection: Connection) -> dict[str, list[str]]:
    return dump(connection, tables_of(MODULES, "projected"), STORE)


def test_the_clouds_tables_are_the_stores(evening: Shop, cloud: Connection) -> None:
    runner = projections(cloud)
    while runner.advance_all():
        pass
    assert quarantined_of(cloud, HUB.hub) == []
    store, chain = in_store(evening), in_cloud(cloud)
    assert sum(map(len, store.values())) > 500
    assert chain == store


def test_rebuilt_in_the_cloud_equals_the_store(evening: Shop, cloud: Connection) -> None:
    runner = projections(cloud)
    while runner.advance_all():
        pass
    runner.rebuild(HUB.hub)
    assert in_cloud(cloud) == in_store(evening)


def test_no_name_reaches_the_cloud(evening: Shop, cloud: Connection, tmp_path: Path) -> None:
    """People travel as ciphertext: the cloud's raw journal has no name in it, erased or not."""
    cloud.cursor.execute("SELECT body FROM cloud_journal")
    bodies = b"".join(bytes(row[0]) for row in cloud.cursor.fetchall())
    assert b"identity.staff_added" in bodies
    for name in ("收银员 01", "店长 01", "135790", "246801"):
        assert name.encode() not in bodies
