"""HTTP: devices, print jobs and copies."""

from litestar import Controller, get, post

from hub.devices import store
from hub.devices.messages import (
    BindDevice,
    DeviceView,
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

    @get("/", sync_to_thread=False)
    def all(self, readers: Readers, caller: Caller, store_id: str) -> list[DeviceView]:
        """Every device of the store."""
        require(caller, "orders.sell")
        return store.all_devices(readers, store_id)

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
