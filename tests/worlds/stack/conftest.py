"""One shop for all the tests of this folder: each finds it whole, whatever the one before it did."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hub.app.demo.seed import Good, goods
from tests.worlds.stack.till import Page, Till
from tests.worlds.stack.world import World


@pytest.fixture(scope="package")
def running_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The demo's processes."""
    world = World(tmp_path_factory.mktemp("shop") / "demo")
    try:
        yield world.start()
    finally:
        world.end()


@pytest.fixture
def world(running_world: World) -> World:
    """The shop with everything running and every device whole."""
    running_world.mend()
    return running_world


@pytest.fixture
def till(world: World) -> Iterator[Till]:
    """The first till: a cashier, an open shift, no basket."""
    till = Till(world)
    yield till.ready()
    till.close()


@pytest.fixture
def screen(till: Till) -> Iterator[Page]:
    """The first till's page."""
    with till.page() as page:
        yield page


@pytest.fixture(scope="session")
def shelf() -> list[Good]:
    """What the shop sells and a scanner can read, but for the last of it."""
    return _plain()[:-1]


@pytest.fixture(scope="session")
def scarce() -> Good:
    """A thing for the test that sells all there is of it."""
    return _plain()[-1]


def _plain() -> list[Good]:
    """Goods by the piece with the shop's own barcode: no weights, batches, labels or wallets."""
    return [good for good in goods() if good.barcode.isdigit() and len(good.barcode) == 13 and good.price_fen]
