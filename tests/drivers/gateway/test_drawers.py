"""Drawers: kicked now or not at all, once, and felt."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from drivers.gateway.settings import DeviceSettings
from drivers.messages import DeviceChanged, DrawerPosition, DrawerReleased, Reading, ReleaseDrawer
from tests.drivers.gateway.doubles import PAPER_OUT, READY, Counter, FakeLink, counter

KICK_NOW = bytes.fromhex("1014010001")
KICK_QUEUED = bytes.fromhex("1b700032c8")


def devices(**options: Any) -> tuple[DeviceSettings, DeviceSettings]:
    return (
        DeviceSettings(
            device_id="receipt-1",
            profile="printer/epson_tm_t88vi",
            link="serial:///dev/printer",
            options=options,
        ),
        DeviceSettings(device_id="drawer-1", profile="drawer/pin3_low_open", link="printer://receipt-1"),
    )


def play(folder: Path, scene: Callable[[Counter, FakeLink], Awaitable[None]], **options: Any) -> None:
    async def run() -> None:
        async with counter(folder, *devices(**options)) as made:
            await made.frame(DeviceChanged, device_id="drawer-1", state="enabled")
            await scene(made, made.links["printer"])

    asyncio.run(run())


async def release(
    made: Counter, release_id: str, device_id: str = "drawer-1", expires_in_ms: int = 5000
) -> None:
    await made.supervisor.handle(
        ReleaseDrawer(release_id=release_id, device_id=device_id, expires_in_ms=expires_in_ms)
    )


def test_kicked_at_once_and_only_once_for_one_id(tmp_path: Path) -> None:
    async def scene(made: Counter, link: FakeLink) -> None:
        await release(made, "r-1")
        assert await made.frame(DrawerReleased) == DrawerReleased(release_id="r-1", ok=True)
        await release(made, "r-1")
        assert await made.frame(DrawerReleased) == DrawerReleased(release_id="r-1", ok=True)
        assert link.sent.count(KICK_NOW) == 1
        await release(made, "r-2", device_id="receipt-1")
        assert (await made.frame(DrawerReleased)).ok
        assert link.sent.count(KICK_NOW) == 2

    play(tmp_path, scene)


def test_too_late_is_refused(tmp_path: Path) -> None:
    async def scene(made: Counter, link: FakeLink) -> None:
        await release(made, "r-1", expires_in_ms=0)
        assert (await made.frame(DrawerReleased)).reason == "drawer.expired"
        assert KICK_NOW not in link.sent

    play(tmp_path, scene)


def test_a_printer_that_would_kick_later_is_not_asked(tmp_path: Path) -> None:
    async def scene(made: Counter, link: FakeLink) -> None:
        link.say(PAPER_OUT)
        await made.frame(DeviceChanged, device_id="receipt-1", health="attention")
        await release(made, "r-1")
        assert (await made.frame(DrawerReleased)).reason == "printer.paper_out"
        link.say(READY)
        await made.frame(DeviceChanged, device_id="receipt-1", health="ok")
        await release(made, "r-2")
        assert (await made.frame(DrawerReleased)).ok
        assert link.sent.count(KICK_QUEUED) == 1

    play(tmp_path, scene, drawer_kick="queued")


def test_real_time_kicks_even_without_paper(tmp_path: Path) -> None:
    async def scene(made: Counter, link: FakeLink) -> None:
        link.say(PAPER_OUT)
        await made.frame(DeviceChanged, device_id="receipt-1", health="attention")
        await release(made, "r-1")
        assert (await made.frame(DrawerReleased)).ok

    play(tmp_path, scene)


def test_no_printer_or_no_such_drawer_is_refused(tmp_path: Path) -> None:
    async def scene(made: Counter, link: FakeLink) -> None:
        await release(made, "r-0", device_id="drawer-9")
        assert (await made.frame(DrawerReleased)).reason == "device.unknown"
        made.absent.add("printer")
        link.lose()
        await made.frame(DeviceChanged, device_id="drawer-1", reason="link.absent")
        await release(made, "r-1")
        assert (await made.frame(DrawerReleased)).reason == "printer.closed"

    play(tmp_path, scene)


def test_opening_and_closing_are_readings_of_the_drawer(tmp_path: Path) -> None:
    async def scene(made: Counter, link: FakeLink) -> None:
        for wire, is_open in (("1400000f", False), ("1000000f", True), ("1400000f", False)):
            link.say(bytes.fromhex(wire))
            reading = await made.frame(Reading, device_id="drawer-1")
            assert reading.reading == DrawerPosition(open=is_open)

    play(tmp_path, scene)
