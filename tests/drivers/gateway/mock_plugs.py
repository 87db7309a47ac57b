"""Run under umockdev's preload: a real supervisor and real libudev, while a mock scanner comes and goes."""

from __future__ import annotations

import asyncio
import ctypes
import os
import random
import sys
import tempfile
import tty
from pathlib import Path

from drivers.gateway.backoff import Backoff
from drivers.gateway.links.fd_link import FdLink, Link, LinkLost
from drivers.gateway.links.url import LinkUrl
from drivers.gateway.settings import DeviceSettings
from drivers.gateway.supervisor import Supervisor
from drivers.gateway.udev import open_udev_monitor
from drivers.messages import DeviceChanged
from tests.drivers.gateway.doubles import Counter, counter
from tests.drivers.gateway.mock_input_node import DEVICE, NODE

SCANNER = DeviceSettings(device_id="scanner-1", profile="scanner/generic_serial", link=f"serial://{NODE}")
NEVER_S = 3600.0
EVENT_PATH = "/sys/devices/usb1/1-3/input/input7/event7"


class Bed:
    """umockdev's testbed in this very process."""

    def __init__(self) -> None:
        self._lib = ctypes.CDLL("libumockdev.so.0")
        self._lib.umockdev_testbed_new.restype = ctypes.c_void_p
        self._lib.umockdev_testbed_get_root_dir.restype = ctypes.c_char_p
        self._self = ctypes.c_void_p(self._lib.umockdev_testbed_new())
        self._root = Path(self._lib.umockdev_testbed_get_root_dir(self._self).decode())

    def plug(self) -> None:
        if not self._lib.umockdev_testbed_add_from_string(self._self, DEVICE.encode(), None):
            sys.exit("umockdev refused the device")
        tty.setraw(int(self._lib.umockdev_testbed_get_dev_fd(self._self, NODE.encode())))

    def pull(self) -> None:
        self._lib.umockdev_testbed_uevent(self._self, EVENT_PATH.encode(), b"remove")
        self._lib.umockdev_testbed_remove_device(self._self, EVENT_PATH.encode())
        self._root.joinpath(NODE.removeprefix("/")).unlink()


async def open_node(url: LinkUrl) -> Link:
    """What is read there does not matter, only that it can be opened."""
    try:
        os.lstat(url.path)
    except OSError as error:
        raise LinkLost("link.absent") from error
    reader, _writer = os.pipe()
    return FdLink(reader, lambda: os.close(reader))


async def play(bed: Bed, folder: Path) -> None:
    async with counter(folder, SCANNER, open_monitor=open_udev_monitor, patch=_with_real_nodes) as made:
        await made.frame(DeviceChanged, state="closed")
        bed.plug()
        await _said(made, "enabled")
        bed.pull()
        await _said(made, "closed")


def _with_real_nodes(one: Supervisor) -> None:
    for keeper in one._keepers.values():
        keeper._open_link = open_node
        keeper._backoff = Backoff(NEVER_S, NEVER_S, random.Random(1))


async def _said(made: Counter, state: str) -> None:
    await made.frame(DeviceChanged, state=state)
    sys.stdout.write(state + "\n")


if __name__ == "__main__":
    bed = Bed()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(play(bed, Path(folder)))
    sys.stdout.flush()
    os._exit(0)
