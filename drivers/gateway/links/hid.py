"""Input nodes, opened and grabbed by evdev so that no keystroke reaches the desktop."""

from __future__ import annotations

import errno
import os

import evdev
from evdev import ecodes

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


_TYPES_A_CODE = frozenset({ecodes.KEY_1, ecodes.KEY_0, ecodes.KEY_ENTER})


async def open_hid(url: LinkUrl) -> Link:
    """The input node, exclusively; LinkLost says why not."""
    device = _open(url)
    try:
        device.grab()
    except OSError as error:
        device.close()
        raise LinkLost(_CODES.get(error.errno or 0, "link.gone"), str(error)) from error
    return FdLink(device.fd, device.close)


async def overhear_hid(url: LinkUrl) -> Link:
    """The input node, left to whoever else listens; LinkLost link.no_keys if it cannot type a barcode."""
    device = _open(url)
    if not set(device.capabilities().get(ecodes.EV_KEY, ())) >= _TYPES_A_CODE:
        device.close()
        raise LinkLost("link.no_keys", device.name)
    return FdLink(device.fd, device.close)


def _open(url: LinkUrl) -> evdev.InputDevice[str]:
    # Asked first: under umockdev 0.17 each failed opening takes one of fifty slots, and the next the process.
    if not os.path.exists(url.path):
        raise LinkLost("link.absent", f"no {url.path}")
    try:
        return evdev.InputDevice(url.path)
    except OSError as error:
        raise LinkLost(_CODES.get(error.errno or 0, "link.gone"), str(error)) from error
