"""What happens at the counter, told to whoever waits for it."""

import asyncio
from collections.abc import Callable

from hardware_sim.views import DeviceView, PaperLine, Receipt, ScanOutcome


class News:
    """Wakes who waits for a condition; the bench's own kind tells its pages too."""

    def __init__(self) -> None:
        self._happened = asyncio.Event()

    def device_changed(self, device: DeviceView) -> None:
        self.stir()

    def printed(self, device_id: str, line: PaperLine) -> None:
        self.stir()

    def receipt_cut(self, receipt: Receipt) -> None:
        self.stir()

    def scanned(self, outcome: ScanOutcome) -> None:
        self.stir()

    def stir(self) -> None:
        self._happened.set()
        self._happened = asyncio.Event()

    async def until(self, condition: Callable[[], bool], timeout_s: float) -> None:
        """Wait until the condition holds, looked at whenever there is news. TimeoutError if it does not."""
        async with asyncio.timeout(timeout_s):
            while not condition():
                await self._happened.wait()
