"""How orders stand with their returns, as a till shows them."""

from hub.kernel.sql import Reader
from hub.modules.orders import store as orders
from hub.modules.orders.messages import OrderRow
from hub.modules.orders.model import has_own_quantity
from hub.modules.payments import store as payments
from hub.modules.returns import store
from hub.modules.returns.messages import (
    LineLeft,
    RefundRow,
    RefundStanding,
    ReturnRow,
    ReturnStanding,
    SoldOrder,
    SoldRow,
)
from hub.modules.returns.planning import shares_of


def sold_order(read: Reader, store_id: str, order: OrderRow) -> SoldOrder:
    """A paid order with all that is back of it."""
    sold, shares = shares_of(read, store_id, order.order_id)
    known = store.order_back(read, store_id, order.order_id)
    return SoldOrder(
        order=order,
        extent=known.extent if known else "none",
        lines=tuple(
            LineLeft(
                line_id=line.line_id,
                line_no=line.line_no,
                name=line.name,
                name_en=line.name_en,
                unit=line.unit,
                sold_by=line.sold_by,
                qty_milli=line.qty_milli,
                amount_fen=line.amount_fen,
                returned_milli=shares[line.line_id].returned_milli,
                returned_fen=shares[line.line_id].returned_fen,
                is_whole=has_own_quantity(line),
            )
            for line in sold.values()
        ),
        returns=tuple(
            _return(read, store_id, one) for one in store.returns_of(read, store_id, order.order_id)
        ),
    )


def sold_on(read: Reader, store_id: str, business_date: str, terminal_id: str, limit: int) -> list[SoldRow]:
    """A till's orders of a business date, the newest first."""
    found = orders.paid_at(read, store_id, business_date, terminal_id, limit)
    return [_row(read, store_id, one) for one in found]


def _row(read: Reader, store_id: str, order: OrderRow) -> SoldRow:
    known = store.order_back(read, store_id, order.order_id)
    return SoldRow(
        order_id=order.order_id,
        receipt_no=order.receipt_no or "",
        paid_ms=order.paid_ms or 0,
        line_count=order.line_count,
        total_fen=order.total_fen,
        extent=known.extent if known else "none",
    )


def _return(read: Reader, store_id: str, row: ReturnRow) -> ReturnStanding:
    return ReturnStanding(
        return_id=row.return_id,
        return_no=row.return_no,
        kind=row.kind,
        terminal_id=row.terminal_id,
        amount_fen=row.amount_fen,
        refund_fen=row.refund_fen,
        reason=row.reason,
        at_ms=row.at_ms,
        is_settled=row.settled_ms is not None,
        refunds=tuple(
            _refund(read, store_id, one) for one in store.refunds_of(read, store_id, row.return_id)
        ),
    )


def _refund(read: Reader, store_id: str, row: RefundRow) -> RefundStanding:
    standing = RefundStanding(
        refund_id=row.refund_id, tender=row.tender, amount_fen=row.amount_fen, state="given"
    )
    if payments.refund(read, store_id, row.refund_id) is not None:
        return standing
    attempt = payments.attempt(read, store_id, row.refund_id)
    if attempt is None:
        raise LookupError(row.refund_id)
    return RefundStanding(
        refund_id=row.refund_id,
        tender=row.tender,
        amount_fen=row.amount_fen,
        state="under_way" if attempt.is_open else "refused",
        reason=attempt.reason,
        text=attempt.text,
    )
