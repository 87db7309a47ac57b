"""One function per command of inventory, and what the modules above ask of it."""

from collections.abc import Iterable

from hub.kernel.bounds import check_ids, check_quantity, check_texts
from hub.kernel.context import Context
from hub.kernel.decision import Decision
from hub.modules.catalogue import store as catalogue
from hub.modules.inventory import store
from hub.modules.inventory.events import Movement, StockMoved
from hub.modules.inventory.messages import ReceiveStock, StockReceived
from hub.modules.inventory.model import Wanted, shortage, totals

MAX_LINES = 500


def receive_stock(command: ReceiveStock, ctx: Context) -> Decision:
    """Book what came in; a receipt books once."""
    refusal = _check_receipt(command, ctx)
    if refusal is not None:
        return refusal
    movements = tuple(Movement(line.item_id, line.qty_milli) for line in command.lines)
    moved = StockMoved(ref_id=command.receipt_id, kind=command.kind, movements=movements, note=command.note)
    return Decision.of(moved, answer=StockReceived(receipt_id=command.receipt_id, line_count=len(movements)))


def movements_for_sale(ctx: Context, order_id: str, wanted: Iterable[Wanted]) -> Decision:
    """The movements of a sale, or a refusal where an item may not fall below zero and would.

    An item that the active catalogue no longer has is on the counter all the same, and may be sold.
    """
    sums = totals(wanted)
    current = catalogue.active(ctx.read, ctx.store_id)
    known = {item_id: catalogue.item(ctx.read, current, item_id) if current else None for item_id in sums}
    forbidden = [item_id for item_id, item in known.items() if item and item.stock_policy == "forbid"]
    short = shortage(sums, store.balances_of(ctx.read, ctx.store_id, forbidden), forbidden)
    if short is not None:
        item = known[short.item_id]
        return Decision.refuse(
            "inventory.not_enough",
            item_id=short.item_id,
            item=item.name if item else short.item_id,
            have_milli=short.have_milli,
            wanted_milli=short.wanted_milli,
        )
    movements = tuple(Movement(item_id, -qty_milli) for item_id, qty_milli in sums.items())
    return Decision.of(StockMoved(ref_id=order_id, kind="sale", movements=movements))


def movements_for_return(return_id: str, wanted: Iterable[Wanted]) -> Decision:
    """The movements of goods that come back to the shelves."""
    movements = tuple(Movement(item_id, qty_milli) for item_id, qty_milli in totals(wanted).items())
    return Decision.of(StockMoved(ref_id=return_id, kind="return", movements=movements))


def _check_receipt(command: ReceiveStock, ctx: Context) -> Decision | None:
    refusal = check_ids(receipt_id=command.receipt_id) or check_texts(command.note)
    if refusal is not None:
        return refusal
    if not 0 < len(command.lines) <= MAX_LINES:
        return Decision.refuse("inventory.lines_out_of_range", 400, limit=MAX_LINES)
    if store.movements_of_cause(ctx.read, ctx.store_id, command.receipt_id):
        return Decision.refuse("inventory.receipt_booked")
    current = catalogue.active(ctx.read, ctx.store_id)
    if current is None:
        return Decision.refuse("catalogue.not_ready")
    for line in command.lines:
        if (refusal := check_quantity(line.qty_milli)) is not None:
            return refusal
        if catalogue.item(ctx.read, current, line.item_id) is None:
            return Decision.refuse("catalogue.item_unknown", 404, item_id=line.item_id[:64])
    return None
