"""The hub's projections in the cloud: one bad event holds nothing up, and a rebuild changes nothing."""

from collections.abc import Iterator

import pytest

from cloud_sync.cloud.db import Connection, Database
from cloud_sync.cloud.ingest import Ingest
from cloud_sync.cloud.projections import PAGE, Projections, read_cursor
from cloud_sync.cloud.registry import alarms_of, enrol, find_hub
from cloud_sync.cloud.rows import quarantined_of
from hub.kernel.dump import dump
from hub.kernel.schema import tables_of
from tests.sync.chain import prepare
from tests.sync.pen import Pen
from tests.sync.shop import IN_CLOUD, START_MS, UNLUCKY


class Desk:
    """A cloud's database with projections, fed directly."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.noticed: list[int] = []
        self.projections = self.fresh()

    def fresh(self) -> Projections:
        return Projections(
            self.connection,
            [IN_CLOUD],
            lambda: START_MS,
            lambda records: self.noticed.extend(record.seq for record in records),
        )

    def take(self, pen: Pen) -> None:
        enrol(self.connection, pen.address, pen.store_id, pen.public_key)
        known = find_hub(self.connection, pen.address.hub)
        assert known is not None
        for first in range(known.applied + 1, len(pen.bodies) + 1, 400):
            frame = pen.frame(first, min(first + 399, len(pen.bodies)))
            Ingest(self.connection).take([frame], START_MS)

    def drain(self) -> int:
        applied = 0
        while (step := self.projections.advance_all()) > 0:
            applied += step
        return applied

    def tables(self, store_id: str = "S001") -> dict[str, list[str]]:
        return dump(self.connection, tables_of([IN_CLOUD], "projected"), store_id)

    def set_aside(self) -> list[tuple[int, str]]:
        return [(event.seq, event.kind) for event in quarantined_of(self.connection, "hub-1")]

    def projected(self, hub_id: str = "hub-1") -> int:
        hub = find_hub(self.connection, hub_id)
        assert hub is not None
        return read_cursor(self.connection, hub).projected


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    prepare(database)
    connection = database.connect()
    yield Desk(connection)
    connection.close()


def items(count: int) -> list[str]:
    return [f"item-{number % 7}" for number in range(count)]


def test_pages_follow_the_journal_to_its_end(desk: Desk) -> None:
    desk.take(Pen().write(*items(PAGE + 20)))
    assert desk.drain() == PAGE + 20
    assert desk.projected() == PAGE + 20
    assert len(desk.tables()["sync_sold"]) == PAGE + 20
    assert desk.noticed == list(range(1, PAGE + 21))


def test_an_event_whose_tables_fail_is_set_aside_and_the_rest_goes_on(desk: Desk) -> None:
    desk.take(Pen().write("cola", UNLUCKY, "tofu", UNLUCKY, "cola"))
    desk.drain()
    assert desk.projected() == 5
    assert desk.noticed == [1, 3, 5]
    assert len(desk.tables()["sync_sold"]) == 3
    kept = quarantined_of(desk.connection, "hub-1")
    assert [(event.seq, event.kind, event.reason) for event in kept] == [
        (2, "projection", "an unlucky item"),
        (4, "projection", "an unlucky item"),
    ]
    assert [alarm.code for alarm in alarms_of(desk.connection, "hub-1")] == ["sync.projection_failed"]


def test_an_unknown_type_is_counted_and_passed(desk: Desk) -> None:
    pen = Pen().write("cola")
    pen.scribble(pen.bodies[0].replace(b'"seq":1', b'"seq":2').replace(b"shop.sold.v1", b"shop.later.v9"))
    desk.take(pen.write("tofu"))
    desk.drain()
    hub = find_hub(desk.connection, "hub-1")
    assert hub is not None
    assert read_cursor(desk.connection, hub).unknown_events == 1
    assert quarantined_of(desk.connection, "hub-1") == []
    assert len(desk.tables()["sync_sold"]) == 2


def test_a_known_type_with_a_wrong_body_is_set_aside(desk: Desk) -> None:
    pen = Pen().write("cola")
    pen.scribble(
        pen.bodies[0].replace(b'"seq":1', b'"seq":2').replace(b'"qty_milli":1000', b'"qty_milli":"many"')
    )
    desk.take(pen.write("tofu"))
    desk.drain()
    assert [(event.seq, event.kind) for event in quarantined_of(desk.connection, "hub-1")] == [
        (2, "projection")
    ]
    assert desk.projected() == 3


def test_a_number_too_large_for_the_database_is_set_aside(desk: Desk) -> None:
    pen = Pen().write("cola")
    huge = b'"qty_milli":%d' % 2**70
    pen.scribble(pen.bodies[0].replace(b'"seq":1', b'"seq":2').replace(b'"qty_milli":1000', huge))
    desk.take(pen.write("tofu"))
    desk.drain()
    assert [(event.seq, event.kind) for event in quarantined_of(desk.connection, "hub-1")] == [
        (2, "projection")
    ]
    assert desk.projected() == 3


def test_rebuilt_equals_live(desk: Desk) -> None:
    desk.take(Pen().write(*items(600), UNLUCKY, *items(50)))
    other = Pen("hub-2", "S002").write(*items(30))
    desk.take(other)
    desk.drain()
    live, others = desk.tables(), desk.tables("S002")
    set_aside = quarantined_of(desk.connection, "hub-1")
    assert desk.fresh().rebuild("hub-1") == 651
    assert desk.tables() == live
    assert desk.tables("S002") == others
    assert quarantined_of(desk.connection, "hub-1") == set_aside
    assert desk.projected() == 651


def test_a_page_and_its_cursor_are_one_commit(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.take(Pen().write(*items(10)))

    def fail(_self: Projections, _cursor: object) -> None:
        raise RuntimeError("killed before the commit")

    with monkeypatch.context() as patched:
        patched.setattr(Projections, "_save", fail)
        with pytest.raises(RuntimeError):
            desk.projections.advance_all()
    assert desk.tables()["sync_sold"] == []
    assert desk.drain() == 10
    assert len(desk.tables()["sync_sold"]) == 10
