"""Displays on a gateway: the newest word wins, a lost link shows it again, no other device notices."""

from __future__ import annotations

import asyncio
from pathlib import Path

from drivers.gateway.settings import DeviceSettings
from drivers.messages import DeviceChanged, Reading, Show
from tests.drivers.gateway.doubles import Counter, counter

INIT = b"\x1b@\x1b*\x04"
POLE = DeviceSettings(device_id="display-1", profile="display/cd5220", link="serial:///dev/d1")
PRICES = DeviceSettings(device_id="display-2", profile="display/led8n", link="serial:///dev/d2")
SCANNER = DeviceSettings(device_id="scanner-1", profile="scanner/generic_serial", link="serial:///dev/s1")


def lines(upper: str, lower: str = "") -> bytes:
    return f"\x1bQA{upper:<20}\r\x1bQB{lower:<20}\r".encode()


async def enabled(made: Counter, device_id: str) -> None:
    await made.frame(DeviceChanged, device_id=device_id, state="enabled")


def test_each_display_shows_its_own_part_of_what_the_hub_says(tmp_path: Path) -> None:
    async def run() -> None:
        async with counter(tmp_path, POLE, PRICES) as made:
            await enabled(made, "display-1")
            await enabled(made, "display-2")
            for device_id in ("display-1", "display-2"):
                await made.supervisor.handle(
                    Show(device_id=device_id, upper="Cola", lower="TOTAL", amount_fen=350, lamp="total")
                )
            await made.links["d1"].got(INIT + lines("Cola", "TOTAL"))
            await made.links["d2"].got(b"\x1b@\x1bQA3.50\r\x02L0100")

    asyncio.run(run())


def test_a_plugged_in_display_is_told_the_newest_at_once(tmp_path: Path) -> None:
    async def run() -> None:
        async with counter(tmp_path, POLE) as made:
            made.absent.add("d1")
            for number in range(100):
                await made.supervisor.handle(Show(device_id="display-1", upper=f"line {number}"))
            made.absent.clear()
            await enabled(made, "display-1")
            await made.links["d1"].got(INIT + lines("line 99"))
            assert b"line 98" not in made.links["d1"].sent
            made.links["d1"].lose()
            await made.frame(DeviceChanged, device_id="display-1", state="closed")
            await enabled(made, "display-1")
            await made.links["d1"].got(INIT + lines("line 99"))

    asyncio.run(run())


def test_what_came_while_a_display_was_busy_is_skipped_but_the_last(tmp_path: Path) -> None:
    async def run() -> None:
        async with counter(tmp_path, POLE) as made:
            await enabled(made, "display-1")
            await made.links["d1"].got(INIT)
            for number in range(100):  # no await that lets the desk run between them
                made.supervisor._displays["display-1"].accept(
                    Show(device_id="display-1", upper=f"line {number}")
                )
            await made.links["d1"].got(b"line 99")
            assert made.links["d1"].sent == INIT + lines("line 99")

    asyncio.run(run())


def test_a_display_that_takes_nothing_is_tried_again_and_holds_up_nobody(tmp_path: Path) -> None:
    async def run() -> None:
        async with counter(tmp_path, POLE, SCANNER) as made:
            await enabled(made, "display-1")
            await enabled(made, "scanner-1")
            await made.links["d1"].got(INIT)
            made.links["d1"].takes = 5
            await made.supervisor.handle(Show(device_id="display-1", upper="Cola"))
            await made.frame(DeviceChanged, device_id="display-1", reason="link.write_timeout")
            made.links["s1"].say(b"6901234567892\r")
            await made.frame(Reading, device_id="scanner-1")
            await enabled(made, "display-1")
            await made.links["d1"].got(INIT + lines("Cola"))

    asyncio.run(run())


def test_a_show_for_a_display_that_is_not_here_is_nothing(tmp_path: Path) -> None:
    async def run() -> None:
        async with counter(tmp_path, SCANNER) as made:
            await enabled(made, "scanner-1")
            await made.supervisor.handle(Show(device_id="scanner-1", upper="Cola"))
            await made.supervisor.handle(Show(device_id="display-9", upper="Cola"))
            made.links["s1"].say(b"6901234567892\r")
            await made.frame(Reading, device_id="scanner-1")
            assert made.links["s1"].sent == b""

    asyncio.run(run())
