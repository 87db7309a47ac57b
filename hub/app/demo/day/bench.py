"""The hands at the simulated counter: goods under a scanner, goods on the pan, a look at the paper."""

from typing import Any

import httpx

from hub.app.demo.day.calls import Calls
from hub.app.demo.day.record import Taken

COPY = "COPY"
CUSTOMER_MS = 300
"""So long a played customer takes at a terminal."""


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

    async def drift_g(self, device_id: str) -> int:
        """How much more or less a drifting pan shows than what lies on it; 0 for one that does not drift."""
        device = await self._calls.get(f"/api/devices/{device_id}")
        scale, drifts = device["scale"], any(one["type"] == "drifting_weight" for one in device["faults"])
        return int(scale["shown_g"]) - int(scale["load_g"]) if drifts and scale["shown_g"] is not None else 0

    async def put(self, device_id: str, load_g: int) -> None:
        """Put this on the pan in place of what lies there."""
        await self._calls.post(f"/api/devices/{device_id}/weight", load_g=load_g)

    async def customer_will(self, choice: str, after_ms: int = CUSTOMER_MS) -> None:
        """What the customer in front of the payment terminals is going to do."""
        for device_id in await self._terminals():
            plan = {"choice": choice, "after_ms": after_ms}
            await self._calls.post(f"/api/devices/{device_id}/plan", plan=plan)

    async def books(self) -> list[Taken]:
        """Every line of the acquirers' own books."""
        found: list[Taken] = []
        for device_id in await self._terminals():
            book = await self._calls.get(f"/api/devices/{device_id}/ledger")
            found += [_line_of(device_id, entry, book["movements"]) for entry in book["entries"]]
        return found

    async def has_taken(self, request_id: str) -> bool:
        """Whether an acquirer's book says that it has this payment's money."""
        return any(one.request_id == request_id and one.state == "taken" for one in await self.books())

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

    async def _terminals(self) -> list[str]:
        return [one["device_id"] for one in await self.devices() if one["kind"] == "payment_terminal"]

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


def _line_of(device_id: str, entry: Any, movements: list[Any]) -> Taken:
    moved = tuple(one["amount_fen"] for one in movements if one["request_id"] == entry["request_id"])
    kept = {name: entry[name] for name in ("request_id", "act", "amount_fen", "state")}
    return Taken(device_id=device_id, moved_fen=moved, **kept)
