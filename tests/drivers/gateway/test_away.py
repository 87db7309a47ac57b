"""kill -9 in mid-scan and in mid-weigh: what was said while nobody listened is said to nobody."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

from drivers.messages import DeviceChanged, Hello, Reading, Scan, Weight
from hardware_sim.counter import open_counter
from hardware_sim.layout import TOLEDO_SCALE
from tests.drivers.gateway.fake_hub import TOKEN, FakeHub, fake_hub
from tests.drivers.gateway.test_process import Bench, bench, device, gateway, start


async def scanned(made: Bench) -> str:
    """The next scan that the hub hears."""
    reading = (await made.hub.frame(Reading, device_id="scanner-1")).reading
    assert isinstance(reading, Scan)
    return reading.text


async def at_work(hub: FakeHub, device_id: str) -> Hello:
    """A greeting of a gateway, and the device at work."""
    hello = await hub.frame(Hello)
    if {info.device_id: info.state for info in hello.devices}[device_id] != "enabled":
        await hub.frame(DeviceChanged, device_id=device_id, state="enabled")
    return hello


async def weighed(hub: FakeHub, boot_id: str, ends: Callable[[Weight], bool]) -> list[Weight]:
    """Every weight of a boot up to one at which it ends."""
    seen: list[Weight] = []
    while not (seen and ends(seen[-1])):
        frame = await hub.frame(Reading, device_id="scale-1")
        assert frame.boot_id == boot_id
        assert isinstance(frame.reading, Weight)
        seen.append(frame.reading)
    return seen


def test_killed_in_mid_scan_neither_half_nor_what_was_scanned_meanwhile_is_heard(tmp_path: Path) -> None:
    async def run() -> None:
        async with bench(tmp_path) as made:
            async with gateway(made) as process:
                os.write(made.scanner, b"1111\r")
                assert await scanned(made) == "1111"
                os.write(made.scanner, b"22")
                process.kill()
                await process.wait()
            os.write(made.scanner, b"22\r3333\r")
            made.hub.heard.clear()
            process = await start(made.config)
            try:
                await at_work(made.hub, "scanner-1")
                os.write(made.scanner, b"4444\r")
                assert await scanned(made) == "4444"
            finally:
                process.kill()
                await process.wait()

    asyncio.run(run())


def test_killed_in_mid_weigh_only_what_lies_there_now_is_told(tmp_path: Path) -> None:
    async def run() -> None:
        async with open_counter(tmp_path / "counter", (TOLEDO_SCALE,)) as counter, fake_hub() as hub:
            (wired,) = counter.wiring().devices
            (tmp_path / "token").write_text(TOKEN)
            config = tmp_path / "gateway.toml"
            config.write_text(
                f'gateway_id = "gw-1"\nhub_url = "{hub.url}"\ntoken_file = "token"\nstate_dir = "state"\n'
                + device("scale-1", wired.profile, wired.link)
            )
            process = await start(config)
            scale = counter.scale("scale-1")
            first = await at_work(hub, "scale-1")
            scale.put(1240)
            await weighed(hub, first.boot_id, lambda weight: not weight.stable)
            process.kill()
            await process.wait()
            scale.put(2500)
            hub.heard.clear()
            process = await start(config)
            try:
                second = await at_work(hub, "scale-1")
                seen = await weighed(hub, second.boot_id, lambda weight: weight.stable)
                assert [str(weight.value) for weight in seen if weight.stable] == ["2.500"]
            finally:
                process.kill()
                await process.wait()

    asyncio.run(run())
