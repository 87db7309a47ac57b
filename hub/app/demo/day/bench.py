"""The hands at the simulated counter: goods under a scanner, goods on the pan, a look at the paper."""

from typing import Any

import httpx

from hub.app.demo.day.calls import Calls

COPY = "COPY"


class BenchHands:
    """What a person does at the devices that stand on the bench."""

    def __init__(self, client: httpx.AsyncClient, url: str) -> None:
        self._calls = Calls(client, url)

    async def devices(self) -> list[Any]:
        """Every device as one sees it."""
        found: list[Any] = await self._calls.get("/api/devices")
        return found

    async def faults_of(self, device_id: str) -> tuple[str, ...]:
        """The names of the faults that a device has now; "away" where no gateway has it open."""
        device = await self._calls.get(f"/api/devices/{device_id}")
        away = () if device["connected"] else ("away",)
        return (*(fault["type"] for fault in device["faults"]), *away)

    async def scan(self, device_id: str, code: str) -> bool:
        """Hold a code under a scanner; whether a host took all of it."""
        outcome = await self._calls.post("/api/scan", device_id=device_id, code=code)
        return bool(outcome["heard"])

    async def put(self, device_id: str, load_g: int) -> None:
        """Put this on the pan in place of what lies there."""
        await self._calls.post(f"/api/devices/{device_id}/weight", load_g=load_g)

    async def mend(self) -> None:
        """New paper, covers shut, plugs in: nothing is wrong with any device."""
        for device in await self.devices():
            await self._calls.delete(f"/api/devices/{device['device_id']}/faults")

    async def close_drawers(self) -> None:
        """Push every drawer shut."""
        for device in await self.devices():
            if device["drawer"] is not None and device["drawer"]["open"]:
                await self._calls.post(f"/api/devices/{device['device_id']}/drawer", open=False)

    async def papers(self, after: int) -> list[Any]:
        """The receipts that came out after a number."""
        found: list[Any] = await self._calls.get(f"/api/receipts?after={after}")
        return found

    async def faults_met(self) -> dict[str, int]:
        """How often each fault struck since the counter was set up."""
        met = await self._calls.get("/api/faults")
        return {f"{one['device_id']} {one['fault']}": one["times"] for one in met}


def number_on(paper: Any) -> str | None:
    """The receipt number on a whole receipt: its barcode is its end."""
    barcodes = [line["data"] for line in paper["lines"] if line["kind"] == "barcode"]
    return str(barcodes[-1]) if barcodes else None


def is_copy(paper: Any) -> bool:
    """Whether the paper says that it is one."""
    return COPY in paper["text"]
