"""The places where a device may hang on this computer, each under the name that lasts longest."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from drivers.gateway.links.url import LinkUrl, parse_link_url

_SERIAL_NODES = ("ttyUSB*", "ttyACM*", "ttyAMA*", "ttyS*")
_UNKNOWN_UART = "0"
_USB_PRINTER_NODES = "usb/lp*"


class Port(msgspec.Struct, frozen=True, kw_only=True):
    """One place; `node` is the device file or the address behind the link."""

    link: str
    node: str

    def url(self, options: dict[str, str]) -> LinkUrl:
        """The link with these line settings, unless the link itself says others."""
        return parse_link_url(self.link, options)


def local_ports(dev: Path = Path("/dev"), sys_class: Path = Path("/sys/class")) -> list[Port]:
    """Every serial line, keyboard-like input node and USB printer of this computer."""
    return [*_serial(dev, sys_class), *_inputs(dev), *_usb_printers(dev)]


def given_port(link: str) -> Port:
    """A port that somebody named; LinkUrlError if it is none."""
    url = parse_link_url(link, {})
    node = f"{url.host}:{url.port}" if url.scheme == "tcp" else os.path.realpath(url.path)
    return Port(link=link, node=node)


def _serial(dev: Path, sys_class: Path) -> Iterator[Port]:
    names = _names(dev / "serial")
    for node in _nodes(dev, _SERIAL_NODES):
        if _is_there(sys_class / "tty" / node.name):
            yield Port(link=f"serial://{names.get(node.resolve(), node)}", node=str(node.resolve()))


def _is_there(entry: Path) -> bool:
    """A board's UARTs have a type; a line that only might be there has none."""
    try:
        return (entry / "type").read_text(encoding="ascii").strip() != _UNKNOWN_UART
    except OSError:
        return True


def _inputs(dev: Path) -> Iterator[Port]:
    names = _names(dev / "input")
    for node in _nodes(dev / "input", ("event*",)):
        yield Port(link=f"hid://{names.get(node.resolve(), node)}", node=str(node.resolve()))


def _usb_printers(dev: Path) -> Iterator[Port]:
    for node in _nodes(dev, (_USB_PRINTER_NODES,)):
        yield Port(link=f"usb://{node}", node=str(node))


def _nodes(folder: Path, patterns: Sequence[str]) -> list[Path]:
    return [node for pattern in patterns for node in sorted(folder.glob(pattern), key=_in_order)]


def _in_order(node: Path) -> tuple[int, str]:
    return len(node.name), node.name


def _names(folder: Path) -> dict[Path, Path]:
    """From nodes to their lasting names: by id where there is one, else by path."""
    found: dict[Path, Path] = {}
    for kind in ("by-path", "by-id"):
        for name in sorted((folder / kind).glob("*"), reverse=True):
            found[name.resolve()] = name
    return found
