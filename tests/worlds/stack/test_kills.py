"""kill -9 of each program while tills sell: nothing acknowledged is lost, nothing comes twice."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hub.app.demo.seed import Good
from hub.app.frames import SyncFrame
from hub.app.settings import load_settings
from hub.devices.events import PrintFinished
from tests.worlds.stack.books import close_the_books
from tests.worlds.stack.till import Page, Till
from tests.worlds.stack.trade import Trade, all_is_in_the_cloud
from tests.worlds.stack.waiting import eventually
from tests.worlds.stack.world import CLOUD, GATEWAY, HUB, World

FINISHED = PrintFinished.type_name()
TILLS = ("T20", "T21", "T22", "T23")
BETWEEN_KILLS = 30
"""Orders that are answered before the next blow, at most."""
KILLS_OF_THE_HUB = 3
SEED = 20_261_122


@pytest.fixture
def trade(world: World, shelf: list[Good]) -> Iterator[Trade]:
    """Four tills, ready to sell."""
    tills = [Till(world, name).ready() for name in TILLS]
    yield Trade(tills, shelf, SEED)
    for till in tills:
        till.close()


def test_a_hub_killed_among_payments_makes_each_sale_once(world: World, trade: Trade, till: Till) -> None:
    before = world.books.head_seq()
    with trade.going_on():
        for _ in range(KILLS_OF_THE_HUB):
            trade.sold(BETWEEN_KILLS)
            world.kill(HUB)
            world.start_again(HUB)
        trade.sold(BETWEEN_KILLS)
    trade.check(world.books, before)
    trade.ask_again()
    trade.check(world.books, before)
    all_is_in_the_cloud(till, world.books)


def test_selling_goes_on_without_cloud_and_broker_and_all_arrives_once(
    world: World, trade: Trade, till: Till, screen: Page
) -> None:
    before = world.books.head_seq()
    all_is_in_the_cloud(till, world.books)
    with trade.going_on():
        trade.sold(2)
        with world.paused(CLOUD):
            first = _pending(screen, more_than=10)
            world.kill(CLOUD)
        eventually(lambda: world.broker_pid is None, "the end of the broker with its cloud")
        screen.until(SyncFrame, lambda frame: not frame.sync.connected, max(0, screen.mark() - 1))
        trade.sold(BETWEEN_KILLS)
        second = _pending(screen, more_than=first.sync.pending_events + 20)
        assert second.sync.oldest_age_s >= first.sync.oldest_age_s
        assert second.sync.head_seq > first.sync.head_seq
    head = world.books.head_seq()
    _pending(screen, more_than=head - second.sync.applied - 1)
    world.start_again(CLOUD)
    screen.until(
        SyncFrame, lambda frame: frame.sync.connected and frame.sync.pending_events == 0, screen.mark()
    )
    trade.check(world.books, before)
    _hub_and_cloud_agree(world, till)


def test_a_broker_killed_while_selling_comes_back_by_itself(world: World, trade: Trade, till: Till) -> None:
    before = world.books.head_seq()
    with trade.going_on():
        trade.sold(2)
        killed = world.kill_broker()
        eventually(lambda: world.broker_pid not in (None, killed), "a new broker")
        trade.sold(BETWEEN_KILLS)
    trade.check(world.books, before)
    all_is_in_the_cloud(till, world.books)


def test_random_kills_over_a_short_day(world: World, trade: Trade, till: Till, shelf: list[Good]) -> None:
    """The first till, which has the printer, sells right after each blow."""
    dice = random.Random(SEED)
    blows = _blows(world)
    printed: list[Any] = []
    before = world.books.head_seq()
    with trade.going_on():
        for name in dice.sample(sorted(blows), k=len(blows)):
            trade.sold(dice.randint(1, BETWEEN_KILLS))
            blows[name]()
            printed.append(till.sell_patiently(*dice.sample(shelf, 2))[1])
        trade.sold(BETWEEN_KILLS)
    trade.check(world.books, before)
    trade.ask_again()
    for paid in printed:
        _paper_came_at_most_once(world, paid)
    _hub_and_cloud_agree(world, till)


def _blows(world: World) -> dict[str, Callable[[], None]]:
    def falls_and_rises(*names: str) -> Callable[[], None]:
        def blow() -> None:
            for name in names:
                world.kill(name)
            world.start_again(*names)

        return blow

    return {
        "hub": falls_and_rises(HUB),
        "gateway": falls_and_rises(GATEWAY),
        "cloud": falls_and_rises(CLOUD),
        "hub and gateway": falls_and_rises(HUB, GATEWAY),
        "broker": lambda: _broker_falls(world),
    }


def _broker_falls(world: World) -> None:
    world.kill_broker()


def _paper_came_at_most_once(world: World, paid: Any) -> None:
    """The receipt's job has ended; one original if it is said to be printed, else none or one."""

    def ends() -> list[str]:
        found = world.books.events(FINISHED)
        return [event["state"] for event in found if event["order_id"] == paid["order_id"]]

    (end,) = eventually(ends, "the end of a print job")
    originals = len(world.bench.originals(paid["receipt_no"]))
    assert originals == 1 if end == "printed" else originals <= 1 and end == "unknown", (end, originals)


def _pending(screen: Page, more_than: int) -> SyncFrame:
    """The till's badge, once it shows more waiting than this."""
    return screen.until(
        SyncFrame, lambda frame: frame.sync.pending_events > more_than, max(0, screen.mark() - 1)
    )


def _hub_and_cloud_agree(world: World, till: Till) -> None:
    """Both stopped: the chain verifies, the hub's tables are its journal's, the cloud's are the hub's."""
    world.stop(GATEWAY)
    all_is_in_the_cloud(till, world.books)
    world.books.close()
    world.stop(HUB)
    world.stop(CLOUD)
    journal, tables = close_the_books(load_settings(world.places.hub_settings))
    in_cloud, cloud_tables = world.cloud.read()
    assert in_cloud == journal
    assert cloud_tables == tables
    assert sum(map(len, tables.values())) > 100
