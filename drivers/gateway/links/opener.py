"""Opening a link by its URL's scheme; each scheme's library is imported when first used."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import cast

from drivers.gateway.links.fd_link import Link
from drivers.gateway.links.url import LinkUrl, LinkUrlError

Opener = Callable[[LinkUrl], Awaitable[Link]]

OPENERS = {
    "file": ("drivers.gateway.links.file", "open_file"),
    "hid": ("drivers.gateway.links.hid", "open_hid"),
    "serial": ("drivers.gateway.links.serial", "open_serial"),
    "tcp": ("drivers.gateway.links.tcp", "open_tcp"),
    "usb": ("drivers.gateway.links.usb", "open_usb"),
}


async def open_link(url: LinkUrl) -> Link:
    """The open link; LinkLost if the device is not there, LinkUrlError if the URL is wrong."""
    if url.scheme not in OPENERS:
        raise LinkUrlError("link.url_invalid", url.scheme, "not a link of its own")
    module, name = OPENERS[url.scheme]
    opener = cast(Opener, getattr(import_module(module), name))
    return await opener(url)


async def look(url: LinkUrl) -> Link:
    """As open_link, for a device that is only looked at: a keyboard is not taken from its user."""
    if url.scheme != "hid":
        return await open_link(url)
    opener = cast(Opener, import_module("drivers.gateway.links.hid").overhear_hid)
    return await opener(url)
