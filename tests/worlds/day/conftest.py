"""A shop whose devices have a bad day."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hub.app.demo.day.plan import find_faults
from hub.app.demo.stack import Suffering
from tests.worlds.stack.world import World

SEED = 20_261_126


@pytest.fixture(scope="package")
def bad_day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The demo's processes, and faults on every device that come and go by the seed."""
    folder = tmp_path_factory.mktemp("bad day") / "demo"
    world = World(folder, Suffering(find_faults("bad_day"), SEED))
    try:
        yield world.start()
    finally:
        world.end()
