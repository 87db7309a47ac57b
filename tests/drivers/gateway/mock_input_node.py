"""Run under umockdev's preload: a mock scanner opened by the real evdev library, its readings as JSON lines.

Arguments: the profile, how many readings to wait for; the wire as hex on standard input.
"""

from __future__ import annotations

import asyncio
import ctypes
import json
import os
import struct
import sys
import tempfile
import time
import tty

import msgspec

from drivers.base import Heard, build_driver
from drivers.gateway.identity import read_identity
from drivers.gateway.links.fd_link import LinkLost
from drivers.gateway.links.opener import open_link
from drivers.gateway.links.url import parse_link_url
from drivers.gateway.session import Session
from drivers.profile import load_profile

NODE = "/dev/input/event7"
DEVICE = f"""\
P: /devices/usb1/1-3
E: SUBSYSTEM=usb
A: idVendor=05e0\\n
A: idProduct=1200\\n
A: serial=S1234567\\n

P: /devices/usb1/1-3/input/input7
E: SUBSYSTEM=input
A: name=Test Scanner\\n

P: /devices/usb1/1-3/input/input7/event7
N: input/event7
E: SUBSYSTEM=input
E: DEVNAME={NODE}
L: device=../../input7

"""


def ioctls() -> str:
    """What evdev 2.0 asks on opening, at the lengths it asks for."""
    keys = bytearray(96)
    for code in range(1, 120):
        keys[code // 8] |= 1 << code % 8
    kinds = bytes([0b0001_0011, 0, 0, 0])  # SYN, KEY, MSC
    answers = {
        "EVIOCGVERSION": struct.pack("<i", 0x010001),
        "EVIOCGID": struct.pack("<4H", 3, 0x05E0, 0x1200, 0x0110),
        "EVIOCGEFFECTS": bytes(4),
        "EVIOCGNAME": b"Test Scanner".ljust(256, b"\0"),
        "EVIOCGPHYS": b"usb-1-3/input0".ljust(256, b"\0"),
        "EVIOCGUNIQ": b"S1234567".ljust(256, b"\0"),
        "EVIOCGBIT(0)": kinds,
        "EVIOCGBIT(1)": bytes(keys),
    }
    answers |= {f"EVIOCGBIT({kind})": bytes(96) for kind in range(2, 32)}
    return f"@DEV {NODE}\n" + "".join(f"{name} 0 {data.hex().upper()}\n" for name, data in answers.items())


def plug() -> int:
    """The mock device; returns the descriptor on which it types."""
    lib = ctypes.CDLL("libumockdev.so.0")
    lib.umockdev_testbed_new.restype = ctypes.c_void_p
    bed = ctypes.c_void_p(lib.umockdev_testbed_new())
    if not lib.umockdev_testbed_add_from_string(bed, DEVICE.encode(), None):
        sys.exit("umockdev refused the device")
    with tempfile.NamedTemporaryFile("w", suffix=".ioctl") as record:
        record.write(ioctls())
        record.flush()
        if not lib.umockdev_testbed_load_ioctl(bed, NODE.encode(), record.name.encode(), None):
            sys.exit("umockdev refused the ioctls")
    fd = int(lib.umockdev_testbed_get_dev_fd(bed, NODE.encode()))
    tty.setraw(fd)
    return fd


def say(**fact: object) -> None:
    sys.stdout.write(json.dumps(fact) + "\n")


async def read(profile: str, expected: int, wire: bytes, fd: int) -> None:
    url = parse_link_url(f"hid://{NODE}", {})
    say(identity=read_identity(url).value)
    link = await open_link(url)

    readings: asyncio.Queue[Heard] = asyncio.Queue()

    session = Session(link, build_driver(load_profile(profile), {}), readings.put_nowait, time.monotonic)
    listening = asyncio.create_task(session.listen())
    for start in range(0, len(wire), 24 * 16):
        os.write(fd, wire[start : start + 24 * 16])
        await asyncio.sleep(0)
    for _ in range(expected):
        say(reading=msgspec.to_builtins(await readings.get()))
    os.close(fd)
    try:
        async with asyncio.timeout(10):
            await listening
    except LinkLost as lost:
        say(lost=lost.code)
    link.close()


if __name__ == "__main__":
    asyncio.run(read(sys.argv[1], int(sys.argv[2]), bytes.fromhex(sys.stdin.read()), plug()))
    sys.stdout.flush()
    os._exit(0)  # umockdev closes the descriptor we pulled out once more
