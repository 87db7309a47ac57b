"""Link URLs: serial:///dev/ttyUSB0?baud=9600, tcp://host:port, hid:///dev/input/event3, usb:///dev/usb/lp0,
file:///var/spool/receipts, printer://receipt-1.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

import msgspec

_PLUGGABLE = frozenset({"hid", "serial", "usb"})
_LOCAL = frozenset({"file", "hid", "serial", "usb"})
_SCHEMES = _LOCAL | {"tcp", "printer"}


class LinkUrlError(ValueError):
    """A link URL that cannot be used; code is link.url_invalid or link.option_invalid."""

    def __init__(self, code: str, url: str, detail: str) -> None:
        super().__init__(f"{code}: {url}: {detail}")
        self.code = code


class LinkUrl(msgspec.Struct, frozen=True, kw_only=True):
    """A link URL taken apart; options are the profile's link defaults, overridden by the query."""

    scheme: str
    host: str
    port: int
    path: str
    options: dict[str, str]

    @property
    def is_pluggable(self) -> bool:
        """Whether a unit hangs there by a plug of this computer, which the system tells of."""
        return self.scheme in _PLUGGABLE

    def text(self, name: str, default: str, allowed: frozenset[str]) -> str:
        """An option out of a set of words."""
        value = self.options.get(name, default)
        if value not in allowed:
            raise LinkUrlError("link.option_invalid", self.path, f"{name}={value}, one of {sorted(allowed)}")
        return value

    def number(self, name: str, default: int, lowest: int, highest: int) -> int:
        """An option that is a whole number within bounds."""
        value = self.options.get(name, str(default))
        if not value.isascii() or not value.isdigit() or not lowest <= int(value) <= highest:
            raise LinkUrlError("link.option_invalid", self.path, f"{name}={value}, {lowest} to {highest}")
        return int(value)


def parse_link_url(url: str, defaults: Mapping[str, str | int | float | bool]) -> LinkUrl:
    """A link URL with the profile's defaults under it; LinkUrlError if it cannot be one."""
    try:
        parts = urlsplit(url)
        port = parts.port or 0
    except ValueError as error:
        raise LinkUrlError("link.url_invalid", url, str(error)) from error
    if parts.scheme not in _SCHEMES:
        raise LinkUrlError("link.url_invalid", url, f"scheme is one of {sorted(_SCHEMES)}")
    host = parts.hostname or ""
    if parts.scheme in _LOCAL and (host or not parts.path.startswith("/")):
        raise LinkUrlError("link.url_invalid", url, "expected three slashes and a device path")
    if parts.scheme == "tcp" and not (host and port):
        raise LinkUrlError("link.url_invalid", url, "expected host:port")
    if parts.scheme == "printer" and not parts.netloc:
        raise LinkUrlError("link.url_invalid", url, "expected the printer's device_id")
    options = {name: str(value) for name, value in defaults.items()} | dict(parse_qsl(parts.query))
    host = parts.netloc if parts.scheme == "printer" else host
    return LinkUrl(scheme=parts.scheme, host=host, port=port, path=parts.path, options=options)
