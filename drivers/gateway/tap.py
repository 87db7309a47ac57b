"""Listening in on a device's line without being in its way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from drivers.gateway.capture import Traffic, Way
from drivers.gateway.links.fd_link import Link
from drivers.gateway.links.opener import Opener
from drivers.gateway.links.url import LinkUrl

MAX_WAITING = 2_000
MAX_LISTENERS = 4

Listener = asyncio.Queue[Traffic]


class TooManyListeners(Exception):
    """No more may listen at once."""


class Taps:
    """Who listens to which device. Nobody listening costs a look at a dict; nobody slow holds a device up."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._listeners: dict[str, list[Listener]] = {}

    @contextmanager
    def listening(self, device_id: str) -> Iterator[Listener]:
        """A queue of what passes from now on; what a slow listener does not take in time is missed."""
        if sum(map(len, self._listeners.values())) >= MAX_LISTENERS:
            raise TooManyListeners
        mine: Listener = asyncio.Queue(MAX_WAITING)
        self._listeners.setdefault(device_id, []).append(mine)
        try:
            yield mine
        finally:
            self._listeners[device_id].remove(mine)
            if not self._listeners[device_id]:
                del self._listeners[device_id]

    def opener(self, device_id: str, open_link: Opener) -> Opener:
        """The same opener, its links listened to."""

        async def open_tapped(url: LinkUrl) -> Link:
            link = await open_link(url)
            self.passed(device_id, "opened", b"")
            return TappedLink(link, device_id, self)

        return open_tapped

    def passed(self, device_id: str, way: Way, data: bytes) -> None:
        """Something went over a device's line."""
        for listener in self._listeners.get(device_id, ()):
            if listener.full():
                listener.get_nowait()  # its place in time shows that something is missing
            listener.put_nowait(Traffic(at_ms=int(self._monotonic() * 1000), way=way, hex=data.hex()))


class TappedLink:
    """A link that tells its taps what passes."""

    def __init__(self, link: Link, device_id: str, taps: Taps) -> None:
        self._link = link
        self._device_id = device_id
        self._taps = taps

    @property
    def written(self) -> int:
        """Bytes the system has taken from us on this link so far."""
        return self._link.written

    async def read(self, timeout_s: float | None) -> bytes:
        """The next bytes; b"" if none came in time."""
        data = await self._link.read(timeout_s)
        if data:
            self._taps.passed(self._device_id, "in", data)
        return data

    async def write(self, data: bytes, timeout_s: float) -> None:
        """Hand over all of data; what was not taken was not sent."""
        before = self._link.written
        try:
            await self._link.write(data, timeout_s)
        finally:
            self._taps.passed(self._device_id, "out", data[: self._link.written - before])

    async def stored(self) -> bool:
        """Whether all that was written is now kept for certain."""
        return await self._link.stored()

    def close(self) -> None:
        """Let go of the device."""
        self._taps.passed(self._device_id, "closed", b"")
        self._link.close()
