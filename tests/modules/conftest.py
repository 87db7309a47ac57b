"""A shop for each test, on a folder of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.modules.shop import Shop


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Shop]:
    """A shop with nothing in it."""
    shop = Shop(tmp_path / "hub")
    yield shop
    shop.close()


@pytest.fixture
def shop(bare: Shop) -> Shop:
    """A shop ready to sell, with an open shift at T01."""
    bare.ready()
    return bare
