"""Drivers against scales that share no code with them, over real lines."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.gateway.job_log import JobLog
from drivers.gateway.links.opener import open_link
from drivers.gateway.outbox import Outbox
from drivers.gateway.pay_log import PayLog
from drivers.gateway.pins import Pins
from drivers.gateway.settings import DeviceSettings, GatewaySettings, resolve_devices
from drivers.gateway.supervisor import Supervisor
from drivers.messages import Reading, ScaleCommand, Weight
from hardware_sim.counter import Counter, open_counter
from hardware_sim.faults import Noise, SplitFrames
from hardware_sim.layout import CAS_SCALE, DIALOG_SCALE, STREAM_SCALE, TOLEDO_SCALE, ScaleSpec

PATIENCE_S = 20


async def heard(outbox: Outbox, condition: Callable[[Weight], bool], seen: list[Weight]) -> Weight:
    """The first weight of which the condition holds; every one that came is seen."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            for frame in await outbox.next_frames():
                if isinstance(frame, Reading) and isinstance(frame.reading, Weight):
                    seen.append(frame.reading)
                    if condition(frame.reading):
                        return frame.reading


def weighs(grams: int) -> Callable[[Weight], bool]:
    return lambda weight: weight.stable and weight.value is not None and weight.value * 1000 == grams


async def at_the_counter(
    counter: Counter, folder: Path, spec: ScaleSpec, scene: Callable[[Supervisor, Outbox], object]
) -> None:
    (wired,) = counter.wiring().devices
    device = DeviceSettings(device_id=wired.device_id, profile=wired.profile, link=wired.link)
    settings = GatewaySettings(
        gateway_id="gw", hub_url="ws://x", token_file=folder, state_dir=folder, devices=(device,)
    )
    log, outbox = JobLog(folder / "jobs.sqlite3"), Outbox("boot", time.monotonic)
    payments = PayLog(folder / "payments.sqlite3", time.time)
    supervisor = Supervisor(
        resolve_devices(settings),
        log=log,
        payments=payments,
        pins=Pins(folder),
        outbox=outbox,
        open_link=open_link,
        rng=random.Random(1),
        monotonic=time.monotonic,
    )
    running = asyncio.create_task(supervisor.run())
    try:
        await scene(supervisor, outbox)  # type: ignore[misc]
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        log.close()
        payments.close()


@pytest.mark.parametrize("spec", [TOLEDO_SCALE, CAS_SCALE, STREAM_SCALE, DIALOG_SCALE])
def test_what_lies_on_the_pan_is_what_the_gateway_hears(tmp_path: Path, spec: ScaleSpec) -> None:
    async def run() -> None:
        async with open_counter(tmp_path, (spec,)) as counter:
            scale = counter.scale(spec.device_id)
            scale.inject(SplitFrames(max_chunk=4, gap_ms=1))
            scale.inject(Noise(max_bytes=3))

            async def scene(_: Supervisor, outbox: Outbox) -> None:
                seen: list[Weight] = []
                for grams in (1240, 2500):
                    scale.put(grams)
                    await heard(outbox, weighs(grams), seen)
                scale.put(100_000)
                assert (await heard(outbox, lambda weight: weight.over, seen)).value is None
                stable = {int(weight.value * 1000) for weight in seen if weight.stable and weight.value}
                assert stable <= {1240, 2500}

            await at_the_counter(counter, tmp_path, spec, scene)

    asyncio.run(run())


def test_a_tare_from_the_hub_reaches_the_scale(tmp_path: Path) -> None:
    async def run() -> None:
        async with open_counter(tmp_path, (TOLEDO_SCALE,)) as counter:
            scale = counter.scale("scale-1")

            async def scene(supervisor: Supervisor, outbox: Outbox) -> None:
                seen: list[Weight] = []
                scale.put(500)
                await heard(outbox, weighs(500), seen)
                await supervisor.handle(ScaleCommand(device_id="scale-1", command="tare"))
                assert (await heard(outbox, weighs(0), seen)).net is True
                await supervisor.handle(ScaleCommand(device_id="scale-1", command="clear_tare"))
                assert (await heard(outbox, weighs(500), seen)).net is False

            await at_the_counter(counter, tmp_path, TOLEDO_SCALE, scene)

    asyncio.run(run())
