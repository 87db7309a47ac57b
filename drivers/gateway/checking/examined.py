"""A device opened for a check: everything that it says is kept, and can be waited for."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from drivers.base import DrawerPin, Driver, Heard, build_driver
from drivers.drawer.printer_port import PrinterPortDrawer, build_drawer
from drivers.gateway.identity import read_identity
from drivers.gateway.links.fd_link import Link
from drivers.gateway.links.opener import Opener
from drivers.gateway.session import Session
from drivers.gateway.settings import Device

MAX_KEPT = 1_000
_WRITE_TIMEOUT_S = 10.0


class Examined:
    """One open device, with the drawers that hang on it."""

    def __init__(self, device: Device, driver: Driver, link: Link, drawers: list[Device]) -> None:
        self.device = device
        self.driver = driver
        self.drawers: dict[str, PrinterPortDrawer] = {
            drawer.device_id: build_drawer(drawer.profile, drawer.settings.options) for drawer in drawers
        }
        self.pin_high: bool | None = None
        self.session = Session(link, driver, self._hear, time.monotonic)
        self._link = link
        self._heard: deque[Heard] = deque(maxlen=MAX_KEPT)
        self._came = asyncio.Event()

    async def until(self, condition: Callable[[Heard], bool], timeout_s: float) -> Heard | None:
        """The next thing said of which the condition holds; None if none came in time."""
        end_s = time.monotonic() + timeout_s
        while True:
            while self._heard:
                if condition(heard := self._heard.popleft()):
                    return heard
            try:
                async with asyncio.timeout(max(0.0, end_s - time.monotonic())):
                    await self._came.wait()
            except TimeoutError:
                return None
            self._came.clear()

    def forget(self) -> None:
        """What was said before does not count for the next question."""
        self._heard.clear()

    async def send(self, data: bytes) -> None:
        """Bytes for the device, with no poll cutting in; LinkLost if it does not take them."""
        self.session.writing = True
        try:
            await self._link.write(data, _WRITE_TIMEOUT_S)
        finally:
            self.session.writing = False

    def identity_differs(self) -> str:
        """What hangs there instead of the pinned device; "" if it is the right one, or none is pinned."""
        pinned = self.device.settings.identity
        found = read_identity(self.device.url)
        return "" if not pinned or found.is_called(pinned) else found.value or "?"

    def _hear(self, heard: Heard) -> None:
        if isinstance(heard, DrawerPin):
            self.pin_high = heard.high
        self._heard.append(heard)
        self._came.set()


@asynccontextmanager
async def examine(device: Device, drawers: list[Device], open_link: Opener) -> AsyncIterator[Examined]:
    """The device, open and listened to; LinkLost if it cannot be had."""
    link = await open_link(device.url)
    examined = Examined(device, build_driver(device.profile, device.settings.options), link, drawers)
    listening = asyncio.create_task(examined.session.listen(), name=f"{device.device_id} listens")
    try:
        await asyncio.sleep(0)  # it forgets what was half heard before it is asked anything
        yield examined
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        link.close()
