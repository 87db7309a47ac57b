"""A whole hub with a furnished shop, and a browser's way to it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from hub.app.server import Hub
from hub.app.settings import HubSettings, Shop
from tests.modules.shop import STORE
from tests.modules.test_routes import furnish


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    """A shop with its staff, goods and stock."""
    settings = HubSettings(
        store_id=STORE,
        hub_id="hub-test",
        shop=Shop(name="店枢便利店", name_en="Dianshu"),
        data_dir=str(tmp_path / "hub"),
        battery_backed_clock=True,
    )
    made = Hub(settings)
    furnish(made)
    return made


@pytest.fixture
def client(hub: Hub) -> Iterator[TestClient[Any]]:
    """Nobody is signed in."""
    with TestClient(hub.app) as client:
        yield client
