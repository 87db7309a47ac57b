"""A link over one file descriptor: a serial line, a socket and an input node alike."""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
from collections.abc import Callable
from typing import Protocol

READ_BYTES = 4096


class LinkLost(OSError):
    """The link is gone or cannot be had; code says which: link.gone, link.busy, link.absent and so on."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code


class Link(Protocol):
    """The bytes of one open device, ours alone."""

    @property
    def written(self) -> int:
        """Bytes the system has taken from us on this link so far."""

    async def read(self, timeout_s: float | None) -> bytes:
        """The next bytes; b"" if none came in time; LinkLost when the device is gone."""

    async def write(self, data: bytes, timeout_s: float) -> None:
        """Hand over all of data, or LinkLost."""

    async def stored(self) -> bool:
        """Whether all that was written is now kept for certain; no wire can say so of a device."""

    def close(self) -> None:
        """Let go of the device; safe to call twice."""


class FdLink:
    """Reads only when somebody waits for it, so no byte grows old in a buffer of ours.

    The descriptor stays watched from one read to the next, which saves two system calls and a timer's
    exception for each; it is let go as soon as bytes come that nobody waits for.
    """

    def __init__(self, fd: int, close: Callable[[], None]) -> None:
        self.written = 0
        self._fd = fd
        self._close = close
        self._open = True
        self._watched_by: asyncio.AbstractEventLoop | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._came: bytes | OSError | None = None

    async def read(self, timeout_s: float | None) -> bytes:
        if self._came is None:
            await self._wait(timeout_s)
        came, self._came = self._came, None
        if came is None:
            if not self._readable_now():
                return b""  # silence seen, not merely a loop that was late
            came = self._read_now()
        if isinstance(came, BlockingIOError):
            return b""
        if isinstance(came, OSError):
            raise LinkLost("link.gone", str(came)) from came
        return came or self._nothing()

    async def write(self, data: bytes, timeout_s: float) -> None:
        rest = memoryview(data)
        try:
            async with asyncio.timeout(timeout_s):
                while rest:
                    sent = await self._write_some(rest)
                    self.written += sent
                    rest = rest[sent:]
        except TimeoutError as error:
            raise LinkLost("link.write_timeout", f"{len(rest)} bytes not taken") from error

    async def stored(self) -> bool:
        return False

    def close(self) -> None:
        if self._open:
            self._open = False
            self._unwatch()
            with contextlib.suppress(OSError):  # a device already unplugged complains on close
                self._close()

    def _nothing(self) -> bytes:
        """The descriptor was readable and had nothing to read."""
        raise LinkLost("link.gone", "end of file")

    async def _write_some(self, data: memoryview) -> int:
        try:
            return os.write(self._fd, data)
        except BlockingIOError:
            await self._writable()
            return 0
        except OSError as error:
            raise LinkLost("link.gone", str(error)) from error

    async def _wait(self, timeout_s: float | None) -> None:
        """Until something came, or not in time."""
        loop = asyncio.get_running_loop()
        waiter = self._waiter = loop.create_future()
        self._watch(loop)
        timer = None if timeout_s is None else loop.call_later(timeout_s, _resolve, waiter)
        try:
            await waiter
        finally:
            self._waiter = None
            if timer is not None:
                timer.cancel()

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._watched_by is None:
            try:
                loop.add_reader(self._fd, self._take)
            except (OSError, ValueError) as error:
                raise LinkLost("link.gone", str(error)) from error
            self._watched_by = loop

    def _unwatch(self) -> None:
        if self._watched_by is not None:
            self._watched_by.remove_reader(self._fd)
            self._watched_by = None

    def _take(self) -> None:
        if self._waiter is None or self._waiter.done():
            self._unwatch()
            return
        self._came = self._read_now()
        self._waiter.set_result(None)

    def _read_now(self) -> bytes | OSError:
        try:
            return os.read(self._fd, READ_BYTES)
        except OSError as error:
            return error

    async def _writable(self) -> None:
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[None] = loop.create_future()
        try:
            loop.add_writer(self._fd, _resolve, ready)
        except (OSError, ValueError) as error:
            raise LinkLost("link.gone", str(error)) from error
        try:
            await ready
        finally:
            loop.remove_writer(self._fd)

    def _readable_now(self) -> bool:
        poll = select.poll()
        poll.register(self._fd, select.POLLIN)
        return bool(poll.poll(0))


def _resolve(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)
