"""HTTP: devices, print jobs and copies."""

from litestar import Controller, get, post

from hub.devices import store
from hub.devices.messages import (
    AnswerDrawerIncident,
    BindDevice,
    DeviceView,
    DrawerIncidentView,
    PrintQueuedAnswer,
    PrintTest,
    Reprint,
    SettlePrint,
)
from hub.kernel.bus import Bus
from hub.kernel.context import Caller
from hub.kernel.db import Readers
from hub.kernel.http import require, send


class DeviceController(Controller):
    """Devices, print jobs and copies."""

    path = "/api/devices"
    tags = ("devices",)

    @get("/", sync_to_thread=True)
    def all(self, readers: Readers, caller: Caller, store_id: str) -> list[DeviceView]:
        """Every device of the store."""
        require(caller, "orders.sell")
        return store.all_devices(readers, store_id)

    @get("/drawer-incidents", sync_to_thread=True)
    def drawer_incidents(
        self, readers: Readers, caller: Caller, store_id: str, limit: int = 50
    ) -> list[DrawerIncidentView]:
        """The newest: drawers that opened and nobody had asked for it, and those left open."""
        require(caller, "audit.read")
        return store.drawer_incidents_of(readers, store_id, limit)

    @post("/drawer-incidents/answer", status_code=200)
    async def answer_incident(self, data: AnswerDrawerIncident, bus: Bus, caller: Caller) -> None:
        """Say what an incident with a drawer was."""
        await send(bus, data, caller)

    @post("/bind", status_code=200)
    async def bind(self, data: BindDevice, bus: Bus, caller: Caller) -> None:
        """Let a device work for a till."""
        await send(bus, data, caller)

    @post("/prints/settle", status_code=200)
    async def settle(self, data: SettlePrint, bus: Bus, caller: Caller) -> PrintQueuedAnswer:
        """Say whether the paper of an unknown job is there."""
        answer: PrintQueuedAnswer = await send(bus, data, caller)
        return answer

    @post("/prints/test", status_code=200)
    async def print_test(self, data: PrintTest, bus: Bus, caller: Caller) -> PrintQueuedAnswer:
        """Print a test slip on a printer."""
        answer: PrintQueuedAnswer = await send(bus, data, caller)
        return answer

    @post("/prints/reprint", status_code=200)
    async def reprint(self, data: Reprint, bus: Bus, caller: Caller) -> PrintQueuedAnswer:
        """Print a receipt again, marked as a copy."""
        answer: PrintQueuedAnswer = await send(bus, data, caller)
        return answer


CONTROLLERS = (DeviceController,)
