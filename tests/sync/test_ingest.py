"""What the cloud takes and what it refuses, on both databases, without a broker between."""

from collections.abc import Iterator

import msgspec
import pytest

from cloud_sync.cloud.db import Connection, Database
from cloud_sync.cloud.ingest import NOBODY, Ingest, Standing
from cloud_sync.cloud.registry import (
    AlreadyEnrolled,
    HubRow,
    alarms_of,
    enrol,
    find_hub,
    release_hub,
)
from cloud_sync.cloud.rows import POISON_TYPE, quarantined_of, read_raw
from cloud_sync.wire.envelope import Batch
from cloud_sync.wire.frame import pack
from cloud_sync.wire.topics import HubAddress
from tests.sync.chain import prepare
from tests.sync.pen import Pen

NOW_MS = 1_764_000_000_000


class Desk:
    """An ingest with one enrolled pen."""

    def __init__(self, connection: Connection, pen: Pen) -> None:
        self.connection = connection
        self.pen = pen
        self.ingest = Ingest(connection)
        enrol(connection, pen.address, pen.store_id, pen.public_key, pen.epoch)

    def take(self, *frames: tuple[HubAddress, bytes]) -> list[Standing]:
        return self.ingest.take(frames, NOW_MS).standings

    def take_one(self, *frames: tuple[HubAddress, bytes]) -> Standing:
        (standing,) = self.take(*frames)
        return standing

    def send(self, batch: Batch) -> Standing:
        return self.take_one((self.pen.address, pack(batch)))

    @property
    def hub(self) -> HubRow:
        found = find_hub(self.connection, self.pen.address.hub)
        assert found is not None
        return found

    def seqs(self) -> list[int]:
        return [event.seq for event in read_raw(self.connection, self.pen.address.hub, 1, 0, 10_000, 10_000)]

    def alarms(self, hub_id: str = "hub-1") -> dict[str, str]:
        return {alarm.code: alarm.detail for alarm in alarms_of(self.connection, hub_id)}


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    prepare(database)
    connection = database.connect()
    yield Desk(connection, Pen().write(*(f"item-{number}" for number in range(1, 21))))
    connection.close()


def test_a_batch_is_kept_and_acknowledged(desk: Desk) -> None:
    standing = desk.take_one(desk.pen.frame(1, 5))
    assert (standing.applied, standing.applied_hash) == (5, desk.pen.hashes[5])
    assert (standing.verdict, standing.want) == ("ok", None)
    events = read_raw(desk.connection, "hub-1", 1, 0, 100, 100)
    assert [event.body for event in events] == desk.pen.bodies[:5]
    assert (events[0].type, events[0].subject, events[0].store_id) == (
        "shop.sold.v1",
        "item-1",
        "S001",
    )


def test_the_same_again_changes_nothing(desk: Desk) -> None:
    for _ in range(3):
        standing = desk.take_one(desk.pen.frame(1, 5), desk.pen.frame(1, 5), desk.pen.frame(2, 4))
        assert standing.applied == 5
    assert desk.seqs() == [1, 2, 3, 4, 5]
    assert desk.alarms() == {}


def test_overlapping_batches_advance_by_what_is_new(desk: Desk) -> None:
    desk.take(desk.pen.frame(1, 5))
    assert desk.take_one(desk.pen.frame(3, 9)).applied == 9
    assert desk.seqs() == list(range(1, 10))


def test_batches_out_of_order_that_came_together_are_put_in_order(desk: Desk) -> None:
    standing = desk.take_one(desk.pen.frame(6, 9), desk.pen.frame(1, 5))
    assert (standing.applied, standing.want) == (9, None)


def test_after_a_gap_nothing_is_kept_and_the_gap_is_named(desk: Desk) -> None:
    desk.take(desk.pen.frame(1, 5))
    standing = desk.take_one(desk.pen.frame(8, 9))
    assert (standing.applied, standing.want) == (5, 6)
    assert desk.seqs() == [1, 2, 3, 4, 5]


def test_a_changed_body_is_refused_and_named(desk: Desk) -> None:
    batch = desk.pen.batch(1, 5)
    body = batch.bodies[2].replace(b"item-3", b"item-4")
    forged = msgspec.structs.replace(batch, bodies=[*batch.bodies[:2], body, *batch.bodies[3:]])
    standing = desk.send(forged)
    assert (standing.applied, standing.reason) == (0, "sync.chain_broken")
    assert desk.alarms() == {"sync.chain_broken": "epoch 1, seq 1 to 5"}
    assert desk.seqs() == []


def test_a_dropped_body_is_refused(desk: Desk) -> None:
    batch = desk.pen.batch(1, 5)
    cut = msgspec.structs.replace(batch, first_seq=2, bodies=batch.bodies[1:])
    assert desk.send(cut).applied == 0
    assert "sync.chain_broken" in desk.alarms()


def test_a_chain_recomputed_without_the_key_is_refused(desk: Desk) -> None:
    forger = Pen().write("mine", "all mine")
    standing = desk.send(forger.batch(1, 2))
    assert (standing.applied, standing.reason) == (0, "sync.bad_signature")
    assert desk.alarms() == {"sync.bad_signature": "epoch 1, seq 1 to 2"}


def test_a_signature_for_another_number_is_refused(desk: Desk) -> None:
    batch = desk.pen.batch(1, 5)
    moved = msgspec.structs.replace(batch, first_seq=2, head=msgspec.structs.replace(batch.head, seq=6))
    assert desk.send(moved).reason == "sync.bad_signature"


def test_a_batch_is_believed_for_its_signature_not_its_topic(desk: Desk) -> None:
    _, frame = desk.pen.frame(1, 2)
    (standing,) = desk.take((HubAddress("chain", "somebody-else"), frame))
    assert standing.hub.hub == "hub-1"
    assert desk.hub.applied == 2


def test_a_hub_that_is_not_enrolled_is_named_and_told_nothing(desk: Desk) -> None:
    stranger = Pen("hub-9").write("a")
    assert desk.take(stranger.frame(1, 1)) == []
    assert desk.alarms(NOBODY) == {"sync.unknown_hub": "hub-9"}


def test_rubbish_is_named_and_the_rest_of_the_round_is_taken(desk: Desk) -> None:
    standing = desk.take_one((desk.pen.address, b"rubbish"), desk.pen.frame(1, 3))
    assert standing.applied == 3
    assert "sync.bad_frame" in desk.alarms()


@pytest.mark.parametrize("origin", ["hub\0", "hub-1\n", "", "中心"])
def test_a_name_that_no_hub_can_have_is_a_bad_frame_and_blocks_nobody(desk: Desk, origin: str) -> None:
    batch = desk.pen.batch(1, 1)
    named = msgspec.structs.replace(batch, head=msgspec.structs.replace(batch.head, origin=origin))
    standing = desk.take_one((desk.pen.address, pack(named)), desk.pen.frame(1, 3))
    assert standing.applied == 3
    assert "sync.bad_frame" in desk.alarms()


def test_a_fork_is_quarantined_and_what_it_said_is_kept(desk: Desk) -> None:
    desk.take(desk.pen.frame(1, 10))
    clone = desk.pen.fork(after=6).write(*(f"other-{number}" for number in range(10)))
    standing = desk.take_one(clone.frame(5, 12))
    assert (standing.verdict, standing.reason, standing.applied) == ("quarantined", "sync.fork", 10)
    assert desk.hub.state == "quarantined"
    assert desk.alarms() == {"sync.fork": "epoch 1, seq 7"}
    kept = quarantined_of(desk.connection, "hub-1")
    assert [(event.seq, event.kind) for event in kept] == [(seq, "fork") for seq in range(7, 13)]
    assert [event.body for event in kept] == clone.bodies[6:12]
    assert [event.body for event in read_raw(desk.connection, "hub-1", 1, 0, 99, 99)] == desk.pen.bodies[:10]


@pytest.mark.parametrize(("first", "last"), [(7, 8), (11, 12), (3, 10), (7, 10)])
def test_every_shape_of_fork_is_found(desk: Desk, first: int, last: int) -> None:
    desk.take(desk.pen.frame(1, 10))
    clone = desk.pen.fork(after=6).write(*(f"other-{number}" for number in range(10)))
    assert desk.take_one(clone.frame(first, last)).verdict == "quarantined"


def test_a_fork_inside_one_round_keeps_the_honest_prefix(desk: Desk) -> None:
    clone = desk.pen.fork(after=3).write("other", "another")
    standing = desk.take_one(desk.pen.frame(1, 4), clone.frame(4, 5))
    assert (standing.verdict, standing.applied) == ("quarantined", 4)
    assert desk.seqs() == [1, 2, 3, 4]


def test_a_quarantined_hub_is_not_taken_until_a_person_releases_it(desk: Desk) -> None:
    desk.take(desk.pen.frame(1, 10))
    desk.take(desk.pen.fork(after=6).write("other").frame(7, 7))
    assert desk.take_one(desk.pen.frame(11, 12)).verdict == "quarantined"
    assert desk.hub.applied == 10
    with desk.connection.transaction():
        release_hub(desk.connection, "hub-1")
    assert desk.take_one(desk.pen.frame(11, 12)).applied == 12


def test_an_old_life_of_a_hub_is_fenced(desk: Desk) -> None:
    later = Pen("hub-1", epoch=2)
    later._key = desk.pen._key
    standing = desk.take_one(later.write("a").frame(1, 1))
    assert (standing.verdict, standing.applied) == ("fenced", 0)


@pytest.mark.parametrize(
    "body",
    [
        b"not json",
        b"{}",
        b'{"origin":"hub-2","epoch":1,"seq":2,"store_id":"S001","at_ms":1,"subject":"","event":{"type":"x"}}',
        b'{"origin":"hub-1","epoch":1,"seq":2,"store_id":"S002","at_ms":1,"subject":"","event":{"type":"x"}}',
        b'{"origin":"hub-1","epoch":1,"seq":2,"store_id":"S001","at_ms":1,"subject":"\\u0000","event":{"type":"x"}}',
        b'{"origin":"hub-1","epoch":1,"seq":2,"store_id":"S001","at_ms":-1,"subject":"","event":{"type":"x"}}',
        b'{"origin":"hub-1","epoch":1,"seq":2,"store_id":"S001","at_ms":1e40,"subject":"","event":{"type":"x"}}',
        b'{"origin":"hub-1","epoch":1,"seq":2,"store_id":"S001","at_ms":1,"subject":"\\ud800","event":{"type":"x"}}',
        b'{"origin":"hub-1","epoch":1,"seq":2,"store_id":"S001","at_ms":1,"subject":"","event":{"type":""}}',
        bytes(range(256)),
    ],
)
def test_poison_is_kept_as_it_came_and_nothing_blocks_behind_it(desk: Desk, body: bytes) -> None:
    desk.pen.bodies = desk.pen.bodies[:1]
    desk.pen.scribble(body).write("after")
    standing = desk.take_one(desk.pen.frame(1, 3))
    assert (standing.verdict, standing.applied) == ("ok", 3)
    events = read_raw(desk.connection, "hub-1", 1, 0, 10, 10)
    assert (events[1].type, events[1].body) == (POISON_TYPE, body)
    assert [(event.seq, event.kind, event.body) for event in quarantined_of(desk.connection, "hub-1")] == [
        (2, "poison", body)
    ]
    assert "sync.poison_event" in desk.alarms()


def test_a_failure_before_the_commit_leaves_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as patched:
        patched.setattr("cloud_sync.cloud.ingest.advance", fail)
        with pytest.raises(RuntimeError):
            desk.take(desk.pen.frame(1, 5))
    assert desk.seqs() == []
    assert desk.take_one(desk.pen.frame(1, 5)).applied == 5


def test_many_hubs_in_one_round(desk: Desk) -> None:
    other = Pen("hub-2", "S002").write("x", "y")
    enrol(desk.connection, other.address, other.store_id, other.public_key)
    standings = desk.take(other.frame(1, 2), desk.pen.frame(1, 3))
    assert {standing.hub.hub: standing.applied for standing in standings} == {"hub-1": 3, "hub-2": 2}


def test_enrolling_again_is_nothing_and_with_another_key_refused(desk: Desk) -> None:
    pen = desk.pen
    enrol(desk.connection, pen.address, pen.store_id, pen.public_key)
    with pytest.raises(AlreadyEnrolled):
        enrol(desk.connection, pen.address, pen.store_id, Pen().public_key)
