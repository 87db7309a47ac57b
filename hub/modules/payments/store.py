"""Every SELECT of payments."""

from sqlalchemy import bindparam, select

from hub.kernel.messages import View
from hub.kernel.sql import Query, Reader
from hub.modules.payments.messages import ClosedShiftView, PaymentView, ShiftTotals, ShiftView
from hub.modules.payments.model import expected_fen
from hub.modules.payments.tables import payments, shifts

MAX_PAGE = 200


class ShiftRow(View, frozen=True):
    """A shift with its running totals: for handlers, never for a cashier's page."""

    shift_id: str
    terminal_id: str
    business_date: str
    state: str
    opened_by: str | None
    opened_ms: int
    float_fen: int
    cash_fen: int
    payment_count: int
    no_sale_count: int


_row_columns = (
    shifts.c.shift_id,
    shifts.c.terminal_id,
    shifts.c.business_date,
    shifts.c.state,
    shifts.c.opened_by,
    shifts.c.opened_ms,
    shifts.c.float_fen,
    shifts.c.cash_fen,
    shifts.c.payment_count,
    shifts.c.no_sale_count,
)
_here = shifts.c.store_id == bindparam("store_id")
_at_terminal = (_here, shifts.c.terminal_id == bindparam("terminal_id"), shifts.c.state == "open")
_shift = Query(select(*_row_columns).where(_here, shifts.c.shift_id == bindparam("shift_id")), ShiftRow)
_open = Query(select(*_row_columns).where(*_at_terminal).limit(1), ShiftRow)
_current = Query(select(*_row_columns[:7]).where(*_at_terminal).limit(1), ShiftView)
_closed = Query(
    select(
        shifts.c.shift_id,
        shifts.c.terminal_id,
        shifts.c.business_date,
        shifts.c.float_fen,
        shifts.c.cash_fen,
        shifts.c.expected_fen,
        shifts.c.payment_count,
        shifts.c.no_sale_count,
        shifts.c.counted_fen,
        shifts.c.difference_fen,
    )
    .where(_here, shifts.c.state == "closed")
    .order_by(shifts.c.closed_ms.desc(), shifts.c.shift_id)
    .limit(bindparam("limit")),
    ClosedShiftView,
)
_payment_columns = (
    payments.c.payment_id,
    payments.c.order_id,
    payments.c.shift_id,
    payments.c.tender,
    payments.c.amount_fen,
    payments.c.tendered_fen,
    payments.c.change_fen,
    payments.c.at_ms,
)
_payments_here = payments.c.store_id == bindparam("store_id")
_payment = Query(
    select(*_payment_columns).where(_payments_here, payments.c.payment_id == bindparam("payment_id")),
    PaymentView,
)
_of_order = Query(
    select(*_payment_columns)
    .where(_payments_here, payments.c.order_id == bindparam("order_id"))
    .order_by(payments.c.at_ms, payments.c.payment_id)
    .limit(MAX_PAGE),
    PaymentView,
)


def shift(read: Reader, store_id: str, shift_id: str) -> ShiftRow | None:
    """One shift with its totals."""
    return read.first(_shift, store_id=store_id, shift_id=shift_id)


def open_shift(read: Reader, store_id: str, terminal_id: str) -> ShiftRow | None:
    """The shift that a till takes money in now."""
    return read.first(_open, store_id=store_id, terminal_id=terminal_id)


def current_shift(read: Reader, store_id: str, terminal_id: str) -> ShiftView | None:
    """The open shift of a till as its cashier may see it."""
    return read.first(_current, store_id=store_id, terminal_id=terminal_id)


def closed_shifts(read: Reader, store_id: str, limit: int = 50) -> list[ClosedShiftView]:
    """The shifts closed last, at most 200."""
    return read.all(_closed, store_id=store_id, limit=max(1, min(limit, MAX_PAGE)))


def payment(read: Reader, store_id: str, payment_id: str) -> PaymentView | None:
    """One payment."""
    return read.first(_payment, store_id=store_id, payment_id=payment_id)


def payments_of(read: Reader, store_id: str, order_id: str) -> list[PaymentView]:
    """An order's payments."""
    return read.all(_of_order, store_id=store_id, order_id=order_id)


def totals_of(row: ShiftRow) -> ShiftTotals:
    """A running shift's figures, not yet counted."""
    return ShiftTotals(
        shift_id=row.shift_id,
        terminal_id=row.terminal_id,
        business_date=row.business_date,
        float_fen=row.float_fen,
        cash_fen=row.cash_fen,
        expected_fen=expected_fen(row.float_fen, row.cash_fen),
        payment_count=row.payment_count,
        no_sale_count=row.no_sale_count,
    )
