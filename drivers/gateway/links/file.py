"""A file in a printer's place: every job is appended to it whole, or not at all."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os

from drivers.gateway.links.fd_link import Link, LinkLost
from drivers.gateway.links.url import LinkUrl

MAX_JOB_BYTES = 8 * 1024 * 1024
_CODES = {
    errno.ENOENT: "link.absent",
    errno.EACCES: "link.forbidden",
    errno.EPERM: "link.forbidden",
    errno.EISDIR: "link.forbidden",
    errno.EAGAIN: "link.busy",
}


class FileLink:
    """Keeps what is written in memory until it is stored."""

    def __init__(self, fd: int) -> None:
        self.written = 0
        self._fd = fd
        self._open = True
        self._job = bytearray()

    async def read(self, timeout_s: float | None) -> bytes:
        """A file never says anything."""
        await asyncio.sleep(3600 if timeout_s is None else timeout_s)
        return b""

    async def write(self, data: bytes, timeout_s: float) -> None:
        if len(self._job) + len(data) > MAX_JOB_BYTES:
            self._job.clear()
            raise LinkLost("link.job_too_long")
        self._job += data

    async def stored(self) -> bool:
        job = bytes(self._job)
        self._job.clear()
        try:
            await asyncio.to_thread(self._append, job)
        except OSError as error:
            raise LinkLost("link.full" if error.errno == errno.ENOSPC else "link.gone", str(error)) from error
        self.written += len(job)
        return True

    def close(self) -> None:
        if self._open:
            self._open = False
            os.close(self._fd)

    def _append(self, job: bytes) -> None:
        """A job that does not fit leaves nothing behind: half a receipt would be taken for one."""
        end = os.fstat(self._fd).st_size
        try:
            rest = memoryview(job)
            while rest:
                rest = rest[os.write(self._fd, rest) :]
            os.fsync(self._fd)
        except OSError:
            os.ftruncate(self._fd, end)
            raise


async def open_file(url: LinkUrl) -> Link:
    """The file, made if need be and ours alone; LinkLost says why not."""
    try:
        fd = os.open(url.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise LinkLost(_CODES.get(error.errno or 0, "link.gone"), str(error)) from error
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(fd)
        raise LinkLost("link.busy", str(error)) from error
    return FileLink(fd)
