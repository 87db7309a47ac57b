"""What is plugged in and pulled out, told at once; who hears nothing finds out by trying."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
from collections.abc import Callable
from typing import Protocol

import msgspec

from drivers.gateway.links.fd_link import LinkLost
from drivers.gateway.links.url import LinkUrl

logger = logging.getLogger(__name__)

# Without netlink devices come back by trying alone; it is asked for again this often.
REOPEN_S = 30.0
# Events taken in one turn: a storm of them must not keep the devices waiting.
EVENTS_A_TURN = 64


class DeviceEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A device node went, else it came or changed."""

    node: str
    went: bool = False


class Monitor(Protocol):
    """Where events come from."""

    def fileno(self) -> int:
        """Readable when there is something to receive."""

    def receive(self) -> DeviceEvent | None:
        """The next event, None when there is none now; OSError ENOBUFS when some were lost."""

    def close(self) -> None:
        """No more events."""


MonitorOpener = Callable[[], Monitor]


class Plug:
    """One device's plug: what its keeper waits on while it is away, and is told when it is pulled."""

    def __init__(self) -> None:
        self._came = asyncio.Event()
        self._went = asyncio.Event()
        self._names: set[str] = set()

    def trying(self) -> None:
        """The device is about to be opened: what comes from here on is news."""
        self._came.clear()
        self._went.clear()

    def opened(self, path: str) -> None:
        """The device is open, by this node or a link to it."""
        self._names = {path, os.path.realpath(path)}

    def hear(self, event: DeviceEvent) -> None:
        """Somebody plugged or unplugged something."""
        if not event.went:
            self._came.set()
        elif event.node in self._names and not os.path.exists(event.node):
            self._went.set()

    def look(self) -> None:
        """Something may have come unheard."""
        self._came.set()

    async def await_news(self, timeout_s: float) -> bool:
        """Wait until something was plugged in since the last try, at most so long; whether something was."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._came.wait()
        except TimeoutError:
            return False
        return True

    async def pulled(self) -> None:
        """LinkLost as soon as the open device's node is gone."""
        await self._went.wait()
        raise LinkLost("link.gone", "unplugged")


class Hotplug:
    """Tells every plug what the system says; a plug never told is tried again by its keeper all the same."""

    def __init__(self, open_monitor: MonitorOpener | None) -> None:
        self._open_monitor = open_monitor
        self._plugs: list[Plug] = []
        self._last_trouble = ""

    def plug_for(self, url: LinkUrl) -> Plug:
        """The plug of one device; what hangs on the network hears nothing of plugs."""
        plug = Plug()
        if url.is_pluggable:
            self._plugs.append(plug)
        return plug

    async def run(self) -> None:
        """Listen for ever."""
        while self._open_monitor is not None:
            try:
                await self._listen(self._open_monitor)
            except (OSError, ImportError, ValueError) as error:
                self._say_once(f"{type(error).__name__}: {error}")
            await asyncio.sleep(REOPEN_S)

    async def _listen(self, open_monitor: MonitorOpener) -> None:
        monitor = open_monitor()
        loop, ready = asyncio.get_running_loop(), asyncio.Event()
        try:
            loop.add_reader(monitor.fileno(), ready.set)
            self._last_trouble = ""
            self._look()  # what came before this is told to nobody
            while True:
                await ready.wait()
                ready.clear()
                self._take(monitor)
                await asyncio.sleep(0)
        finally:
            loop.remove_reader(monitor.fileno())
            monitor.close()

    def _take(self, monitor: Monitor) -> None:
        try:
            for _ in range(EVENTS_A_TURN):
                if (event := monitor.receive()) is None:
                    return
                for plug in self._plugs:
                    plug.hear(event)
        except OSError as error:
            if error.errno != errno.ENOBUFS:
                raise
            self._look()  # some were lost, nobody knows which

    def _look(self) -> None:
        for plug in self._plugs:
            plug.look()

    def _say_once(self, trouble: str) -> None:
        if trouble != self._last_trouble:
            self._last_trouble = trouble
            logger.warning("no word of plugs, devices are found by trying: %s", trouble)
