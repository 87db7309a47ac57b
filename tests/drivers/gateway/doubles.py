"""Stand-ins for what a gateway touches: a link with no device, and devices with no hub."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from drivers.document import AnyBlock, Cut, Text, content_hash
from drivers.gateway.calibrations import Calibrations
from drivers.gateway.hotplug import MonitorOpener
from drivers.gateway.job_log import JobLog
from drivers.gateway.links.fd_link import Link, LinkLost
from drivers.gateway.links.url import LinkUrl
from drivers.gateway.outbox import Outbox
from drivers.gateway.pay_log import PayLog
from drivers.gateway.pins import Pins
from drivers.gateway.settings import DeviceSettings, GatewaySettings, resolve_devices
from drivers.gateway.supervisor import Supervisor
from drivers.messages import GatewayFrame, JobAnswer, Print

PATIENCE_S = 20
READY = bytes.fromhex("1000000f")
PAPER_OUT = bytes.fromhex("18000c0f")
RECEIPT: tuple[AnyBlock, ...] = (Text(text="店枢"), Cut())

FrameT = TypeVar("FrameT", bound=msgspec.Struct)


class FakeLink:
    """A device under the test's hand: say() is what it sends, sent is what it got."""

    def __init__(self) -> None:
        self.written = 0
        self.sent = bytearray()
        self.takes: int | None = None  # how many more bytes it takes before it stalls
        self.lost_after: int | None = None  # how many more bytes it takes before it is gone
        self.closed = False
        self._said: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._grew = asyncio.Event()

    def say(self, data: bytes) -> None:
        """The device sends this."""
        self._said.put_nowait(data)

    def lose(self) -> None:
        """The device is unplugged."""
        self._said.put_nowait(None)

    async def read(self, timeout_s: float | None) -> bytes:
        try:
            async with asyncio.timeout(timeout_s):
                data = await self._said.get()
        except TimeoutError:
            return b""
        if data is None:
            raise LinkLost("link.gone")
        return data

    async def write(self, data: bytes, timeout_s: float) -> None:
        if self.takes is not None and len(data) > self.takes:
            self._take(data[: self.takes])
            self.takes = 0
            raise LinkLost("link.write_timeout")
        if self.lost_after is not None and len(data) > self.lost_after:
            self._take(data[: self.lost_after])
            raise LinkLost("link.gone")
        self._take(data)

    async def stored(self) -> bool:
        return False

    def close(self) -> None:
        self.closed = True

    async def got(self, part: bytes) -> None:
        """Wait until the device was sent this."""
        async with asyncio.timeout(PATIENCE_S):
            while part not in self.sent:
                self._grew.clear()
                await self._grew.wait()

    def _take(self, data: bytes) -> None:
        self.sent += data
        self.written += len(data)
        self._grew.set()


class Counter:
    """A supervisor with fake links, its outbox read by the test instead of a hub."""

    def __init__(
        self,
        folder: Path,
        *devices: DeviceSettings,
        patch: Callable[[Supervisor], None] | None,
        open_monitor: MonitorOpener | None,
    ) -> None:
        self.links: dict[str, FakeLink] = {}
        self.opened: dict[str, int] = {}
        self.absent: set[str] = set()
        self.frames: list[GatewayFrame] = []
        self.log = JobLog(folder / "jobs.sqlite3")
        self.payments = PayLog(folder / "payments.sqlite3", time.time)
        self.outbox = Outbox("boot-1", time.monotonic)
        settings = GatewaySettings(
            gateway_id="gw", hub_url="ws://x", token_file=folder, state_dir=folder, devices=devices
        )
        self.supervisor = Supervisor(
            resolve_devices(settings),
            log=self.log,
            payments=self.payments,
            pins=Pins(folder),
            calibrations=Calibrations(folder),
            outbox=self.outbox,
            open_link=self._open,
            rng=random.Random(1),
            monotonic=time.monotonic,
            open_monitor=open_monitor,
        )
        if patch:
            patch(self.supervisor)

    async def _open(self, url: LinkUrl) -> Link:
        name = url.path.removeprefix("/dev/")
        if name in self.absent:
            raise LinkLost("link.absent")
        self.links[name] = FakeLink()
        self.opened[name] = self.opened.get(name, 0) + 1
        return self.links[name]

    async def frame(self, kind: type[FrameT], **fields: Any) -> FrameT:
        """Take the first frame of this kind with these fields, waiting for it; others stay for later."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for frame in self.frames:
                    if isinstance(frame, kind) and fields.items() <= msgspec.structs.asdict(frame).items():
                        self.frames.remove(frame)
                        return frame
                self.frames += await self.outbox.next_frames()

    async def ended(self, job_id: str) -> JobAnswer:
        """Wait for the job's answer that is not "printing"."""
        while (answer := await self.frame(JobAnswer, job_id=job_id)).state == "printing":
            pass
        return answer

    async def print(self, job_id: str, document: tuple[AnyBlock, ...] = RECEIPT) -> None:
        """The hub orders a receipt."""
        order = Print(
            job_id=job_id, device_id="receipt-1", content_hash=content_hash(document), document=document
        )
        await self.supervisor.handle(order)


@asynccontextmanager
async def counter(
    folder: Path,
    *devices: DeviceSettings,
    patch: Callable[[Supervisor], None] | None = None,
    open_monitor: MonitorOpener | None = None,
) -> AsyncIterator[Counter]:
    """A running counter."""
    made = Counter(folder, *devices, patch=patch, open_monitor=open_monitor)
    task = asyncio.create_task(made.supervisor.run())
    try:
        yield made
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        made.log.close()
        made.payments.close()
