"""A reading that cannot be kept now is not lost behind a later one."""

import asyncio
from typing import Any

import pytest

from drivers import messages as wire
from hub.devices import store
from hub.kernel.errors import Refusal
from hub.kernel.writer import Outcome
from tests.devices.counter import DRAWER, Counter
from tests.devices.test_links import Desk, run
from tests.modules.shop import STORE


def moved(seq: int, is_open: bool) -> wire.Reading:
    position = wire.DrawerPosition(open=is_open)
    return wire.Reading(device_id=DRAWER, boot_id="boot-1", seq=seq, age_ms=0, reading=position)


@pytest.mark.parametrize("status", [503, 507])
def test_it_comes_again_on_a_new_link(counter: Counter, monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    desk = Desk(counter)

    async def refused(*_about: Any) -> Outcome:
        return Outcome(refusal=Refusal("storage.failed", status))

    async def scenario() -> None:
        async with desk.gateway() as socket:
            with monkeypatch.context() as failing:
                failing.setattr(counter.engine.bus, "adispatch", refused)
                await socket.say(moved(1, is_open=True))
                await socket.say(moved(2, is_open=False))
                await hung_up(desk)
        assert store.taken_up_to(counter.read, "boot-1") == 0
        async with desk.gateway() as socket:
            await socket.say(moved(1, is_open=True))
            ack = await socket.hear(wire.Ack)
            assert isinstance(ack, wire.Ack)
            assert ack.seq == 1

    run(scenario)
    drawer = store.drawer(counter.read, STORE, DRAWER)
    assert drawer is not None
    assert drawer.is_open


def test_one_that_a_bug_refuses_does_not_block_those_behind_it(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(counter)

    async def bug(*_about: Any) -> Outcome:
        return Outcome(refusal=Refusal("hub.internal_error", 500))

    async def scenario() -> None:
        async with desk.gateway() as socket:
            with monkeypatch.context() as failing:
                failing.setattr(counter.engine.bus, "adispatch", bug)
                await socket.say(moved(1, is_open=True))
                await socket.hear(wire.Ack)
            await socket.say(moved(2, is_open=True))
            await socket.hear(wire.Ack)

    run(scenario)
    assert store.taken_up_to(counter.read, "boot-1") == 2


async def hung_up(desk: Desk) -> None:
    for _ in range(1_000):
        if not desk.gateways.connected():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("still connected")
