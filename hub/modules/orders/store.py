"""Every SELECT of orders."""

from sqlalchemy import bindparam, func, or_, select

from hub.kernel.messages import View
from hub.kernel.sql import Query, Reader
from hub.modules.orders.messages import Basket, LineView, Order, OrderRow, OrderState, UnknownCodeView
from hub.modules.orders.model import MAX_LINE_NO
from hub.modules.orders.tables import lines as order_lines
from hub.modules.orders.tables import orders, receipt_numbers, unknown_codes

MAX_PAGE = 200


class BasketRow(View, frozen=True):
    """A basket as the handlers need it."""

    order_id: str
    terminal_id: str
    state: OrderState
    total_fen: int
    tax_fen: int
    line_count: int
    last_line_no: int
    unapproved_fen: int
    touched_line_id: str | None


class PaidTotals(View, frozen=True):
    """How many orders were paid, and their sum."""

    orders: int
    total_fen: int


class LastSeq(View, frozen=True):
    """The receipt number given last at a till on a business date."""

    last_seq: int


_here = orders.c.store_id == bindparam("store_id")
_basket_columns = (
    orders.c.order_id,
    orders.c.terminal_id,
    orders.c.state,
    orders.c.total_fen,
    orders.c.tax_fen,
    orders.c.line_count,
    orders.c.last_line_no,
    orders.c.unapproved_fen,
    orders.c.touched_line_id,
)
_basket = Query(select(*_basket_columns).where(_here, orders.c.order_id == bindparam("order_id")), BasketRow)
_open_basket = Query(
    select(*_basket_columns)
    .where(
        _here,
        or_(orders.c.state == "open", orders.c.state == "paying"),
        orders.c.terminal_id == bindparam("terminal_id"),
    )
    .limit(1),
    BasketRow,
)
_order_columns = (
    orders.c.order_id,
    orders.c.terminal_id,
    orders.c.state,
    orders.c.opened_ms,
    orders.c.changed_ms,
    orders.c.total_fen,
    orders.c.tax_fen,
    orders.c.line_count,
    orders.c.label,
    orders.c.cashier_id,
    orders.c.receipt_no,
    orders.c.business_date,
    orders.c.shift_id,
    orders.c.paid_ms,
    orders.c.change_fen,
)
_order = Query(select(*_order_columns).where(_here, orders.c.order_id == bindparam("order_id")), OrderRow)
_by_receipt = Query(
    select(*_order_columns).where(_here, orders.c.receipt_no == bindparam("receipt_no")), OrderRow
)
_parked = Query(
    select(*_order_columns)
    .where(_here, orders.c.state == "parked")
    .order_by(orders.c.changed_ms.desc(), orders.c.order_id)
    .limit(MAX_PAGE),
    OrderRow,
)
_paid = Query(
    select(*_order_columns)
    .where(_here, orders.c.business_date == bindparam("business_date"))
    .order_by(orders.c.paid_ms.desc(), orders.c.order_id)
    .limit(bindparam("limit")),
    OrderRow,
)
_paid_at = Query(
    select(*_order_columns)
    .where(
        _here,
        orders.c.business_date == bindparam("business_date"),
        orders.c.terminal_id == bindparam("terminal_id"),
    )
    .order_by(orders.c.paid_ms.desc(), orders.c.order_id)
    .limit(bindparam("limit")),
    OrderRow,
)
_line_columns = (
    order_lines.c.line_id,
    order_lines.c.line_no,
    order_lines.c.item_id,
    order_lines.c.sku,
    order_lines.c.code,
    order_lines.c.name,
    order_lines.c.name_en,
    order_lines.c.unit,
    order_lines.c.sold_by,
    order_lines.c.unit_price_fen,
    order_lines.c.qty_milli,
    order_lines.c.amount_fen,
    order_lines.c.tax_rate_bp,
    order_lines.c.tax_fen,
    order_lines.c.state,
    order_lines.c.weighed_by,
    order_lines.c.tare_g,
    order_lines.c.batch,
    order_lines.c.expires_on,
    order_lines.c.serial,
    order_lines.c.priced_by,
    order_lines.c.symbology,
)
_of_order = (order_lines.c.store_id == bindparam("store_id"), order_lines.c.order_id == bindparam("order_id"))
_lines = Query(
    select(*_line_columns).where(*_of_order).order_by(order_lines.c.line_no).limit(MAX_LINE_NO), LineView
)
_line = Query(
    select(*_line_columns).where(*_of_order, order_lines.c.line_id == bindparam("line_id")), LineView
)
_alike = Query(
    select(*_line_columns)
    .where(
        *_of_order,
        or_(order_lines.c.item_id == bindparam("item_id"), order_lines.c.line_id == bindparam("line_id")),
    )
    .order_by(order_lines.c.line_no.desc()),
    LineView,
)
_last_seq = Query(
    select(receipt_numbers.c.last_seq).where(
        receipt_numbers.c.store_id == bindparam("store_id"),
        receipt_numbers.c.terminal_id == bindparam("terminal_id"),
        receipt_numbers.c.business_date == bindparam("business_date"),
    ),
    LastSeq,
)
_unknown = Query(
    select(
        unknown_codes.c.code,
        unknown_codes.c.times,
        unknown_codes.c.last_terminal_id,
        unknown_codes.c.last_ms,
    )
    .where(unknown_codes.c.store_id == bindparam("store_id"))
    .order_by(unknown_codes.c.last_ms.desc(), unknown_codes.c.code)
    .limit(bindparam("limit")),
    UnknownCodeView,
)


_totals_since = Query(
    select(func.count(), func.coalesce(func.sum(orders.c.total_fen), 0)).where(
        _here,
        orders.c.business_date >= bindparam("business_date"),
        orders.c.paid_ms >= bindparam("paid_ms"),
    ),
    PaidTotals,
)


def basket_row(read: Reader, store_id: str, order_id: str) -> BasketRow | None:
    """An order or basket in any state."""
    return read.first(_basket, store_id=store_id, order_id=order_id)


def open_basket_row(read: Reader, store_id: str, terminal_id: str) -> BasketRow | None:
    """The basket that a till is serving."""
    return read.first(_open_basket, store_id=store_id, terminal_id=terminal_id)


def lines(read: Reader, store_id: str, order_id: str) -> list[LineView]:
    """All lines of an order in their order, voided ones included."""
    return read.all(_lines, store_id=store_id, order_id=order_id)


def line(read: Reader, store_id: str, order_id: str, line_id: str) -> LineView | None:
    """One line of an order."""
    return read.first(_line, store_id=store_id, order_id=order_id, line_id=line_id)


def lines_alike(read: Reader, store_id: str, order_id: str, item_id: str, line_id: str) -> list[LineView]:
    """The lines of an order with this item or this line id, the newest first."""
    return read.all(_alike, store_id=store_id, order_id=order_id, item_id=item_id, line_id=line_id)


def last_receipt_seq(read: Reader, store_id: str, terminal_id: str, business_date: str) -> int:
    """The receipt number given last, 0 before the first of the day."""
    found = read.first(_last_seq, store_id=store_id, terminal_id=terminal_id, business_date=business_date)
    return found.last_seq if found else 0


def basket(read: Reader, store_id: str, order_id: str) -> Basket | None:
    """One basket as the till draws it."""
    row = basket_row(read, store_id, order_id)
    return None if row is None else _drawn(row, lines(read, store_id, order_id))


def basket_at(read: Reader, store_id: str, terminal_id: str) -> Basket | None:
    """The basket that a till is serving, as it draws it."""
    row = open_basket_row(read, store_id, terminal_id)
    return None if row is None else _drawn(row, lines(read, store_id, row.order_id))


def parked_baskets(read: Reader, store_id: str) -> list[OrderRow]:
    """The baskets put aside, the newest first, at most 200."""
    return read.all(_parked, store_id=store_id)


def paid_on(read: Reader, store_id: str, business_date: str, limit: int = 50) -> list[OrderRow]:
    """The orders of a business date, the newest first, at most 200."""
    limit = max(1, min(limit, MAX_PAGE))
    return read.all(_paid, store_id=store_id, business_date=business_date, limit=limit)


def paid_at(
    read: Reader, store_id: str, business_date: str, terminal_id: str, limit: int = 50
) -> list[OrderRow]:
    """The same, of one till."""
    limit = max(1, min(limit, MAX_PAGE))
    return read.all(
        _paid_at, store_id=store_id, business_date=business_date, terminal_id=terminal_id, limit=limit
    )


def totals_since(read: Reader, store_id: str, business_date: str, paid_ms: int) -> PaidTotals:
    """The orders of a business date and later that were paid at a time or later."""
    found = read.first(_totals_since, store_id=store_id, business_date=business_date, paid_ms=paid_ms)
    return found or PaidTotals(0, 0)


def order(read: Reader, store_id: str, order_id: str) -> OrderRow | None:
    """One order without its lines."""
    return read.first(_order, store_id=store_id, order_id=order_id)


def whole_order(read: Reader, store_id: str, order_id: str) -> Order | None:
    """One order with its lines."""
    row = order(read, store_id, order_id)
    return None if row is None else Order(order=row, lines=lines(read, store_id, order_id))


def order_by_receipt(read: Reader, store_id: str, receipt_no: str) -> OrderRow | None:
    """One order, without its lines, by the number on its receipt."""
    return read.first(_by_receipt, store_id=store_id, receipt_no=receipt_no)


def codes_unknown(read: Reader, store_id: str, limit: int = 100) -> list[UnknownCodeView]:
    """The codes nobody knew, the newest first, at most 200."""
    return read.all(_unknown, store_id=store_id, limit=max(1, min(limit, MAX_PAGE)))


def _drawn(row: BasketRow, all_lines: list[LineView]) -> Basket:
    live = [line for line in all_lines if line.state == "live"]
    return Basket(
        order_id=row.order_id,
        terminal_id=row.terminal_id,
        state=row.state,
        total_fen=row.total_fen,
        tax_fen=row.tax_fen,
        item_count=sum(line.qty_milli // 1000 if line.sold_by == "piece" else 1 for line in live),
        lines=live,
        touched_line_id=row.touched_line_id,
    )
