"""One end of a line a host can open, and the paced reading of a file descriptor."""

import asyncio
import errno
import fcntl
import os
import select
import struct
import termios
from collections.abc import Callable
from typing import Protocol

READ_BYTES = 4096
TICK_S = 0.02  # how often a slowed line is read again
SETTLE_STEP_S, SETTLE_LOOKS = 0.002, 1000
CARRIED_OVER_S = (
    0.1  # what was written to a pty shows as unread only when a kernel worker has carried it over
)


class Wire(Protocol):
    """The device's end: plugged or not, with a host on the other end or not."""

    @property
    def link(self) -> str: ...
    @property
    def plugged(self) -> bool: ...
    @property
    def connected(self) -> bool: ...
    def plug(self) -> None: ...
    def unplug(self) -> None: ...
    async def send(self, data: bytes) -> bool:
        """False when no host has the line open: the bytes go nowhere."""
        ...

    async def settle(self) -> None:
        """Wait (a moment at most) until the host has read what was sent."""
        ...

    def pace(self, bytes_per_s: int | None) -> None: ...


class Ears(Protocol):
    """What a wire tells its device."""

    def heard(self, data: bytes) -> None: ...
    def line_changed(self) -> None: ...


class PacedReader:
    """Reads a descriptor as it fills: at full speed, at `bytes_per_s`, or (0) not at all."""

    def __init__(self, fd: int, on_bytes: Callable[[bytes], None], on_end: Callable[[], None]) -> None:
        self._fd, self._on_bytes, self._on_end = fd, on_bytes, on_end
        self._loop = asyncio.get_running_loop()
        self._bytes_per_s: int | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False
        self._loop.add_reader(fd, self._readable)

    def pace(self, bytes_per_s: int | None) -> None:
        self._bytes_per_s = bytes_per_s
        self._loop.remove_reader(self._fd)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if bytes_per_s != 0 and not self._closed:
            self._loop.add_reader(self._fd, self._readable)

    def close(self) -> None:
        self._closed = True
        self.pace(0)

    def _readable(self) -> None:
        data = read_some(self._fd, self._allowance())
        if data is None:
            return
        if not data:
            self.close()
            self._on_end()
            return
        if self._bytes_per_s:
            self._loop.remove_reader(self._fd)
            self._timer = self._loop.call_later(len(data) / self._bytes_per_s, self._resume)
        self._on_bytes(data)

    def _resume(self) -> None:
        self._timer = None
        if not self._closed:
            self._loop.add_reader(self._fd, self._readable)

    def _allowance(self) -> int:
        return READ_BYTES if not self._bytes_per_s else max(1, int(self._bytes_per_s * TICK_S))


def read_some(fd: int, count: int) -> bytes | None:
    """What is there now; None when nothing is; empty at the end of the line."""
    try:
        return os.read(fd, count)
    except BlockingIOError:
        return None
    except OSError as error:
        if error.errno in (errno.EIO, errno.ECONNRESET, errno.EBADF, errno.ETIMEDOUT):
            return b""
        raise


def hung_up(fd: int) -> bool:
    """Whether nobody has the other end of a pty open."""
    poller = select.poll()
    poller.register(fd, 0)
    return any(event & (select.POLLHUP | select.POLLNVAL) for _, event in poller.poll(0))


def unread(pty_path: str) -> int:
    """Bytes the host has not read yet from its end of a pty."""
    fd = os.open(pty_path, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        answer: bytes = fcntl.ioctl(fd, termios.FIONREAD, b"\0\0\0\0")
    finally:
        os.close(fd)
    return int(struct.unpack("i", answer)[0])


async def settled(master: int, pty_path: str) -> bool:
    """Wait until the host has read everything; False if it does not."""
    for _ in range(SETTLE_LOOKS):
        if hung_up(master):
            return False
        if unread(pty_path) == 0:
            return True
        await asyncio.sleep(SETTLE_STEP_S)
    return False
