"""USB printers through the kernel's usblp node: read and written as a plain descriptor, never reset."""

from __future__ import annotations

import asyncio
import errno
import os

from drivers.gateway.links.fd_link import FdLink, Link, LinkLost
from drivers.gateway.links.url import LinkUrl

# usblp hands over every packet of a printer, and many printers answer "nothing" with empty ones.
EMPTY_PACKET_PAUSE_S = 0.05
_CODES = {
    errno.ENOENT: "link.absent",
    errno.ENODEV: "link.absent",
    errno.ENXIO: "link.absent",
    errno.EACCES: "link.forbidden",
    errno.EPERM: "link.forbidden",
    errno.EBUSY: "link.busy",
}


class UsbLink(FdLink):
    """An empty read is an empty packet here, not the end; a printer that went away raises ENODEV."""

    async def read(self, timeout_s: float | None) -> bytes:
        data = await super().read(timeout_s)
        if not data:
            await asyncio.sleep(
                EMPTY_PACKET_PAUSE_S if timeout_s is None else min(EMPTY_PACKET_PAUSE_S, timeout_s)
            )
        return data

    def _nothing(self) -> bytes:
        return b""


async def open_usb(url: LinkUrl) -> Link:
    """The printer's node, which the kernel gives to one opener at a time; LinkLost says why not."""
    try:
        fd = os.open(url.path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError as error:
        raise LinkLost(_CODES.get(error.errno or 0, "link.gone"), str(error)) from error
    return UsbLink(fd, lambda: os.close(fd))
