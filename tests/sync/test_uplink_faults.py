"""What the hub's own disk may do to the uplink: it stumbles, and goes on."""

import queue
from pathlib import Path
from typing import Any, NoReturn

import pytest

from cloud_sync.cloud import keeper as keeper_module
from cloud_sync.cloud.broker import BrokerProcess, BrokerSettings
from cloud_sync.cloud.db import Database
from cloud_sync.cloud.keeper import BrokerKeeper
from cloud_sync.edge import uplink as uplink_module
from cloud_sync.wire.link import Broker
from hub.kernel.db import DatabaseError
from hub.kernel.heads import acknowledged_head, remember_acknowledged
from tests.sync.chain import Chain, enrol_shop, eventually
from tests.sync.fixtures import RunningBroker, free_port
from tests.sync.shop import Shop


def test_a_journal_that_cannot_be_read_while_there_is_no_broker_does_not_end_the_thread(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uplink_module, "_STUMBLE_S", 0.01)
    uplink = shop.plug(Broker("127.0.0.1", free_port()))
    failures: list[None] = []

    def none_free() -> NoReturn:
        failures.append(None)
        raise queue.Empty

    with monkeypatch.context() as broken:
        broken.setattr(shop.engine.readers, "session", none_free)
        eventually(lambda: len(failures) >= 3, "it fails and comes again")
    shop.sell("cola")
    eventually(lambda: uplink.status.pending_events == 1, "the badge counts again")


def test_an_acknowledgement_that_cannot_be_remembered_holds_no_event_back(
    shop: Shop, database: Database, broker: RunningBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain = Chain(database, broker.aggregator()).start()
    enrol_shop(database, shop)
    remember = remember_acknowledged
    failures: list[None] = []

    def disk_is_full(*_about: Any) -> NoReturn:
        failures.append(None)
        raise DatabaseError("database or disk is full")

    monkeypatch.setattr(uplink_module, "remember_acknowledged", disk_is_full)
    monkeypatch.setattr(uplink_module, "_REMEMBER_EVERY_S", 0.01)
    uplink = shop.plug(broker.hub(shop.hub))
    for sold in range(1, 4):
        shop.sell("cola")
        eventually(lambda sold=sold: uplink.status.applied == sold, "acknowledged")  # type: ignore[misc]
    eventually(lambda: len(failures) >= 2, "it is tried again")
    assert uplink.status.connected
    monkeypatch.setattr(uplink_module, "remember_acknowledged", remember)
    eventually(lambda: acknowledged_head(shop.engine.keystore) is not None, "remembered")
    chain.stop()


def test_a_broker_that_has_no_room_to_start_is_started_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper_module, "_RETRY_S", 0.01)
    process = BrokerProcess(BrokerSettings(tmp_path, free_port(), free_port()))
    keeper = BrokerKeeper(process)
    keeper.start()
    start = process.start
    tries: list[None] = []

    def no_room_at_first() -> None:
        tries.append(None)
        if len(tries) < 3:
            raise OSError(28, "No space left on device")
        start()

    monkeypatch.setattr(process, "start", no_room_at_first)
    process.kill()
    eventually(lambda: process.pid is not None, "another one")
    keeper.stop()
