"""Fixtures of the sync tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cloud_sync.wire.topics import HubAddress, address
from hub.kernel.ids import new_id
from tests.sync.fixtures import *  # noqa: F403
from tests.sync.shop import Shop


@pytest.fixture
def hub() -> HubAddress:
    """A hub of a tenant of its own, so that tests can share the broker."""
    return address(f"t{new_id()[-8:]}", f"hub-{new_id()[-8:]}")


@pytest.fixture
def shop(tmp_path: Path, hub: HubAddress) -> Iterator[Shop]:
    shop = Shop(tmp_path / "store", hub)
    yield shop
    shop.close()
