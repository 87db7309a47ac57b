"""A simulated counter of eight devices in a process of its own, at rest: nobody scans, weighs or prints."""

import asyncio
import signal
import sys
from pathlib import Path

import msgspec

from hardware_sim.counter import open_counter
from hardware_sim.layout import (
    CAS_SCALE,
    POLE_DISPLAY,
    PRICE_DISPLAY,
    RECEIPT_PRINTER,
    SERIAL_SCANNER,
    SMALL_PRINTER,
    TOLEDO_SCALE,
)
from hardware_sim.specs import Layout
from hardware_sim.wiring import write_wiring

SECOND_SCANNER = msgspec.structs.replace(SERIAL_SCANNER, device_id="scanner-3")
EIGHT: Layout = (
    *(SERIAL_SCANNER, SECOND_SCANNER, TOLEDO_SCALE, CAS_SCALE),
    *(RECEIPT_PRINTER, SMALL_PRINTER, POLE_DISPLAY, PRICE_DISPLAY),
)


async def stand(folder: Path, wiring: Path) -> None:
    """Until told to stop."""
    async with open_counter(folder, EIGHT) as counter:
        write_wiring(wiring, counter.wiring())
        await asyncio.Event().wait()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    asyncio.run(stand(Path(sys.argv[1]), Path(sys.argv[2])))
