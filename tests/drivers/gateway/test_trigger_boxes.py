"""Drawers on trigger boxes: kicked once, now or not at all, and answered truthfully."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from drivers.gateway.outbox import Outbox
from drivers.gateway.settings import DeviceSettings
from drivers.gateway.supervisor import Supervisor
from drivers.messages import DeviceChanged, DrawerReleased, ReleaseDrawer
from hardware_sim.counter import open_counter
from hardware_sim.layout import TRIGGER_BOXES
from hardware_sim.specs import TriggerBoxSpec
from tests.drivers.gateway.at_counter import at_the_counter
from tests.drivers.gateway.doubles import Counter, FakeLink, counter

PATIENCE_S = 20
BOX = DeviceSettings(device_id="drawer-1", profile="drawer/trigger_bel", link="serial:///dev/box")


def play(folder: Path, scene: Callable[[Counter, FakeLink], Awaitable[None]]) -> None:
    async def run() -> None:
        async with counter(folder, BOX) as made:
            await made.frame(DeviceChanged, device_id="drawer-1", state="enabled")
            await scene(made, made.links["box"])

    asyncio.run(run())


async def release(made: Counter, release_id: str, expires_in_ms: int = 5000) -> DrawerReleased:
    await made.supervisor.handle(
        ReleaseDrawer(release_id=release_id, device_id="drawer-1", expires_in_ms=expires_in_ms)
    )
    return await made.frame(DrawerReleased)


def test_kicked_at_once_and_only_once_for_one_id(tmp_path: Path) -> None:
    async def scene(made: Counter, link: FakeLink) -> None:
        for _ in range(2):
            assert await release(made, "r-1") == DrawerReleased(release_id="r-1", ok=True)
        assert link.sent.count(b"\x07") == 1

    play(tmp_path, scene)


def test_too_late_is_refused(tmp_path: Path) -> None:
    async def scene(made: Counter, link: FakeLink) -> None:
        assert (await release(made, "r-1", expires_in_ms=0)).reason == "drawer.expired"
        assert b"\x07" not in link.sent

    play(tmp_path, scene)


def test_a_box_that_is_away_is_not_kicked_later(tmp_path: Path) -> None:
    async def scene(made: Counter, link: FakeLink) -> None:
        made.absent.add("box")
        link.lose()
        await made.frame(DeviceChanged, device_id="drawer-1", reason="link.absent")
        answer = await release(made, "r-1")
        assert (answer.ok, answer.reason) == (False, "drawer.closed")
        made.absent.clear()
        await made.frame(DeviceChanged, device_id="drawer-1", state="enabled")
        assert b"\x07" not in made.links["box"].sent

    play(tmp_path, scene)


@pytest.mark.parametrize(("takes", "lost_after"), [(0, None), (None, 0)])
def test_a_kick_that_did_not_go_out_whole_is_no_kick(
    tmp_path: Path, takes: int | None, lost_after: int | None
) -> None:
    async def scene(made: Counter, link: FakeLink) -> None:
        link.takes, link.lost_after = takes, lost_after
        assert not (await release(made, "r-1")).ok

    play(tmp_path, scene)


class StalledLink(FakeLink):
    """A box that takes nothing, until it is unplugged."""

    async def write(self, data: bytes, timeout_s: float) -> None:
        self.sent += data
        self._grew.set()
        await asyncio.Event().wait()


def test_a_kick_cut_off_by_the_plug_is_no_kick(tmp_path: Path) -> None:
    async def scene(made: Counter, link: FakeLink) -> None:
        link.__class__ = StalledLink
        await made.supervisor.handle(
            ReleaseDrawer(release_id="r-1", device_id="drawer-1", expires_in_ms=5000)
        )
        await link.got(b"\x07")
        link.lose()
        answer = await made.frame(DrawerReleased)
        assert (answer.ok, answer.reason) == (False, "drawer.closed")

    play(tmp_path, scene)


async def until_enabled(outbox: Outbox) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            for frame in await outbox.next_frames():
                if isinstance(frame, DeviceChanged) and frame.state == "enabled":
                    return


@pytest.mark.parametrize("spec", TRIGGER_BOXES, ids=lambda spec: spec.model)
def test_the_drawer_of_a_simulated_box_springs_open(tmp_path: Path, spec: TriggerBoxSpec) -> None:
    async def run() -> None:
        async with open_counter(tmp_path, (spec,)) as simulated:

            async def scene(supervisor: Supervisor, outbox: Outbox) -> None:
                await until_enabled(outbox)
                await supervisor.handle(
                    ReleaseDrawer(release_id="r-1", device_id=spec.device_id, expires_in_ms=5000)
                )

                def is_open() -> bool:
                    drawer = simulated.device(spec.device_id).view().drawer
                    return drawer is not None and drawer.open and drawer.kicks == 1

                await simulated.news.until(is_open, PATIENCE_S)

            await at_the_counter(simulated, tmp_path, scene)

    asyncio.run(run())
