from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.devices.counter import Counter


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    """A counter ready to trade: staff, till, goods, stock, an open shift and three devices."""
    made = Counter(tmp_path)
    made.ready()
    made.devices()
    yield made
    made.engine.close()
