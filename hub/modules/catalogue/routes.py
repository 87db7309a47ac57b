"""HTTP: items by code, by search, by category; recalls; activating a version."""

from litestar import Controller, get, post

from hub.kernel.bus import Bus
from hub.kernel.context import Caller
from hub.kernel.db import Readers
from hub.kernel.errors import Refused
from hub.kernel.http import require, send
from hub.modules.catalogue import store
from hub.modules.catalogue.messages import (
    Activated,
    ActivateVersion,
    CategoryView,
    ContainerView,
    ItemPage,
    ItemView,
    LiftRecall,
    RecallChanged,
    RecalledGoods,
    RecallGoods,
)

READ = "catalogue.read"


class CatalogueController(Controller):
    """What the shop sells."""

    path = "/api/catalogue"
    tags = ("catalogue",)

    @get("/items", sync_to_thread=True)
    def items(
        self,
        readers: Readers,
        caller: Caller,
        store_id: str,
        search: str = "",
        category: str = "",
        limit: int = 60,
    ) -> ItemPage:
        """Items by name, pinyin initials or code, and by category."""
        require(caller, READ)
        return store.page(readers, store_id, search[:64], category[:64], limit)

    @get("/items/{item_id:str}", sync_to_thread=True)
    def item(self, readers: Readers, caller: Caller, store_id: str, item_id: str) -> ItemView:
        """One item."""
        require(caller, READ)
        current = store.active(readers, store_id)
        item = store.item(readers, current, item_id) if current else None
        if item is None:
            raise Refused("catalogue.item_unknown", 404)
        return item

    @get("/codes/{code:str}", sync_to_thread=True)
    def item_by_code(self, readers: Readers, caller: Caller, store_id: str, code: str) -> ItemView:
        """The item that a barcode or SKU belongs to."""
        require(caller, READ)
        current = store.active(readers, store_id)
        item = store.item_by_code(readers, current, code) if current else None
        if item is None:
            raise Refused("catalogue.item_unknown", 404)
        return item

    @get("/categories", sync_to_thread=True)
    def categories(self, readers: Readers, caller: Caller, store_id: str) -> list[CategoryView]:
        """The categories, in the shop's order."""
        require(caller, READ)
        return store.all_categories(readers, store_id)

    @get("/containers", sync_to_thread=True)
    def containers(self, readers: Readers, caller: Caller, store_id: str) -> list[ContainerView]:
        """The bowls and boxes whose weight is known, in the shop's order."""
        require(caller, READ)
        return store.all_containers(readers, store_id)

    @get("/recalls", sync_to_thread=True)
    def recalls(self, readers: Readers, caller: Caller, store_id: str) -> list[RecalledGoods]:
        """What may not be sold, the newest first, at most 200."""
        require(caller, READ)
        return store.recalled_goods(readers, store_id)

    @post("/recalls", status_code=200)
    async def recall(self, data: RecallGoods, bus: Bus, caller: Caller) -> RecallChanged:
        """Stop the sale of a batch, or of all of an item."""
        answer: RecallChanged = await send(bus, data, caller)
        return answer

    @post("/recalls/lift", status_code=200)
    async def lift_recall(self, data: LiftRecall, bus: Bus, caller: Caller) -> RecallChanged:
        """Let a recalled batch be sold again."""
        answer: RecallChanged = await send(bus, data, caller)
        return answer

    @post("/activate", status_code=200)
    async def activate(self, data: ActivateVersion, bus: Bus, caller: Caller) -> Activated:
        """Sell from this version from now on."""
        answer: Activated = await send(bus, data, caller)
        return answer


CONTROLLERS = (CatalogueController,)
