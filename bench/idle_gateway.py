"""What a gateway takes while its eight devices are at work and nobody does anything."""

import asyncio
from pathlib import Path

from bench.eight_devices import EIGHT
from bench.figures import Figure
from bench.hub import TrialHub
from bench.process import Program, answers
from hardware_sim.wiring import WiredDevice, read_wiring

SETTLE_S = 5.0
OVER_S = 20.0


async def measure(folder: Path) -> list[Figure]:
    """Two scanners, two polled scales, two printers, two displays; a real hub at the other end."""
    hub = TrialHub(folder / "hub")
    hub.furnish()
    hub.start()
    wiring = folder / "wiring.json"
    counter = Program(folder / "counter.log", "bench.eight_devices", str(folder / "counter"), str(wiring))
    gateway: Program | None = None
    try:
        await asyncio.to_thread(counter.wait_until, wiring.exists)
        config = _settings(folder, hub, list(read_wiring(wiring).devices))
        gateway = Program(folder / "gateway.log", "drivers.gateway", "--config", str(config))
        health = f"http://127.0.0.1:{hub.port}/health?gateways=1"
        await asyncio.to_thread(gateway.wait_until, lambda: answers(health))
        await asyncio.sleep(SETTLE_S)
        before_ms, hub_before_ms = gateway.cpu_ms(), hub.program.cpu_ms()
        await asyncio.sleep(OVER_S)
        gateway_ms, hub_ms = gateway.cpu_ms() - before_ms, hub.program.cpu_ms() - hub_before_ms
        at_work = (folder / "gateway.log").read_text().count(": enabled")
    finally:
        for program in (gateway, counter):
            if program is not None:
                program.stop()
        hub.stop()
    bench = "idle_gateway"
    return [
        Figure(bench, "of a core, eight devices", gateway_ms / OVER_S / 10, "%", 1, "at most"),
        Figure(bench, "devices at work", at_work, "", len(EIGHT)),
        Figure(bench, "the hub's meanwhile", hub_ms / OVER_S / 10, "%"),
    ]


def _settings(folder: Path, hub: TrialHub, devices: list[WiredDevice]) -> Path:
    config = folder / "gateway.toml"
    config.write_text(
        f'gateway_id = "gateway-idle"\nhub_url = "ws://127.0.0.1:{hub.port}/ws/gateway"\n'
        f'token_file = "{hub.settings.gateway_token_path}"\nstate_dir = "{folder / "state"}"\n'
        + "".join(
            f'[[devices]]\ndevice_id = "{one.device_id}"\nprofile = "{one.profile}"\nlink = "{one.link}"\n'
            for one in devices
        )
    )
    return config
