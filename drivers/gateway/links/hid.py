"""Input nodes, opened and grabbed by evdev so that no keystroke reaches the desktop."""

from __future__ import annotations

import errno

import evdev

from drivers.gateway.links.fd_link import FdLink, Link, LinkLost
from drivers.gateway.links.url import LinkUrl

_CODES = {
    errno.ENOENT: "link.absent",
    errno.ENODEV: "link.absent",
    errno.ENXIO: "link.absent",
    errno.EACCES: "link.forbidden",
    errno.EPERM: "link.forbidden",
    errno.EBUSY: "link.busy",
}


async def open_hid(url: LinkUrl) -> Link:
    """The input node, exclusively; LinkLost says why not."""
    try:
        device = evdev.InputDevice(url.path)
    except OSError as error:
        raise LinkLost(_CODES.get(error.errno or 0, "link.gone"), str(error)) from error
    try:
        device.grab()
    except OSError as error:
        device.close()
        raise LinkLost(_CODES.get(error.errno or 0, "link.gone"), str(error)) from error
    return FdLink(device.fd, device.close)
