"""HTTP: orders that were paid, and their goods coming back."""

from litestar import Controller, get, post

from hub.kernel.bus import Bus
from hub.kernel.context import Caller
from hub.kernel.db import Readers
from hub.kernel.errors import Refusal, Refused
from hub.kernel.http import require, send
from hub.modules.orders import store as orders
from hub.modules.orders.messages import OrderRow
from hub.modules.payments import store as payments
from hub.modules.returns import standing
from hub.modules.returns.messages import (
    AskReturn,
    GoodsTaken,
    PartBack,
    RefundAsked,
    RetryRefund,
    ReturnGoods,
    ReturnOffer,
    SoldOrder,
    SoldRow,
)
from hub.modules.returns.planning import Plan, plan_return

TAKE = "returns.take"


class ReturnsController(Controller):
    """Goods of paid orders that come back."""

    path = "/api/returns"
    tags = ("returns",)

    @get("/sold", sync_to_thread=True)
    def sold(self, readers: Readers, caller: Caller, store_id: str, limit: int = 50) -> list[SoldRow]:
        """The orders of the caller's till in its business date, the newest first; none without a shift."""
        require(caller, TAKE)
        terminal_id = caller.terminal_id or ""
        with readers.snapshot() as read:
            shift = payments.current_shift(read, store_id, terminal_id)
            return standing.sold_on(read, store_id, shift.business_date, terminal_id, limit) if shift else []

    @get("/orders/{order_id:str}", sync_to_thread=True)
    def order(self, readers: Readers, caller: Caller, store_id: str, order_id: str) -> SoldOrder:
        """A paid order with all that is back of it."""
        require(caller, TAKE)
        with readers.snapshot() as read:
            found = _paid(orders.order(read, store_id, order_id))
            return standing.sold_order(read, store_id, found)

    @get("/receipts/{receipt_no:str}", sync_to_thread=True)
    def by_receipt(self, readers: Readers, caller: Caller, store_id: str, receipt_no: str) -> SoldOrder:
        """The same, by the number on the receipt."""
        require(caller, TAKE)
        with readers.snapshot() as read:
            found = orders.order_by_receipt(read, store_id, receipt_no)
            return standing.sold_order(read, store_id, _paid(found))

    @post("/offer", status_code=200, sync_to_thread=True)
    def offer(self, readers: Readers, caller: Caller, store_id: str, data: AskReturn) -> ReturnOffer:
        """What would go back for these lines; nothing is booked."""
        require(caller, TAKE)
        with readers.snapshot() as read:
            shift = payments.current_shift(read, store_id, data.terminal_id)
            date = shift.business_date if shift else ""
            plan = plan_return(read, store_id, data.order_id, data.lines, date)
        if isinstance(plan, Refusal):
            raise Refused.of(plan)
        return _offer(plan)

    @post("/goods", status_code=200)
    async def goods(self, data: ReturnGoods, bus: Bus, caller: Caller) -> GoodsTaken:
        """Take goods back, with an approval."""
        answer: GoodsTaken = await send(bus, data, caller)
        return answer

    @post("/retry", status_code=200)
    async def retry(self, data: RetryRefund, bus: Bus, caller: Caller) -> RefundAsked:
        """Ask again for a refund that came to nothing."""
        answer: RefundAsked = await send(bus, data, caller)
        return answer


def _paid(order: OrderRow | None) -> OrderRow:
    if order is None or order.state != "paid":
        raise Refused("returns.order_unknown", 404)
    return order


def _offer(plan: Plan) -> ReturnOffer:
    return ReturnOffer(
        kind=plan.kind,
        extent=plan.extent,
        amount_fen=plan.amount_fen,
        refund_fen=plan.refund_fen,
        parts=tuple(
            PartBack(payment_id=paid.payment_id, tender=paid.tender, amount_fen=part_fen)
            for paid, part_fen in plan.parts
        ),
    )


CONTROLLERS = (ReturnsController,)
