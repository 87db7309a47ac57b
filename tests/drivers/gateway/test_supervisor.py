"""Devices side by side: what happens to one is its own affair."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tty
from pathlib import Path
from typing import Any

import pytest

from drivers.gateway import keeper
from drivers.gateway.identity import Identity
from drivers.gateway.links.fd_link import Link
from drivers.gateway.links.opener import Opener, open_link
from drivers.gateway.links.url import LinkUrl
from drivers.gateway.settings import DeviceSettings
from drivers.gateway.supervisor import Supervisor
from drivers.messages import DeviceChanged, Misread, Reading, Scan
from drivers.scanner.serial import SerialScanner
from tests.drivers.gateway.doubles import Counter, FakeLink, counter


def scanner(number: int, **more: Any) -> DeviceSettings:
    return DeviceSettings(
        device_id=f"scanner-{number}",
        profile="scanner/generic_serial",
        link=f"serial:///dev/s{number}",
        **more,
    )


async def enabled(made: Counter, number: int) -> None:
    await made.frame(DeviceChanged, device_id=f"scanner-{number}", state="enabled")


async def scan(made: Counter, number: int, text: str) -> None:
    made.links[f"s{number}"].say(text.encode() + b"\r")
    assert (await made.frame(Reading, device_id=f"scanner-{number}")).reading == Scan(
        text=text, raw_hex=text.encode().hex()
    )


def test_one_unplugged_comes_back_while_the_other_reads_on(tmp_path: Path) -> None:
    async def run() -> None:
        async with counter(tmp_path, scanner(1), scanner(2)) as made:
            await enabled(made, 1)
            await enabled(made, 2)
            made.absent.add("s1")
            made.links["s1"].lose()
            await made.frame(DeviceChanged, device_id="scanner-1", state="closed", reason="link.absent")
            await scan(made, 2, "6901234567892")
            made.absent.clear()
            await enabled(made, 1)
            await scan(made, 1, "6920152400777")
            assert made.opened["s2"] == 1

    asyncio.run(run())


def test_a_driver_that_raises_takes_only_its_own_device(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive = SerialScanner.receive

    def fail_on_poison(self: SerialScanner, data: bytes) -> Any:
        if b"poison" in data:
            raise ZeroDivisionError
        return receive(self, data)

    async def run() -> None:
        monkeypatch.setattr(SerialScanner, "receive", fail_on_poison)
        async with counter(tmp_path, scanner(1), scanner(2)) as made:
            await enabled(made, 1)
            await enabled(made, 2)
            made.links["s1"].say(b"poison")
            await made.frame(DeviceChanged, device_id="scanner-1", reason="gateway.driver_failed")
            await scan(made, 2, "6901234567892")
            await enabled(made, 1)
            await scan(made, 1, "6920152400777")

    asyncio.run(run())


def test_a_scan_torn_by_an_unplug_never_joins_the_next(tmp_path: Path) -> None:
    async def run() -> None:
        async with counter(tmp_path, scanner(1)) as made:
            await enabled(made, 1)
            made.links["s1"].say(b"69012")
            made.links["s1"].lose()
            await made.frame(DeviceChanged, state="closed")
            await enabled(made, 1)
            await scan(made, 1, "34567892")

    asyncio.run(run())


def test_an_unterminated_scan_is_said_after_silence(tmp_path: Path) -> None:
    async def run() -> None:
        async with counter(tmp_path, scanner(1, options={"quiet_ms": 20})) as made:
            await enabled(made, 1)
            made.links["s1"].say(b"69012")
            reading = (await made.frame(Reading)).reading
            assert reading == Misread(reason="unterminated", raw_hex=b"69012".hex())
            await scan(made, 1, "6901234567892")

    asyncio.run(run())


def test_two_alike_are_refused_and_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def same(url: LinkUrl) -> Identity:
        return Identity(serial="usb:1a86:7523:TWIN", port=f"port:{url.path}")

    async def run() -> None:
        monkeypatch.setattr(keeper, "read_identity", same)
        async with counter(tmp_path, scanner(1), scanner(2)) as made:
            refused = await made.frame(DeviceChanged, state="refused", health="failed")
            assert refused.reason == "identity.taken"
            first = "s2" if refused.device_id == "scanner-1" else "s1"
            made.links[first].lose()
            await made.frame(DeviceChanged, state="refused", reason="identity.ambiguous")

    asyncio.run(run())


def test_two_alike_work_once_a_person_pinned_their_ports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def same(url: LinkUrl) -> Identity:
        return Identity(serial="usb:1a86:7523:TWIN", port=f"port:{url.path}")

    async def run() -> None:
        monkeypatch.setattr(keeper, "read_identity", same)
        pins = [scanner(1, identity="port:/dev/s1"), scanner(2, identity="port:/dev/s2")]
        async with counter(tmp_path, *pins) as made:
            await enabled(made, 1)
            await enabled(made, 2)

    asyncio.run(run())


def test_a_profile_speaks_its_own_options_or_the_device_is_named(tmp_path: Path) -> None:
    async def run() -> None:
        with pytest.raises(ValueError, match=r"profile\.options_invalid.*generic_serial"):
            async with counter(tmp_path, scanner(1, options={"terminator": "bell"})):
                pass

    asyncio.run(run())


class DeafLink(FakeLink):
    """Takes nothing and never says so."""

    async def write(self, data: bytes, timeout_s: float) -> None:
        await asyncio.Event().wait()


def test_a_device_whose_write_blocks_holds_up_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scale = DeviceSettings(device_id="scale-1", profile="scale/toledo_8217", link="serial:///dev/deaf")

    async def run() -> None:
        opened = Counter._open

        async def open_link(self: Counter, url: LinkUrl) -> Link:
            return DeafLink() if url.path.endswith("deaf") else await opened(self, url)

        monkeypatch.setattr(Counter, "_open", open_link)
        async with counter(tmp_path, scale, scanner(1)) as made:
            await made.frame(DeviceChanged, device_id="scale-1", state="enabled")
            await enabled(made, 1)
            for code in ("6901234567892", "6920152400777"):
                await scan(made, 1, code)

    asyncio.run(run())


def test_a_line_full_of_rubbish_neither_drowns_the_hub_nor_the_other_device(tmp_path: Path) -> None:
    """A real line that never pauses: the other scanner's every scan arrives, misreads a few a second."""

    async def run() -> None:
        babbler, reader = os.openpty()
        tty.setraw(babbler)
        path = os.ttyname(reader)
        noisy = DeviceSettings(
            device_id="babbler", profile="scanner/generic_serial", link=f"serial://{path}?baud=9600"
        )

        async def open_either(url: LinkUrl) -> Link:
            return await (open_link(url) if url.path == path else made._open(url))

        async with counter(
            tmp_path, noisy, scanner(1), patch=lambda one: patch_opener(one, open_either)
        ) as made:
            await made.frame(DeviceChanged, device_id="babbler", state="enabled")
            await enabled(made, 1)
            os.set_blocking(babbler, False)
            for number in range(50):
                with contextlib.suppress(BlockingIOError):
                    os.write(babbler, b"\x00\xff\r" * 1000)
                await scan(made, 1, f"69012345{number:05d}")
            misreads = [frame for frame in made.frames if isinstance(frame, Reading)]
            assert 0 < len(misreads) < 50
        os.close(babbler)
        os.close(reader)

    asyncio.run(run())


def patch_opener(one: Supervisor, opener: Opener) -> None:
    for keeper_of_one in one._keepers.values():
        keeper_of_one._open_link = opener
