"""Messages: what goes in comes out, and nothing else ever comes out."""

import os
import zlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_sync.wire import ack as acks
from cloud_sync.wire import envelope
from cloud_sync.wire import heartbeat as heartbeats
from cloud_sync.wire import telemetry as telemetries
from cloud_sync.wire.ack import Ack
from cloud_sync.wire.frame import MAX_FRAME_BYTES, BadFrame, pack
from cloud_sync.wire.heartbeat import Heartbeat, LiveTotals
from cloud_sync.wire.telemetry import DeviceFigures, Telemetry
from cloud_sync.wire.topics import (
    DOWN_ACK,
    SHARDS,
    UP_EVENTS,
    HubAddress,
    address,
    every_hub,
    parse,
    shard_of,
)
from hub.kernel.journal import GENESIS
from tests.sync.pen import Pen

names = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,47}", fullmatch=True)


@given(names, names)
def test_a_topic_names_its_hub_and_fits_every_broker(tenant: str, hub: str) -> None:
    whole = address(tenant, hub)
    for kind in (UP_EVENTS, DOWN_ACK):
        topic = whole.topic(kind)
        assert parse(topic) == (whole, kind)
        assert len(topic) <= 256
        assert topic.count("/") <= 7
        assert topic == topic.lower()
        assert not set(". +#") & set(topic)


@pytest.mark.parametrize("name", ["", "Hub", "a.b", "a b", "a/b", "+", "#", "店", "a" * 49, "-a"])
def test_a_name_no_broker_would_carry_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="topic name"):
        address("chain", name)


def test_a_hub_keeps_its_shard() -> None:
    assert shard_of(HubAddress("chain", "hub-1")) == 7
    assert {shard_of(HubAddress("chain", f"hub-{number}")) for number in range(2000)} == set(range(SHARDS))


@pytest.mark.parametrize(
    "topic", ["es1/0/chain/hub-1/up/ev", "x", "es1/7/chain/hub-1/up", "es2/7/chain/hub-1/up/ev"]
)
def test_a_topic_that_is_not_ours_names_nobody(topic: str) -> None:
    assert parse(topic) is None


def test_the_aggregator_hears_every_hub() -> None:
    assert every_hub(UP_EVENTS) == "es1/+/+/+/up/ev"


def test_a_batch_arrives_byte_for_byte() -> None:
    batch = Pen().write("cola", "豆腐", "tofu").batch(2, 3)
    assert envelope.decode(envelope.encode(batch)) == batch
    assert batch.hashes()[-1] == batch.head.hash


@given(st.binary(max_size=200))
def test_rubbish_is_a_bad_frame_and_nothing_worse(rubbish: bytes) -> None:
    for decode in (envelope.decode, acks.decode, heartbeats.decode, telemetries.decode):
        with pytest.raises(BadFrame):
            decode(rubbish)
        with pytest.raises(BadFrame):
            decode(b"\x01" + zlib.compress(rubbish))


def test_a_bomb_is_not_inflated() -> None:
    bomb = b"\x01" + zlib.compress(bytes(50_000_000), 9)
    assert len(bomb) < MAX_FRAME_BYTES
    with pytest.raises(BadFrame, match="inflates past"):
        envelope.decode(bomb)


def test_a_frame_cut_short_is_refused() -> None:
    _, frame = Pen().write("a", "b").frame(1, 2)
    with pytest.raises(BadFrame):
        envelope.decode(frame[:-3])


def test_a_batch_whose_numbers_do_not_fit_is_refused() -> None:
    batch = Pen().write("a", "b", "c").batch(1, 3)
    for wrong in (
        msgspec.structs.replace(batch, first_seq=2),
        msgspec.structs.replace(batch, bodies=[]),
        msgspec.structs.replace(batch, prev_hash=b"short"),
        msgspec.structs.replace(batch, head=msgspec.structs.replace(batch.head, signature=b"")),
    ):
        with pytest.raises(BadFrame):
            envelope.decode(pack(wrong))


def test_the_largest_text_an_event_can_hold_fits_a_frame() -> None:
    """The densest valid JSON text: random printable ASCII, as much as a command's body may be."""
    dense = bytes(35 + byte % 91 for byte in os.urandom(256 * 1024)).replace(b"\\", b"/")
    pen = Pen().scribble(b'"' + dense + b'"')
    assert len(envelope.encode(pen.batch(1, 1))) <= MAX_FRAME_BYTES


def test_what_no_broker_would_take_is_not_sent() -> None:
    with pytest.raises(BadFrame):
        envelope.encode(Pen().scribble(os.urandom(300_000)).batch(1, 1))


@given(st.lists(st.integers(1, 400_000), max_size=800))
def test_a_cut_is_bounded_and_never_empty(sizes: list[int]) -> None:
    count = envelope.cut(sizes)
    assert count <= envelope.MAX_EVENTS
    assert (count == 0) == (not sizes)
    assert count <= 1 or sum(sizes[:count]) <= envelope.CUT_PLAIN_BYTES


def test_an_acknowledgement_arrives_whole() -> None:
    ack = Ack(
        hub="hub-1", boot_id="b", serial=3, epoch=1, applied=7, applied_hash=bytes(32), credit=10,
        cloud_time_ms=5, want=8,
    )  # fmt: skip
    assert acks.decode(acks.encode(ack)) == ack
    with pytest.raises(BadFrame):
        acks.decode(acks.encode(msgspec.structs.replace(ack, applied=-1)))
    with pytest.raises(BadFrame):
        acks.decode(acks.encode(msgspec.structs.replace(ack, applied_hash=GENESIS[:5])))


def test_a_heartbeat_arrives_whole_and_bounded() -> None:
    beat = Heartbeat(hub="hub-1", epoch=1, online=True, live=LiveTotals("2026-11-22", 3, 900), version="1")
    assert heartbeats.decode(heartbeats.encode(beat)) == beat
    with pytest.raises(BadFrame):
        heartbeats.decode(heartbeats.encode(msgspec.structs.replace(beat, version="v" * 65)))
    with pytest.raises(BadFrame):
        heartbeats.decode(heartbeats.encode(msgspec.structs.replace(beat, pending_events=-1)))
    beyond_any_database: list[dict[str, object]] = [
        {"version": "1\0"},
        {"head_seq": 2**63},
        {"live": LiveTotals("2026-11-22", 1, 2**63)},
    ]
    for fields in beyond_any_database:
        with pytest.raises(BadFrame):
            heartbeats.decode(heartbeats.encode(msgspec.structs.replace(beat, **fields)))


def test_telemetry_arrives_whole_and_bounded() -> None:
    scanner = DeviceFigures(device_id="scanner-1", counts={"GoodScanCount": 3}, scans_a_minute=2)
    sound = Telemetry(hub="hub-1", epoch=1, devices=(scanner,))
    assert telemetries.decode(telemetries.encode(sound)) == sound
    many = {f"Count{number}": 1 for number in range(telemetries.MAX_COUNTS + 1)}
    for devices in (
        (scanner,) * (telemetries.MAX_DEVICES + 1),
        (msgspec.structs.replace(scanner, counts=many),),
        (msgspec.structs.replace(scanner, counts={"GoodScanCount": -1}),),
        (msgspec.structs.replace(scanner, counts={"Good\0": 1}),),
        (msgspec.structs.replace(scanner, scans_a_minute=2**60),),
    ):
        with pytest.raises(BadFrame):
            telemetries.decode(telemetries.encode(msgspec.structs.replace(sound, devices=devices)))
