"""From a store's journal through a real broker into a real database, and back as an acknowledgement."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from cloud_sync.cloud.aggregator import Aggregator
from cloud_sync.cloud.db import Database
from cloud_sync.cloud.devices import read_devices
from cloud_sync.cloud.heard import last_heard
from cloud_sync.cloud.projections import Projections, read_cursor
from cloud_sync.cloud.registry import advance, alarms_of
from cloud_sync.cloud.rows import quarantined_of
from cloud_sync.edge import uplink as uplink_module
from cloud_sync.edge.outbox import Outbox
from cloud_sync.edge.window import Span, Window
from cloud_sync.wire.envelope import Batch, encode
from cloud_sync.wire.telemetry import DeviceFigures
from hub.kernel.heads import acknowledged_head
from hub.kernel.verify import verify
from tests.sync.chain import Chain, assert_same_journal, enrol_shop, eventually
from tests.sync.fixtures import RunningBroker
from tests.sync.shop import IN_CLOUD, START_MS, UNLUCKY, Shop


@pytest.fixture
def chain(database: Database, broker: RunningBroker, shop: Shop) -> Iterator[Chain]:
    chain = Chain(database, broker.aggregator())
    enrol_shop(database, shop)
    yield chain.start()
    chain.stop()


def test_a_sale_reaches_the_cloud_and_the_hub_is_told(
    shop: Shop, chain: Chain, broker: RunningBroker
) -> None:
    uplink = shop.plug(broker.hub(shop.hub))
    shop.sell("cola", "tofu")
    chain.settled(shop)
    assert_same_journal(shop, chain)
    assert chain.tables(shop) == shop.tables()
    eventually(lambda: uplink.status.pending_events == 0 and uplink.status.connected, "the badge is clean")
    assert uplink.status.applied == 2
    assert uplink.status.last_ack_at_ms == START_MS
    eventually(lambda: chain.noticed == [1, 2], "the console is told of both")


def test_what_devices_have_done_follows_when_no_event_waits(
    shop: Shop, chain: Chain, broker: RunningBroker
) -> None:
    """Lossy and last: the newest word of each device, and none while a backlog is on its way."""
    shop.telemetry = (figures("scanner-1", 3), figures("scale-9", 1))
    shop.sell("cola")
    shop.durable_seq = lambda: 1
    shop.plug(broker.hub(shop.hub))
    eventually(lambda: len(read_devices(chain.read, shop.store_id)) == 2, "both devices")
    shop.telemetry = (figures("scanner-1", 4),)
    eventually(lambda: counted(chain, shop) == {"scanner-1": 4}, "only the newest word is kept")
    assert len(shop.entries()) == chain.hub(shop).applied == 1  # nothing of it is journaled


def figures(device_id: str, scans: int) -> DeviceFigures:
    return DeviceFigures(device_id=device_id, counts={"GoodScanCount": scans})


def counted(chain: Chain, shop: Shop) -> dict[str, int]:
    return {one.device_id: one.counts["GoodScanCount"] for one in read_devices(chain.read, shop.store_id)}


def test_telemetry_is_shed_while_events_wait(shop: Shop, chain: Chain, broker: RunningBroker) -> None:
    """The uplink may send no event more, and one waits: no telemetry goes before it."""
    uplink = shop.plug(broker.hub(shop.hub), rate=1e-9)
    eventually(lambda: uplink.status.connected, "the badge is clean")
    shop.sell_many(5_000)
    eventually(lambda: chain.hub(shop).applied > 0, "what the bucket held")
    eventually(lambda: uplink.status.applied == chain.hub(shop).applied, "the hub is told")
    shop.telemetry = (figures("scanner-1", 1),)
    seen = len(shop.changes)
    shop.sell("cola")
    eventually(lambda: len(shop.changes) > seen, "some turns of the uplink")
    assert read_devices(chain.read, shop.store_id) == []
    assert uplink.status.pending_events > 0


def test_a_backlog_of_many_batches_arrives_in_order_and_once(
    shop: Shop, chain: Chain, broker: RunningBroker
) -> None:
    shop.sell_many(5_000)
    shop.plug(broker.hub(shop.hub))
    chain.settled(shop)
    assert_same_journal(shop, chain)
    assert chain.tables(shop) == shop.tables()


def test_while_tills_sell_a_backlog_goes_up_in_small_batches(
    shop: Shop, chain: Chain, broker: RunningBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    on_sent = Window.on_sent

    def counted_on_sent(window: Window, last_seq: int, now_s: float) -> None:
        sizes.append(last_seq - window._sent)
        on_sent(window, last_seq, now_s)

    monkeypatch.setattr(Window, "on_sent", counted_on_sent)
    monkeypatch.setattr(uplink_module, "_BUSY_FOR_S", float("inf"))
    shop.sell_many(1_000)
    shop.plug(broker.hub(shop.hub))
    chain.settled(shop)
    assert_same_journal(shop, chain)
    assert max(sizes) == uplink_module._BUSY_EVENTS


def test_selling_goes_on_with_no_broker_and_all_arrives_after(
    shop: Shop, database: Database, own_broker: RunningBroker
) -> None:
    chain = Chain(database, own_broker.aggregator()).start()
    enrol_shop(database, shop)
    uplink = shop.plug(own_broker.hub(shop.hub))
    shop.sell("cola")
    eventually(lambda: uplink.status.applied == 1, "the hub is told")
    own_broker.process.stop()
    eventually(lambda: not uplink.status.connected, "the badge says that the cloud is away")
    shop.sell_many(300)
    eventually(lambda: uplink.status.pending_events == 300, "the badge counts")
    assert uplink.status.oldest_age_s == 0  # its clock runs ahead, and no age is negative
    own_broker.process.start()
    chain.settled(shop)
    assert_same_journal(shop, chain)
    eventually(lambda: uplink.status.pending_events == 0, "the badge is clean")
    chain.stop()


def test_a_hub_that_speaks_before_any_cloud_listened_loses_nothing(
    shop: Shop, database: Database, own_broker: RunningBroker
) -> None:
    """NATS confirms such a publish and delivers it to nobody: the hub waits for the cloud's own word."""
    uplink = shop.plug(own_broker.hub(shop.hub))
    shop.sell_many(200)
    eventually(lambda: uplink.status.pending_events == 200, "the badge counts")
    assert not uplink.status.connected
    chain = Chain(database, own_broker.aggregator())
    enrol_shop(database, shop)
    chain.start()
    chain.settled(shop)
    assert_same_journal(shop, chain)
    chain.stop()


def test_nothing_past_the_last_fsync_is_sent(shop: Shop, chain: Chain, broker: RunningBroker) -> None:
    shop.sell("cola", "tofu", "rice")
    shop.durable_seq = lambda: 2
    shop.plug(broker.hub(shop.hub))
    eventually(lambda: chain.hub(shop).applied == 2, "the durable part")
    shop.sell("milk")
    eventually(lambda: shop.uplink is not None and shop.uplink.status.head_seq == 4, "the new sale is seen")
    assert chain.hub(shop).applied == 2
    shop.durable_seq = None
    chain.settled(shop)


def test_the_cloud_restored_to_an_older_point_gets_the_rest_again(
    shop: Shop, database: Database, broker: RunningBroker
) -> None:
    chain = Chain(database, broker.aggregator()).start()
    enrol_shop(database, shop)
    shop.plug(broker.hub(shop.hub))
    shop.sell_many(400)
    chain.settled(shop)
    chain.stop()
    fall_back(database, shop, to=150)
    shop.sell_many(50)
    again = Chain(database, broker.aggregator()).start()
    again.settled(shop)
    assert_same_journal(shop, again)
    again.stop()


def fall_back(database: Database, shop: Shop, to: int) -> None:
    """The cloud's database as it was when only `to` events of the shop had arrived."""
    with database.connected() as connection, connection.transaction():
        connection.cursor.execute(f"DELETE FROM cloud_journal WHERE seq > {to}")
        entry = shop.entries()[to - 1]
        advance(connection, shop.hub.hub, to, entry.hash, START_MS)
        for table in ("cloud_cursors", "sync_sold", "sync_stock"):
            connection.cursor.execute(f"DELETE FROM {table}")


def test_a_cloned_hub_is_quarantined_and_both_are_told(
    tmp_path: Path, shop: Shop, chain: Chain, broker: RunningBroker
) -> None:
    shop.sell_many(20)
    shop.close_engine()
    shutil.copytree(shop.folder, tmp_path / "clone")
    shop.open_engine()
    shop.plug(broker.hub(shop.hub))
    shop.sell("cola")
    chain.settled(shop)
    shop.pull()
    clone = Shop(tmp_path / "clone", shop.hub)
    clone.sell("not cola")
    clone.sell("tofu")
    uplink = clone.plug(broker.hub(shop.hub))
    eventually(lambda: uplink.status.state == "diverged", "the clone sees that the cloud holds another entry")
    assert chain.hub(shop).applied == 21
    clone.sell("selling goes on")
    clone.close()
    assert_same_journal(shop, chain)


def test_a_hub_whose_tail_was_cut_knows_it_at_once(
    tmp_path: Path, shop: Shop, chain: Chain, broker: RunningBroker
) -> None:
    shop.sell_many(30)
    shop.plug(broker.hub(shop.hub))
    chain.settled(shop)
    eventually(lambda: acknowledged(shop) == 30, "the acknowledged head is kept")
    shop.cut_tail(after=25)
    with shop.engine.readers.session() as read:
        assert verify(read, shop.engine.keystore, shop.engine.types).finding == "tail_cut"
    uplink = shop.plug(broker.hub(shop.hub))
    assert uplink.status.state == "cloud_ahead"
    shop.sell("selling goes on")
    eventually(lambda: uplink.status.connected or uplink.status.state == "cloud_ahead", "still stopped")
    assert chain.hub(shop).applied == 30


def acknowledged(shop: Shop) -> int:
    head = acknowledged_head(shop.engine.keystore)
    return head.seq if head else 0


def test_a_batch_changed_on_its_way_is_refused_and_named(
    shop: Shop, chain: Chain, broker: RunningBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sits on the wire may change bytes; nothing that was changed is ever taken."""
    shop.sell("cola", "tofu")
    honest = Outbox.next_batch

    def tampered(self: Outbox, span: Span) -> tuple[Batch, bytes] | None:
        made = honest(self, span)
        assert made is not None
        batch = msgspec.structs.replace(made[0], bodies=[made[0].bodies[0], made[0].bodies[0]])
        return made[0], encode(batch)

    with monkeypatch.context() as patched:
        patched.setattr(Outbox, "next_batch", tampered)
        shop.plug(broker.hub(shop.hub))
        eventually(lambda: "sync.chain_broken" in alarms(chain, shop), "the alarm")
        assert chain.hub(shop).applied == 0
    chain.settled(shop)
    assert_same_journal(shop, chain)


def alarms(chain: Chain, shop: Shop) -> set[str]:
    return {alarm.code for alarm in alarms_of(chain.read, shop.hub.hub)}


def test_an_event_that_the_cloud_cannot_project_holds_nothing_up(
    shop: Shop, chain: Chain, broker: RunningBroker
) -> None:
    shop.sell("cola", UNLUCKY, "note:later", "tofu")
    uplink = shop.plug(broker.hub(shop.hub))
    chain.settled(shop)
    assert_same_journal(shop, chain)
    assert [(event.seq, event.kind) for event in quarantined_of(chain.read, shop.hub.hub)] == [
        (2, "projection")
    ]
    assert read_cursor(chain.read, chain.hub(shop)).unknown_events == 1
    eventually(lambda: uplink.status.pending_events == 0, "acknowledged all the same")


def test_rebuilt_in_the_cloud_equals_live_and_equals_the_store(
    shop: Shop, chain: Chain, broker: RunningBroker
) -> None:
    shop.plug(broker.hub(shop.hub))
    shop.sell_many(1_200)
    chain.settled(shop)
    live = chain.tables(shop)
    assert live == shop.tables()
    chain.follower.stop()
    with chain.database.connected() as connection:
        Projections(connection, [IN_CLOUD], lambda: START_MS, lambda _records: None).rebuild(shop.hub.hub)
    assert chain.tables(shop) == live


def test_the_heartbeat_and_the_will_are_kept(shop: Shop, chain: Chain, broker: RunningBroker) -> None:
    shop.plug(broker.hub(shop.hub))
    shop.sell("cola")
    eventually(lambda: heard(chain, shop, online=1, head_seq=1), "the heartbeat")
    shop.pull()
    eventually(lambda: heard(chain, shop, online=0, head_seq=1), "the goodbye")


def heard(chain: Chain, shop: Shop, online: int, head_seq: int) -> bool:
    word = last_heard(chain.read, shop.hub.hub)
    return word is not None and (word.online, word.head_seq) == (online, head_seq)


def test_a_cloud_without_room_grants_no_credit_and_takes_all_once_it_has(
    shop: Shop, chain: Chain, broker: RunningBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain.aggregator.stop()
    full = Aggregator(
        chain.database,
        broker.aggregator(),
        lambda: START_MS,
        lambda _hub: chain.follower.wake(),
        room=tmp_path,
    )
    with monkeypatch.context() as patched:
        patched.setattr("cloud_sync.cloud.aggregator.MIN_FREE_BYTES", 1 << 62)
        full.start()
        uplink = shop.plug(broker.hub(shop.hub))
        shop.sell_many(30)
        eventually(lambda: uplink.status.connected and uplink.status.pending_events == 30, "it waits")
        assert chain.hub(shop).applied == 0
    chain.settled(shop)
    assert_same_journal(shop, chain)
    full.stop()


def test_an_event_no_broker_would_take_stops_the_uplink_with_an_alarm(
    shop: Shop, chain: Chain, broker: RunningBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cloud_sync.wire.envelope.MAX_FRAME_BYTES", 100)
    uplink = shop.plug(broker.hub(shop.hub))
    shop.sell("cola")
    eventually(lambda: uplink.status.state == "oversize", "the alarm")
    assert uplink.status.reason == "sync.oversize"
    shop.sell("selling goes on")
