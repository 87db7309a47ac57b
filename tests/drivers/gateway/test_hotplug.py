"""Plugs heard at once, plugs not heard at all: either way every device comes back."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import subprocess
import sys
from collections import deque
from pathlib import Path

import pytest

from drivers.gateway import hotplug, supervisor
from drivers.gateway.hotplug import DeviceEvent
from drivers.gateway.settings import DeviceSettings
from drivers.messages import DeviceChanged
from tests.drivers.gateway.doubles import PATIENCE_S, counter

ROOT = Path(__file__).parents[3]
SCANNER = DeviceSettings(
    device_id="scanner-1", profile="scanner/generic_serial", link="serial:///dev/s1?baud=9600"
)
NEVER_S = 3600.0


class Netlink:
    """Events as the test wants them; one may be that some were lost."""

    def __init__(self) -> None:
        self.opened = 0
        self.third = asyncio.Event()
        self.broken: OSError | ImportError | None = None
        self._reader, self._writer = os.pipe2(os.O_NONBLOCK)
        self._events: deque[DeviceEvent | OSError] = deque()

    def open(self) -> Netlink:
        self.opened += 1
        if self.opened == 3:
            self.third.set()
        if self.broken is not None:
            raise self.broken
        return self

    def say(self, *events: DeviceEvent | OSError) -> None:
        self._events.extend(events)
        os.write(self._writer, b"!")

    def fileno(self) -> int:
        return self._reader

    def receive(self) -> DeviceEvent | None:
        if not self._events:
            with contextlib.suppress(BlockingIOError):
                os.read(self._reader, 64)
            return None
        event = self._events.popleft()
        if isinstance(event, OSError):
            raise event
        return event

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trying again comes too late for any test: only an event helps."""
    monkeypatch.setattr(supervisor, "RETRY_FIRST_S", NEVER_S)
    monkeypatch.setattr(supervisor, "RETRY_CEILING_S", NEVER_S)


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize(
    "news", [DeviceEvent(node="/dev/s1"), OSError(errno.ENOBUFS, "lost")], ids=["told", "lost"]
)
def test_what_is_plugged_in_is_opened_at_once(tmp_path: Path, news: DeviceEvent | OSError) -> None:
    async def run() -> None:
        netlink = Netlink()
        async with counter(tmp_path, SCANNER, open_monitor=netlink.open) as made:
            await made.frame(DeviceChanged, state="enabled")
            made.absent.add("s1")
            made.links["s1"].lose()
            await made.frame(DeviceChanged, state="closed", reason="link.gone")
            netlink.say(DeviceEvent(node="/dev/other"))
            await made.frame(DeviceChanged, state="closed", reason="link.absent")
            made.absent.clear()
            netlink.say(news)
            await made.frame(DeviceChanged, state="enabled")

    asyncio.run(run())


@pytest.mark.usefixtures("patient")
def test_what_is_pulled_out_is_closed_though_its_line_says_nothing(tmp_path: Path) -> None:
    async def run() -> None:
        netlink = Netlink()
        async with counter(tmp_path, SCANNER, open_monitor=netlink.open) as made:
            await made.frame(DeviceChanged, state="enabled")
            netlink.say(DeviceEvent(node="/dev/s2", went=True))
            netlink.say(DeviceEvent(node="/dev/s1", went=True))
            await made.frame(DeviceChanged, state="closed", reason="link.gone")
            assert made.links["s1"].closed
            netlink.say(DeviceEvent(node="/dev/s1"))
            await made.frame(DeviceChanged, state="enabled")
            assert made.opened["s1"] == 2

    asyncio.run(run())


def test_without_netlink_devices_are_found_by_trying(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(hotplug, "REOPEN_S", 0.01)

    async def run() -> None:
        netlink = Netlink()
        netlink.broken = ImportError("no libudev")
        async with counter(tmp_path, SCANNER, open_monitor=netlink.open) as made:
            made.absent.add("s1")
            await made.frame(DeviceChanged, state="closed", reason="link.absent")
            made.absent.clear()
            await made.frame(DeviceChanged, state="enabled")
            async with asyncio.timeout(PATIENCE_S):
                await netlink.third.wait()

    asyncio.run(run())
    assert [record.message for record in caplog.records if "no word of plugs" in record.message] == [
        "no word of plugs, devices are found by trying: ImportError: no libudev"
    ]


def test_an_event_nobody_sent_costs_no_more_than_the_next_try(tmp_path: Path) -> None:
    async def run() -> None:
        netlink = Netlink()
        async with counter(tmp_path, SCANNER, open_monitor=netlink.open) as made:
            made.absent.add("s1")
            await made.frame(DeviceChanged, state="closed", reason="link.absent")
            made.absent.clear()
            await made.frame(DeviceChanged, state="enabled")

    asyncio.run(run())


@pytest.mark.usefixtures("patient")
def test_netlink_that_breaks_is_opened_again_and_everything_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hotplug, "REOPEN_S", 0.01)

    async def run() -> None:
        netlink = Netlink()
        async with counter(tmp_path, SCANNER, open_monitor=netlink.open) as made:
            await made.frame(DeviceChanged, state="enabled")
            made.links["s1"].lose()
            await made.frame(DeviceChanged, state="closed")
            netlink.say(OSError(errno.EBADF, "broken"))
            await made.frame(DeviceChanged, state="enabled")
            assert netlink.opened == 2

    asyncio.run(run())


def test_udev_itself_tells_of_a_mock_scanner(umockdev: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.drivers.gateway.mock_plugs"],
        env={**os.environ, "LD_PRELOAD": umockdev},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["enabled", "closed"]
