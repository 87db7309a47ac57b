"""A gateway's supervisor at a simulated counter, over real lines and sockets."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from drivers.gateway.calibrations import Calibrations
from drivers.gateway.job_log import JobLog
from drivers.gateway.links.opener import open_link
from drivers.gateway.outbox import Outbox
from drivers.gateway.pay_log import PayLog
from drivers.gateway.pins import Pins
from drivers.gateway.settings import DeviceSettings, GatewaySettings, resolve_devices
from drivers.gateway.supervisor import Supervisor
from hardware_sim.counter import Counter


async def at_the_counter(
    counter: Counter, folder: Path, scene: Callable[[Supervisor, Outbox], Awaitable[None]]
) -> None:
    """A supervisor at work on every device of a simulated counter, for as long as the scene lasts."""
    devices = tuple(
        DeviceSettings(device_id=wired.device_id, profile=wired.profile, link=wired.link)
        for wired in counter.wiring().devices
    )
    settings = GatewaySettings(
        gateway_id="gw", hub_url="ws://x", token_file=folder, state_dir=folder, devices=devices
    )
    log, outbox = JobLog(folder / "jobs.sqlite3"), Outbox("boot", time.monotonic)
    payments = PayLog(folder / "payments.sqlite3", time.time)
    supervisor = Supervisor(
        resolve_devices(settings),
        log=log,
        payments=payments,
        pins=Pins(folder),
        calibrations=Calibrations(folder),
        outbox=outbox,
        open_link=open_link,
        rng=random.Random(1),
        monotonic=time.monotonic,
    )
    running = asyncio.create_task(supervisor.run())
    try:
        await scene(supervisor, outbox)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        log.close()
        payments.close()
