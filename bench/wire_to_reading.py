"""From bytes on a serial scanner's wire to a typed reading, beside asyncio that only reads them."""

import asyncio
import os
import pty
import time
import tty
from collections.abc import Callable
from pathlib import Path

from bench.figures import Figure, percentile
from drivers.base import Heard, build_driver
from drivers.gateway.links.opener import open_link
from drivers.gateway.links.url import parse_link_url
from drivers.gateway.session import Session
from drivers.gateway.tap import Taps
from drivers.profile import load_profile

SCANS = 3_000
WARM_UP = 200
BETWEEN_S = 0.001
CODE = b"6901234567892\r"


class Wire:
    """A pty whose far end a test hand holds."""

    def __init__(self) -> None:
        self.master, self._slave = pty.openpty()
        tty.setraw(self.master)
        self.path = os.ttyname(self._slave)
        self.arrived = asyncio.Event()

    def close(self) -> None:
        """Both ends."""
        os.close(self.master)
        os.close(self._slave)

    async def latencies_ms(self) -> list[float]:
        """Scan after scan, each timed from its write to its arrival."""
        latencies_ms = []
        for _ in range(WARM_UP + SCANS):
            self.arrived.clear()
            began_s = time.perf_counter()
            os.write(self.master, CODE)
            await asyncio.wait_for(self.arrived.wait(), 10)
            latencies_ms.append((time.perf_counter() - began_s) * 1000)
            await asyncio.sleep(BETWEEN_S)
        return latencies_ms[WARM_UP:]


async def measure(_folder: Path) -> list[Figure]:
    """On the plain event loop that the gateway runs on, in a thread of its own; three times each."""
    bare_ms: list[float] = []
    typed_ms: list[float] = []
    for _ in range(3):
        bare_ms += await asyncio.to_thread(_run, _bare)
        typed_ms += await asyncio.to_thread(_run, _typed)
    bare, typed = percentile(bare_ms, 0.5), percentile(typed_ms, 0.5)
    bench = "wire_to_reading"
    return [
        Figure(bench, "median, of bare add_reader", typed / bare, "×", 2, "at most"),
        Figure(bench, "99th percentile", percentile(typed_ms, 0.99), "ms", 3, "at most"),
        Figure(bench, "median", typed, "ms"),
        Figure(bench, "bare median", bare, "ms"),
        Figure(bench, "bare 99th percentile", percentile(bare_ms, 0.99), "ms"),
    ]


def _run(scene: Callable[[], object]) -> list[float]:
    return asyncio.run(scene())  # type: ignore[arg-type]


async def _bare() -> list[float]:
    wire = Wire()
    fd = os.open(wire.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    loop, heard = asyncio.get_running_loop(), bytearray()

    def read() -> None:
        heard.extend(os.read(fd, 4096))
        if heard.endswith(b"\r"):
            heard.clear()
            wire.arrived.set()

    loop.add_reader(fd, read)
    try:
        return await wire.latencies_ms()
    finally:
        loop.remove_reader(fd)
        os.close(fd)
        wire.close()


async def _typed() -> list[float]:
    """The gateway's own way: its opener with its tap, its session, the driver of a profile."""
    wire = Wire()
    profile = load_profile("scanner/generic_serial")
    opener = Taps(time.monotonic).opener("scanner-1", open_link)
    link = await opener(parse_link_url(f"serial://{wire.path}?baud=9600", profile.link))

    def hear(_reading: Heard) -> None:
        wire.arrived.set()

    listening = asyncio.create_task(Session(link, build_driver(profile, {}), hear, time.monotonic).listen())
    try:
        return await wire.latencies_ms()
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        link.close()
        wire.close()
