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
    """Reads only when the descriptor is readable, so no byte waits in a buffer of ours."""

    def __init__(self, fd: int, close: Callable[[], None]) -> None:
        self.written = 0
        self._fd = fd
        self._close = close
        self._open = True

    async def read(self, timeout_s: float | None) -> bytes:
        try:
            async with asyncio.timeout(timeout_s):
                await self._ready(reading=True)
        except TimeoutError:
            if not self._readable_now():
                return b""  # silence seen, not merely a loop that was late
        try:
            data = os.read(self._fd, READ_BYTES)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise LinkLost("link.gone", str(error)) from error
        if not data:
            return self._nothing()
        return data

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
            with contextlib.suppress(OSError):  # a device already unplugged complains on close
                self._close()

    def _nothing(self) -> bytes:
        """The descriptor was readable and had nothing to read."""
        raise LinkLost("link.gone", "end of file")

    async def _write_some(self, data: memoryview) -> int:
        try:
            return os.write(self._fd, data)
        except BlockingIOError:
            await self._ready(reading=False)
            return 0
        except OSError as error:
            raise LinkLost("link.gone", str(error)) from error

    async def _ready(self, *, reading: bool) -> None:
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[None] = loop.create_future()
        watch = loop.add_reader if reading else loop.add_writer
        unwatch = loop.remove_reader if reading else loop.remove_writer
        try:
            watch(self._fd, _resolve, ready)
        except (OSError, ValueError) as error:
            raise LinkLost("link.gone", str(error)) from error
        try:
            await ready
        finally:
            unwatch(self._fd)

    def _readable_now(self) -> bool:
        poll = select.poll()
        poll.register(self._fd, select.POLLIN)
        return bool(poll.poll(0))


def _resolve(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)
