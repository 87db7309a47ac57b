"""Every SELECT of returns."""

from sqlalchemy import bindparam, func, select

from hub.kernel.messages import View
from hub.kernel.sql import Query, Reader
from hub.modules.returns.events import Extent
from hub.modules.returns.messages import RefundRow, ReturnLine, ReturnRow
from hub.modules.returns.tables import lines, orders, refunds, returns

MAX_PAGE = 200


class OrderBack(View, frozen=True):
    """How much of an order is back."""

    order_id: str
    extent: Extent
    return_count: int
    amount_fen: int
    refund_fen: int


class LineSum(View, frozen=True):
    """How much of a line is back."""

    line_id: str
    qty_milli: int


_return_columns = tuple(returns.c[name] for name in ReturnRow.__struct_fields__)
_return_here = returns.c.store_id == bindparam("store_id")
_return = Query(
    select(*_return_columns).where(_return_here, returns.c.return_id == bindparam("return_id")), ReturnRow
)
_of_order = Query(
    select(*_return_columns)
    .where(_return_here, returns.c.order_id == bindparam("order_id"))
    .order_by(returns.c.at_ms, returns.c.return_no)
    .limit(MAX_PAGE),
    ReturnRow,
)
_lines = Query(
    select(*(lines.c[name] for name in ReturnLine.__struct_fields__))
    .where(lines.c.store_id == bindparam("store_id"), lines.c.return_id == bindparam("return_id"))
    .order_by(lines.c.line_no),
    ReturnLine,
)
_line_sums = Query(
    select(lines.c.line_id, func.sum(lines.c.qty_milli))
    .where(lines.c.store_id == bindparam("store_id"), lines.c.order_id == bindparam("order_id"))
    .group_by(lines.c.line_id),
    LineSum,
)
_refund_columns = tuple(refunds.c[name] for name in RefundRow.__struct_fields__)
_refund = Query(
    select(*_refund_columns).where(
        refunds.c.store_id == bindparam("store_id"), refunds.c.refund_id == bindparam("refund_id")
    ),
    RefundRow,
)
_refunds_of = Query(
    select(*_refund_columns)
    .where(refunds.c.store_id == bindparam("store_id"), refunds.c.return_id == bindparam("return_id"))
    .order_by(refunds.c.tender, refunds.c.refund_id),
    RefundRow,
)
_order = Query(
    select(*(orders.c[name] for name in OrderBack.__struct_fields__)).where(
        orders.c.store_id == bindparam("store_id"), orders.c.order_id == bindparam("order_id")
    ),
    OrderBack,
)


def return_row(read: Reader, store_id: str, return_id: str) -> ReturnRow | None:
    """One return."""
    return read.first(_return, store_id=store_id, return_id=return_id)


def returns_of(read: Reader, store_id: str, order_id: str) -> list[ReturnRow]:
    """An order's returns, oldest first."""
    return read.all(_of_order, store_id=store_id, order_id=order_id)


def lines_of(read: Reader, store_id: str, return_id: str) -> list[ReturnLine]:
    """A return's lines in the order of the receipt."""
    return read.all(_lines, store_id=store_id, return_id=return_id)


def returned_milli(read: Reader, store_id: str, order_id: str) -> dict[str, int]:
    """How much is back of each line; a line of which nothing is back is left out."""
    found = read.all(_line_sums, store_id=store_id, order_id=order_id)
    return {one.line_id: one.qty_milli for one in found}


def refund(read: Reader, store_id: str, refund_id: str) -> RefundRow | None:
    """One refund of a return."""
    return read.first(_refund, store_id=store_id, refund_id=refund_id)


def all_refunds_of(read: Reader, store_id: str, return_id: str) -> list[RefundRow]:
    """A return's refunds, those that were replaced too: their money may have gone back after all."""
    return read.all(_refunds_of, store_id=store_id, return_id=return_id)


def refunds_of(read: Reader, store_id: str, return_id: str) -> list[RefundRow]:
    """A return's refunds as they stand, without those that were replaced."""
    return [one for one in all_refunds_of(read, store_id, return_id) if not one.is_replaced]


def order_back(read: Reader, store_id: str, order_id: str) -> OrderBack | None:
    """How much of an order is back; None when nothing is."""
    return read.first(_order, store_id=store_id, order_id=order_id)
