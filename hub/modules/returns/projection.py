"""Returns, their lines and refunds, and what is back of an order, from their events."""

from sqlalchemy import bindparam, update

from hub.kernel.journal import Record
from hub.kernel.module import Rows
from hub.kernel.sql import Kept, Row, insert_into, upsert
from hub.modules.returns.events import GoodsReturned, MoneyBack, RefundRetried, ReturnSettled
from hub.modules.returns.tables import lines, orders, refunds, returns

_add_return = insert_into(returns)
_add_line = insert_into(lines)
_add_refund = insert_into(refunds)
_count_order = upsert(orders, add=("return_count", "amount_fen", "refund_fen"), replace=("extent",))
_settle = Kept(
    update(returns)
    .where(returns.c.store_id == bindparam("of_store"), returns.c.return_id == bindparam("of_return"))
    .values(settled_ms=bindparam("when_ms"))
)
_replace = Kept(
    update(refunds)
    .where(refunds.c.store_id == bindparam("of_store"), refunds.c.refund_id == bindparam("of_refund"))
    .values(is_replaced=1)
)


def goods_returned(record: Record[GoodsReturned]) -> Rows:
    """The return with its lines and refunds, and the order's sums."""
    event = record.event
    yield _add_return, _return_row(record)
    for line in event.lines:
        yield (
            _add_line,
            {
                "store_id": record.store_id,
                "return_id": event.return_id,
                "line_no": line.line_no,
                "line_id": line.line_id,
                "order_id": event.order_id,
                "item_id": line.item_id,
                "qty_milli": line.qty_milli,
                "amount_fen": line.amount_fen,
                "tax_fen": line.tax_fen,
            },
        )
    for refund in event.refunds:
        yield _add_refund, _refund_row(record.store_id, event.return_id, event.order_id, refund)
    yield (
        _count_order,
        {
            "store_id": record.store_id,
            "order_id": event.order_id,
            "extent": event.extent,
            "return_count": 1,
            "amount_fen": event.amount_fen,
            "refund_fen": event.refund_fen,
        },
    )


def refund_retried(record: Record[RefundRetried]) -> Rows:
    """The new refund in the place of the one that came to nothing."""
    event = record.event
    yield _replace, {"of_store": record.store_id, "of_refund": event.former_refund_id}
    yield _add_refund, _refund_row(record.store_id, event.return_id, event.order_id, event.refund)


def return_settled(record: Record[ReturnSettled]) -> Rows:
    """The moment from which nothing is owed of it."""
    event = record.event
    row: Row = {
        "of_store": record.store_id,
        "of_return": event.return_id,
        "when_ms": record.at_ms,
    }
    return [(_settle, row)]


def _return_row(record: Record[GoodsReturned]) -> Row:
    event = record.event
    return {
        "store_id": record.store_id,
        "return_id": event.return_id,
        "return_no": event.return_no,
        "order_id": event.order_id,
        "terminal_id": event.terminal_id,
        "business_date": event.business_date,
        "shift_id": event.shift_id,
        "kind": event.kind,
        "amount_fen": event.amount_fen,
        "tax_fen": event.tax_fen,
        "refund_fen": event.refund_fen,
        "reason": event.reason,
        "approver_id": event.approver_id,
        "taken_by": record.actor,
        "at_ms": record.at_ms,
        "settled_ms": None,
    }


def _refund_row(store_id: str, return_id: str, order_id: str, refund: MoneyBack) -> Row:
    return {
        "store_id": store_id,
        "refund_id": refund.refund_id,
        "return_id": return_id,
        "order_id": order_id,
        "payment_id": refund.payment_id,
        "tender": refund.tender,
        "amount_fen": refund.amount_fen,
        "is_replaced": 0,
    }
