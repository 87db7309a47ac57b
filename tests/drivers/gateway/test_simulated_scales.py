"""Drivers against scales that share no code with them, over real lines."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from drivers.gateway.outbox import Outbox
from drivers.gateway.supervisor import Supervisor
from drivers.messages import Reading, ScaleCommand, Weight
from hardware_sim.counter import open_counter
from hardware_sim.faults import Noise, SplitFrames
from hardware_sim.layout import ADAM_SCALE, CPWPLUS_SCALE, EPELSA_SCALE, SCALES, TOLEDO_SCALE
from hardware_sim.specs import ScaleSpec
from tests.drivers.gateway.at_counter import at_the_counter

PATIENCE_S = 20
TAKES_A_TARE = ("toledo_8217", "mt_sics", "dialog06")
WITHOUT_A_WORD_FOR_TOO_MUCH = (ADAM_SCALE, EPELSA_SCALE, CPWPLUS_SCALE)


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


@pytest.mark.parametrize("spec", SCALES, ids=lambda spec: spec.protocol)
def test_what_lies_on_the_pan_is_what_the_gateway_hears(tmp_path: Path, spec: ScaleSpec) -> None:
    async def run() -> None:
        async with open_counter(tmp_path, (spec,)) as counter:
            scale = counter.scale(spec.device_id)
            scale.inject(SplitFrames(max_chunk=4, gap_ms=1))
            if spec is not ADAM_SCALE:  # it says a weight once: what noise spoils does not come again
                scale.inject(Noise(max_bytes=3))

            async def scene(_: Supervisor, outbox: Outbox) -> None:
                seen: list[Weight] = []
                for grams in (1240, 2500):
                    scale.put(grams)
                    await heard(outbox, weighs(grams), seen)
                if spec not in WITHOUT_A_WORD_FOR_TOO_MUCH:
                    scale.put(100_000)
                    assert (await heard(outbox, lambda weight: weight.over, seen)).value is None
                stable = {int(weight.value * 1000) for weight in seen if weight.stable and weight.value}
                assert stable <= {1240, 2500}

            await at_the_counter(counter, tmp_path, scene)

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

            await at_the_counter(counter, tmp_path, scene)

    asyncio.run(run())


@pytest.mark.parametrize("spec", SCALES, ids=lambda spec: spec.protocol)
def test_a_known_tare_is_taken_off_by_the_scale_or_for_it(tmp_path: Path, spec: ScaleSpec) -> None:
    async def run() -> None:
        async with open_counter(tmp_path, (spec,)) as counter:
            scale = counter.scale(spec.device_id)

            async def scene(supervisor: Supervisor, outbox: Outbox) -> None:
                seen: list[Weight] = []
                scale.put(500)
                await heard(outbox, weighs(500), seen)
                preset = ScaleCommand(device_id=spec.device_id, command="preset_tare", tare_g=40)
                await supervisor.handle(preset)
                scale.put(1240)
                net = await heard(outbox, weighs(1200), seen)
                assert (net.net, net.tare) == (True, Decimal("0.040"))
                assert (scale.pan.show().tare_g > 0) == (spec.protocol in TAKES_A_TARE)
                scale.put(0)
                await supervisor.handle(ScaleCommand(device_id=spec.device_id, command="clear_tare"))
                scale.put(760)
                gross = await heard(outbox, weighs(760), seen)
                assert not gross.net
                assert not gross.tare
                assert not any(weighs(1240)(weight) for weight in seen)

            await at_the_counter(counter, tmp_path, scene)

    asyncio.run(run())
