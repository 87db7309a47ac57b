"""HTTP: balances, movements, stock coming in."""

from litestar import Controller, get, post

from hub.kernel.bus import Bus
from hub.kernel.context import Caller
from hub.kernel.db import Readers
from hub.kernel.http import require, send
from hub.modules.inventory import store
from hub.modules.inventory.messages import (
    BalanceView,
    DayView,
    MovementView,
    ReceiveStock,
    StockReceived,
)

READ = "inventory.read"


class InventoryController(Controller):
    """How much there is."""

    path = "/api/inventory"
    tags = ("inventory",)

    @get("/balances", sync_to_thread=True)
    def balances(
        self, readers: Readers, caller: Caller, store_id: str, after: str = "", limit: int = 200
    ) -> list[BalanceView]:
        """Balances by item id, those after `after`."""
        require(caller, READ)
        return store.page_of_balances(readers, store_id, after, limit)

    @get("/items/{item_id:str}/movements", sync_to_thread=True)
    def movements(
        self, readers: Readers, caller: Caller, store_id: str, item_id: str, limit: int = 100
    ) -> list[MovementView]:
        """The newest movements of one item."""
        require(caller, READ)
        return store.movements_of_item(readers, store_id, item_id, limit)

    @get("/items/{item_id:str}/days", sync_to_thread=True)
    def days(
        self, readers: Readers, caller: Caller, store_id: str, item_id: str, limit: int = 100
    ) -> list[DayView]:
        """What came in and went out of one item, newest day first."""
        require(caller, READ)
        return store.days_of_item(readers, store_id, item_id, limit)

    @post("/receive", status_code=200)
    async def receive(self, data: ReceiveStock, bus: Bus, caller: Caller) -> StockReceived:
        """Book opening stock or a delivery."""
        answer: StockReceived = await send(bus, data, caller)
        return answer


CONTROLLERS = (InventoryController,)
