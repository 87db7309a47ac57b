"""Drivers against customer displays that share no code with them, over real lines."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from drivers.gateway.outbox import Outbox
from drivers.gateway.supervisor import Supervisor
from drivers.messages import Show
from hardware_sim.counter import Counter, open_counter
from hardware_sim.layout import POLES
from hardware_sim.specs import PoleSpec
from tests.drivers.gateway.at_counter import at_the_counter

PATIENCE_S = 20


async def shows(counter: Counter, device_id: str, upper: str, lower: str) -> None:
    def seen() -> bool:
        display = counter.device(device_id).view().display
        return display is not None and display.lines == (upper, lower)

    await counter.news.until(seen, PATIENCE_S)


@pytest.mark.parametrize("spec", POLES, ids=lambda spec: spec.protocol)
def test_what_the_hub_says_is_what_the_customer_sees(tmp_path: Path, spec: PoleSpec) -> None:
    async def run() -> None:
        async with open_counter(tmp_path, (spec,)) as counter:

            async def scene(supervisor: Supervisor, _: Outbox) -> None:
                show = Show(
                    device_id=spec.device_id,
                    upper="可口可乐\t3.50",
                    upper_plain="Coca-Cola\t3.50",
                    lower="TOTAL\t12.50",
                )
                upper = "可口可乐        3.50" if spec.double_byte else "Coca-Cola       3.50"
                await supervisor.handle(show)
                await shows(counter, spec.device_id, upper, "TOTAL          12.50")
                await supervisor.handle(Show(device_id=spec.device_id, upper="THANKS"))
                await shows(counter, spec.device_id, f"{'THANKS':20}", " " * 20)
                view = counter.device(spec.device_id).view().display
                assert view is not None
                assert view.clears == 0

            await at_the_counter(counter, tmp_path, scene)

    asyncio.run(run())
