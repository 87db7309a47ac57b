"""The link to the hub: greeting, heartbeats, acks, and coming back."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from drivers.gateway.backoff import Backoff
from drivers.gateway.hub_link import HubLink
from drivers.gateway.outbox import Outbox
from drivers.messages import (
    DeviceChanged,
    DeviceInfo,
    DrawerReleased,
    Heartbeat,
    Hello,
    HubFrame,
    JobAnswer,
    QueryJob,
    Reading,
    Scan,
)
from tests.drivers.gateway.fake_hub import TOKEN, FakeHub, fake_hub

SCANNER = DeviceInfo(
    device_id="scanner-1", kind="scanner", model="generic_hid", link="hid:///dev/input/event3"
)


class Gateway:
    """A hub link with an outbox and no devices."""

    def __init__(self, hub: FakeHub, token: str = TOKEN) -> None:
        self.orders: asyncio.Queue[HubFrame] = asyncio.Queue()
        self.outbox = Outbox("boot-1", time.monotonic)
        self.outbox.set_device(SCANNER)
        self.link = HubLink(
            url=hub.url,
            token=token,
            gateway_id="gw-1",
            version="0.1",
            outbox=self.outbox,
            handle=self.orders.put,
            backoff=Backoff(0.02, 0.05, random.Random(1)),
            monotonic=time.monotonic,
        )


@asynccontextmanager
async def running(gateway: Gateway) -> AsyncIterator[Gateway]:
    task = asyncio.create_task(gateway.link.keep())
    try:
        yield gateway
    finally:
        task.cancel()
        await asyncio.wait([task], timeout=10)
        assert task.cancelled()


def test_greets_tells_and_takes_orders() -> None:
    async def run() -> None:
        async with fake_hub() as hub, running(Gateway(hub)) as gateway:
            hello = await hub.frame(Hello)
            assert (hello.gateway_id, hello.boot_id, hello.devices) == ("gw-1", "boot-1", (SCANNER,))
            gateway.outbox.add_reading("scanner-1", Scan(text="6901234567892"))
            reading = await hub.frame(Reading)
            assert reading.reading == Scan(text="6901234567892")
            await hub.send(QueryJob(job_id="j"))
            assert await gateway.orders.get() == QueryJob(job_id="j")
            gateway.outbox.add_answer(DrawerReleased(release_id="r", ok=True))
            await hub.frame(DrawerReleased, release_id="r")

    asyncio.run(run())


def test_what_was_not_acked_comes_again_older_and_what_was_does_not() -> None:
    async def run() -> None:
        async with fake_hub() as hub, running(Gateway(hub)) as gateway:
            gateway.outbox.add_reading("scanner-1", Scan(text="acked"))
            await hub.frame(Reading, seq=1)
            hub.acking = False
            gateway.outbox.add_reading("scanner-1", Scan(text="lost"))
            first = await hub.frame(Reading, seq=2)
            await hub.stop()
            gateway.outbox.add_reading("scanner-1", Scan(text="no hub"))
            gateway.outbox.add_answer(JobAnswer(job_id="j", state="printed"))
            await hub.start()
            again = await hub.frame(Reading, seq=2)
            assert again.age_ms >= first.age_ms
            assert (await hub.frame(Reading, seq=3)).reading == Scan(text="no hub")
            await hub.frame(JobAnswer, job_id="j", state="printed")
            assert hub.hellos >= 2
            assert not [frame for frame in hub.heard if isinstance(frame, Reading)]

    asyncio.run(run())


def test_a_hub_that_falls_silent_is_left_and_found_again() -> None:
    async def run() -> None:
        async with fake_hub(heartbeat_s=0.05) as hub, running(Gateway(hub)):
            await hub.frame(Heartbeat)
            await hub.frame(Hello)
            await hub.frame(Hello)  # the fake hub sends no heartbeats: the gateway came back by itself

    asyncio.run(run())


def test_heartbeats_from_the_hub_keep_the_link() -> None:
    async def run() -> None:
        async with fake_hub(heartbeat_s=0.2) as hub, running(Gateway(hub)):
            for _ in range(8):
                await hub.frame(Heartbeat)
                await hub.send(Heartbeat())
            assert hub.hellos == 1

    asyncio.run(run())


def test_rubbish_and_unknown_frames_do_not_end_the_link() -> None:
    async def run() -> None:
        async with fake_hub() as hub, running(Gateway(hub)) as gateway:
            await hub.frame(Hello)
            assert hub.socket is not None
            await hub.socket.send("{")
            await hub.socket.send('{"type":"a_newer_hubs_frame"}')
            await hub.socket.send(b"\x00\xff")
            await hub.send(QueryJob(job_id="j"))
            assert await gateway.orders.get() == QueryJob(job_id="j")
            assert hub.hellos == 1

    asyncio.run(run())


def test_a_wrong_token_is_tried_again_and_tells_nothing() -> None:
    async def run() -> None:
        async with fake_hub() as hub, running(Gateway(hub, token="a-wrong-token")):
            await hub.refusals(2)
            assert not hub.heard

    asyncio.run(run())


def test_a_device_that_changed_while_away_is_told_in_hello() -> None:
    async def run() -> None:
        async with fake_hub() as hub, running(Gateway(hub)) as gateway:
            await hub.frame(Hello)
            changed = DeviceInfo(
                device_id="scanner-1", kind="scanner", model="generic_hid", link="", state="enabled"
            )
            await hub.stop()
            gateway.outbox.set_device(changed)
            await hub.start()
            assert (await hub.frame(Hello)).devices == (changed,)
            gateway.outbox.set_device(SCANNER)
            assert (await hub.frame(DeviceChanged)).state == "closed"

    asyncio.run(run())
