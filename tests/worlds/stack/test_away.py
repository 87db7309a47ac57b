"""What is scanned while nobody listens belongs to nobody: a gateway killed, a scanner pulled out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hub.app.demo.seed import Good
from tests.worlds.stack.till import Till
from tests.worlds.stack.waiting import eventually
from tests.worlds.stack.world import GATEWAY, World

SCANNER = "scanner-2"


def kill(world: World) -> Callable[[], None]:
    world.kill(GATEWAY)
    return lambda: world.start_again(GATEWAY)


def pull_out(world: World) -> Callable[[], None]:
    world.bench.unplug(SCANNER)
    return lambda: world.bench.heal(SCANNER)


@pytest.mark.parametrize("leave", [kill, pull_out], ids=["gateway killed", "scanner pulled out"])
def test_no_scan_made_meanwhile_lands_on_a_later_basket(
    world: World, till: Till, shelf: list[Good], leave: Callable[[World], Callable[[], None]]
) -> None:
    before, meanwhile, after = shelf[:3]
    world.bench.scan(SCANNER, before.barcode)
    eventually(lambda: names(till) == [before.name], "the scan before")
    come_back = leave(world)
    world.bench.scan_unheard(SCANNER, meanwhile.barcode)
    till.ready()
    come_back()
    eventually(world.bench.all_connected, "the gateway at every device")
    world.bench.scan(SCANNER, after.barcode)
    eventually(lambda: names(till) == [after.name], "the scan after, and no other")


def names(till: Till) -> list[str]:
    """What is in the basket."""
    basket = till.basket()
    return [line["name"] for line in basket["lines"]] if basket else []
