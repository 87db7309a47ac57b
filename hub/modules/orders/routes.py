"""HTTP: baskets and orders. A till is normally fed by its WebSocket; these serve it at start and on retry."""

from litestar import Controller, get, post

from hub.kernel.bus import Bus
from hub.kernel.context import Caller
from hub.kernel.db import Readers
from hub.kernel.errors import Refused
from hub.kernel.http import require, send
from hub.modules.orders import store
from hub.modules.orders.messages import (
    AddItem,
    Basket,
    BasketChanged,
    ClearBasket,
    FinishSale,
    Order,
    OrderPlaced,
    OrderRow,
    ParkBasket,
    PayCash,
    PlaceOrder,
    ResumeBasket,
    ScanCode,
    Scanned,
    SetQuantity,
    StartPayment,
    UnknownCodeView,
    VoidLine,
)
from hub.modules.payments.messages import AttemptChanged

SELL = "orders.sell"


class BasketController(Controller):
    """The basket of the caller's till."""

    path = "/api/orders"
    tags = ("orders",)

    @get("/basket", sync_to_thread=True)
    def basket(self, readers: Readers, caller: Caller, store_id: str) -> Basket | None:
        """The open basket of the caller's till; null when there is none."""
        require(caller, SELL)
        with readers.snapshot() as read:
            return store.basket_at(read, store_id, caller.terminal_id or "")

    @get("/parked", sync_to_thread=True)
    def parked(self, readers: Readers, caller: Caller, store_id: str) -> list[OrderRow]:
        """The baskets put aside."""
        require(caller, SELL)
        return store.parked_baskets(readers, store_id)

    @post("/scan", status_code=200)
    async def scan(self, data: ScanCode, bus: Bus, caller: Caller) -> Scanned:
        """A code was scanned or typed."""
        answer: Scanned = await send(bus, data, caller)
        return answer

    @post("/add-item", status_code=200)
    async def add_item(self, data: AddItem, bus: Bus, caller: Caller) -> Scanned:
        """An item was chosen or weighed."""
        answer: Scanned = await send(bus, data, caller)
        return answer

    @post("/set-quantity", status_code=200)
    async def set_quantity(self, data: SetQuantity, bus: Bus, caller: Caller) -> BasketChanged:
        """Change a line's quantity."""
        answer: BasketChanged = await send(bus, data, caller)
        return answer

    @post("/void-line", status_code=200)
    async def void_line(self, data: VoidLine, bus: Bus, caller: Caller) -> BasketChanged:
        """Take a line off."""
        answer: BasketChanged = await send(bus, data, caller)
        return answer

    @post("/park", status_code=200)
    async def park(self, data: ParkBasket, bus: Bus, caller: Caller) -> BasketChanged:
        """Put the basket aside."""
        answer: BasketChanged = await send(bus, data, caller)
        return answer

    @post("/resume", status_code=200)
    async def resume(self, data: ResumeBasket, bus: Bus, caller: Caller) -> BasketChanged:
        """Bring a parked basket to a till."""
        answer: BasketChanged = await send(bus, data, caller)
        return answer

    @post("/clear", status_code=200)
    async def clear(self, data: ClearBasket, bus: Bus, caller: Caller) -> BasketChanged:
        """Give a basket up."""
        answer: BasketChanged = await send(bus, data, caller)
        return answer


class OrderController(Controller):
    """Orders, and the money that makes them."""

    path = "/api/orders"
    tags = ("orders",)

    @post("/pay-cash", status_code=200)
    async def pay_cash(self, data: PayCash, bus: Bus, caller: Caller) -> OrderPlaced:
        """Pay the basket in cash."""
        answer: OrderPlaced = await send(bus, data, caller)
        return answer

    @post("/start-payment", status_code=200)
    async def start_payment(self, data: StartPayment, bus: Bus, caller: Caller) -> AttemptChanged:
        """Take money for the basket by card or by the customer's code."""
        answer: AttemptChanged = await send(bus, data, caller)
        return answer

    @post("/finish-sale", status_code=200)
    async def finish_sale(self, data: FinishSale, bus: Bus, caller: Caller) -> OrderPlaced:
        """Book a basket whose money is all there."""
        answer: OrderPlaced = await send(bus, data, caller)
        return answer

    @post("/place", status_code=200)
    async def place(self, data: PlaceOrder, bus: Bus, caller: Caller) -> OrderPlaced:
        """A whole paid order at once."""
        answer: OrderPlaced = await send(bus, data, caller)
        return answer

    @get("/paid/{business_date:str}", sync_to_thread=True)
    def paid(
        self, readers: Readers, caller: Caller, store_id: str, business_date: str, limit: int = 50
    ) -> list[OrderRow]:
        """The orders of a business date, the newest first."""
        require(caller, SELL)
        return store.paid_on(readers, store_id, business_date, limit)

    @get("/receipts/{receipt_no:str}", sync_to_thread=True)
    def by_receipt(self, readers: Readers, caller: Caller, store_id: str, receipt_no: str) -> Order:
        """An order by the number on its receipt."""
        require(caller, SELL)
        row = store.order_by_receipt(readers, store_id, receipt_no)
        return _found(store.whole_order(readers, store_id, row.order_id) if row else None)

    @get("/unknown-codes", sync_to_thread=True)
    def unknown_codes(
        self, readers: Readers, caller: Caller, store_id: str, limit: int = 100
    ) -> list[UnknownCodeView]:
        """The codes nobody knew."""
        require(caller, SELL)
        return store.codes_unknown(readers, store_id, limit)

    @get("/{order_id:str}", sync_to_thread=True)
    def order(self, readers: Readers, caller: Caller, store_id: str, order_id: str) -> Order:
        """An order or basket with its lines."""
        require(caller, SELL)
        return _found(store.whole_order(readers, store_id, order_id))


def _found(order: Order | None) -> Order:
    if order is None:
        raise Refused("orders.basket_unknown", 404)
    return order


CONTROLLERS = (BasketController, OrderController)
