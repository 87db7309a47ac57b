"""Scanner drivers against scanners that share no code with them: GS in every way, keys, line and network."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from drivers.base import build_driver
from drivers.gateway.outbox import Outbox
from drivers.gateway.supervisor import Supervisor
from drivers.messages import Ack, Reading, Scan
from drivers.profile import load_profile
from hardware_sim.counter import open_counter
from hardware_sim.devices.input_keys import GsWay
from hardware_sim.devices.scanners import KeyboardScanner
from hardware_sim.faults import SplitFrames
from hardware_sim.layout import KEYBOARD_SCANNER, NETWORK_SCANNER, SERIAL_SCANNER
from hardware_sim.specs import SerialScannerSpec
from tests.drivers.gateway.at_counter import at_the_counter

CODE = "0106901234567892" + "10AB-1\x1d17261231"
PATIENCE_S = 20
SUBSTITUTING = msgspec.structs.replace(SERIAL_SCANNER, model="generic_serial_substitute", aim_id=True, gs="|")


class Nobody:
    """Whom a simulated device tells what it does, where nobody asks."""

    def __getattr__(self, _name: str) -> Any:
        return lambda *_: None


@pytest.mark.parametrize(
    ("gs", "profile", "aim_id"),
    [
        ("ctrl_right_bracket", "generic_hid", False),
        ("f8", "generic_hid_aim", True),
        ("alt_029", "generic_hid_alt", True),
        ("substitute", "generic_hid_substitute", True),
    ],
)
def test_every_way_of_typing_gs_is_heard(gs: GsWay, profile: str, aim_id: bool) -> None:
    scanner = KeyboardScanner(KEYBOARD_SCANNER.label, Nobody(), 1, lambda: 1_000_000, gs, aim_id)
    keys, _ = scanner.frame(CODE)

    (scan,) = build_driver(load_profile(f"scanner/{profile}"), {}).receive(keys)

    assert isinstance(scan, Scan)
    assert (scan.text, scan.symbology) == (CODE, "d2" if aim_id else None)


async def next_scan(outbox: Outbox) -> Scan:
    """The next scan that comes; what came is acknowledged."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            for frame in await outbox.next_frames():
                if isinstance(frame, Reading) and isinstance(frame.reading, Scan):
                    outbox.acked(Ack(boot_id=frame.boot_id, seq=frame.seq))
                    return frame.reading


@pytest.mark.parametrize("spec", [NETWORK_SCANNER, SUBSTITUTING], ids=["network", "serial"])
def test_a_scanner_by_network_or_line_is_heard_whole_and_again_after_a_plug(
    tmp_path: Path, spec: SerialScannerSpec
) -> None:
    async def run() -> None:
        async with open_counter(tmp_path, (spec,)) as counter:
            scanner = counter.scanner(spec.device_id)
            scanner.inject(SplitFrames(max_chunk=3, gap_ms=1))

            async def scene(_supervisor: Supervisor, outbox: Outbox) -> None:
                for code in (CODE, "6901234567892"):
                    await counter.news.until(lambda: scanner.view().connected, PATIENCE_S)
                    assert (await counter.scan(spec.device_id, code)).heard
                    scan = await next_scan(outbox)
                    assert (scan.text, scan.symbology) == (code, "d2" if code == CODE else "E0")
                    scanner.unplug()
                    scanner.plug()

            await at_the_counter(counter, tmp_path, scene)

    asyncio.run(run())
