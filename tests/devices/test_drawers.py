"""Drawers: what opened them, and whether somebody had asked for it."""

import asyncio

from hub.devices import store
from hub.devices.effects import KickDrawer
from hub.devices.events import DrawerMoved, DrawerReleaseFinished, DrawerReleaseRequested
from hub.devices.messages import BindDevice, FinishDrawerRelease, TakeDrawerPosition
from hub.devices.model import RELEASE_OPENS_WITHIN_MS
from hub.kernel.context import SYSTEM
from hub.modules.payments.messages import OpenDrawer
from tests.devices.counter import DRAWER, Counter
from tests.modules.shop import STORE, TILL, approval


def move(counter: Counter, is_open: bool, number: int) -> None:
    counter.do(
        TakeDrawerPosition,
        SYSTEM,
        device_id=DRAWER,
        boot_id="boot-1",
        gateway_seq=number,
        is_open=is_open,
    )


def order_release(counter: Counter) -> DrawerReleaseRequested:
    counter.do(OpenDrawer, terminal_id=TILL, reason="换零钱", approval=approval())
    released: DrawerReleaseRequested = counter.events(DrawerReleaseRequested)[-1]
    return released


def test_a_drawer_that_opens_after_a_release_was_asked_for(counter: Counter) -> None:
    release = order_release(counter)
    move(counter, True, 1)

    assert counter.events(DrawerMoved)[-1].release_id == release.release_id


def test_a_drawer_that_opens_by_itself_has_no_release(counter: Counter) -> None:
    order_release(counter)
    counter.clock.pass_s(RELEASE_OPENS_WITHIN_MS // 1000 + 1)
    move(counter, True, 1)

    assert counter.events(DrawerMoved)[-1].release_id is None


def test_the_same_position_twice_is_one_move(counter: Counter) -> None:
    for number, is_open in enumerate([False, True, True, False], 1):
        move(counter, is_open, number)

    assert [moved.is_open for moved in counter.events(DrawerMoved)] == [False, True, False]
    drawer = store.drawer(counter.read, STORE, DRAWER)
    assert drawer is not None
    assert not drawer.is_open


def test_what_came_of_a_kick_is_recorded_once(counter: Counter) -> None:
    release = order_release(counter)
    for is_sent in (True, False):
        counter.do(FinishDrawerRelease, SYSTEM, release_id=release.release_id, is_sent=is_sent)

    assert [done.is_sent for done in counter.events(DrawerReleaseFinished)] == [True]


class NoGateways:
    """Nobody is connected."""

    def link_of(self, _device_id: str) -> None:
        return None


def test_with_no_drawer_in_reach_the_kick_is_dropped_with_a_record(counter: Counter) -> None:
    effect = KickDrawer(NoGateways(), asyncio.new_event_loop())  # type: ignore[arg-type]
    order_release(counter)
    record = next(record for record in counter.records() if isinstance(record.event, DrawerReleaseRequested))

    for outcome, reason in (
        (effect.run(record, "0" * 32), "no_drawer"),
        (effect.too_old(record, "0" * 32), "too_old"),
    ):
        assert isinstance(outcome, FinishDrawerRelease)
        assert (outcome.is_sent, outcome.reason) == (False, reason)


class DeafGateways:
    """Somebody is connected who takes nothing more."""

    def link_of(self, _device_id: str) -> "DeafGateways":
        return self

    async def send(self, _frame: object) -> bool:
        return False


def test_a_kick_that_does_not_reach_its_gateway_is_dropped_with_a_record(counter: Counter) -> None:
    order_release(counter)
    record = next(record for record in counter.records() if isinstance(record.event, DrawerReleaseRequested))

    async def scenario() -> object:
        effect = KickDrawer(DeafGateways(), asyncio.get_running_loop())  # type: ignore[arg-type]
        return await asyncio.to_thread(effect.run, record, "0" * 32)

    outcome = asyncio.run(scenario())
    assert isinstance(outcome, FinishDrawerRelease)
    assert (outcome.is_sent, outcome.reason) == (False, "gateway_gone")


def test_a_till_without_a_drawer_opens_none(counter: Counter) -> None:
    counter.do(BindDevice, SYSTEM, device_id=DRAWER, terminal_id=None)
    counter.do(OpenDrawer, terminal_id=TILL, reason="换零钱", approval=approval())

    assert counter.events(DrawerReleaseRequested) == []
