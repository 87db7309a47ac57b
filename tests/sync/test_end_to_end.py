"""From a store's journal through a real broker into a real database, and back as an acknowledgement."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cloud_sync.cloud.db import Database
from cloud_sync.wire.topics import HubAddress, address
from hub.kernel.ids import new_id
from tests.sync.chain import Chain, assert_same_journal, enrol_shop, eventually
from tests.sync.fixtures import RunningBroker
from tests.sync.shop import START_MS, Shop


@pytest.fixture
def hub() -> HubAddress:
    """A hub of a tenant of its own, so that tests can share the broker."""
    return address(f"t{new_id()[:8]}", f"hub-{new_id()[:8]}")


@pytest.fixture
def shop(tmp_path: Path, hub: HubAddress) -> Iterator[Shop]:
    shop = Shop(tmp_path / "store", hub)
    yield shop
    shop.close()


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
