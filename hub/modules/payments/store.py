"""Every SELECT of payments, and the writes of their local table."""

from sqlalchemy import bindparam, delete, func, select

from hub.kernel.messages import View
from hub.kernel.sql import Kept, Query, Reader, upsert
from hub.modules.payments import settled
from hub.modules.payments.events import SettlementSum, TenderSum
from hub.modules.payments.messages import (
    AttemptView,
    ClosedShiftView,
    PaymentView,
    RefundView,
    ShiftTotals,
    ShiftView,
)
from hub.modules.payments.model import expected_fen
from hub.modules.payments.tables import attempts, codes, payments, refunds, shift_tenders, shifts

MAX_PAGE = 200

save_code = upsert(codes, replace=("code",))
drop_code = Kept(delete(codes).where(codes.c.attempt_id == bindparam("of_attempt")))


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


class TenderRow(View, frozen=True):
    """What a shift took and gave back by one tender; of cash the refunds alone."""

    tender: str
    count: int
    amount_fen: int
    refund_count: int
    refund_fen: int


class DoubtRow(View, frozen=True):
    """A shift's electronic payments that nobody knows the end of, and those that a manager ended by hand."""

    doubtful_count: int
    doubtful_fen: int
    by_hand_count: int


class CodeView(View, frozen=True):
    """The customer's code of a payment, kept until the terminal has it."""

    code: str


class SumView(View, frozen=True):
    """One sum."""

    amount_fen: int


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
    payments.c.reference,
    payments.c.scheme,
    payments.c.account,
    payments.c.settled_by,
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
_tenders = Query(
    select(
        shift_tenders.c.tender,
        shift_tenders.c.count,
        shift_tenders.c.amount_fen,
        shift_tenders.c.refund_count,
        shift_tenders.c.refund_fen,
    )
    .where(
        shift_tenders.c.store_id == bindparam("store_id"), shift_tenders.c.shift_id == bindparam("shift_id")
    )
    .order_by(shift_tenders.c.tender),
    TenderRow,
)
_doubts = Query(
    select(
        func.coalesce(func.sum(attempts.c.is_open), 0),
        func.coalesce(func.sum(attempts.c.is_open * attempts.c.amount_fen), 0),
        func.count(attempts.c.settled_by),
    ).where(attempts.c.store_id == bindparam("store_id"), attempts.c.shift_id == bindparam("shift_id")),
    DoubtRow,
)


_attempt_columns = tuple(attempts.c[name] for name in AttemptView.__struct_fields__)
_refund_columns = tuple(refunds.c[name] for name in RefundView.__struct_fields__)
_attempts_here = attempts.c.store_id == bindparam("store_id")
_this_attempt = attempts.c.attempt_id == bindparam("attempt_id")
_attempt = Query(select(*_attempt_columns).where(_attempts_here, _this_attempt), AttemptView)
_attempts_of_order = Query(
    select(*_attempt_columns)
    .where(_attempts_here, attempts.c.order_id == bindparam("order_id"))
    .order_by(attempts.c.opened_ms, attempts.c.attempt_id)
    .limit(MAX_PAGE),
    AttemptView,
)
_open_attempts = Query(
    select(*_attempt_columns)
    .where(_attempts_here, attempts.c.is_open == 1)
    .order_by(attempts.c.opened_ms, attempts.c.attempt_id)
    .limit(MAX_PAGE),
    AttemptView,
)
_open_attempts_at = Query(
    select(*_attempt_columns)
    .where(_attempts_here, attempts.c.is_open == 1, attempts.c.terminal_id == bindparam("terminal_id"))
    .order_by(attempts.c.opened_ms, attempts.c.attempt_id)
    .limit(MAX_PAGE),
    AttemptView,
)
_code = Query(select(codes.c.code).where(codes.c.attempt_id == bindparam("attempt_id")), CodeView)
_refunds_of_order = Query(
    select(*_refund_columns)
    .where(refunds.c.store_id == bindparam("store_id"), refunds.c.order_id == bindparam("order_id"))
    .order_by(refunds.c.at_ms, refunds.c.refund_id)
    .limit(MAX_PAGE),
    RefundView,
)
_refunded = Query(
    select(func.coalesce(func.sum(refunds.c.amount_fen), 0)).where(
        refunds.c.store_id == bindparam("store_id"), refunds.c.payment_id == bindparam("payment_id")
    ),
    SumView,
)
_refund = Query(
    select(*_refund_columns).where(
        refunds.c.store_id == bindparam("store_id"), refunds.c.refund_id == bindparam("refund_id")
    ),
    RefundView,
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


def attempt(read: Reader, store_id: str, attempt_id: str) -> AttemptView | None:
    """One attempt."""
    return read.first(_attempt, store_id=store_id, attempt_id=attempt_id)


def attempts_of(read: Reader, store_id: str, order_id: str) -> list[AttemptView]:
    """An order's attempts, oldest first."""
    return read.all(_attempts_of_order, store_id=store_id, order_id=order_id)


def open_attempts(read: Reader, store_id: str) -> list[AttemptView]:
    """Every attempt that is not over, oldest first, at most 200."""
    return read.all(_open_attempts, store_id=store_id)


def open_attempts_at(read: Reader, store_id: str, terminal_id: str) -> list[AttemptView]:
    """A till's attempts that are not over, oldest first."""
    return read.all(_open_attempts_at, store_id=store_id, terminal_id=terminal_id)


def held_at(read: Reader, store_id: str, terminal_id: str) -> list[AttemptView]:
    """The attempts that a basket of a till waits for."""
    return [one for one in open_attempts_at(read, store_id, terminal_id) if one.holds]


def awaiting_code(read: Reader, store_id: str, terminal_id: str) -> AttemptView | None:
    """The payment for which a till waits to scan the customer's code."""
    waiting = (one for one in open_attempts_at(read, store_id, terminal_id) if one.state == "awaiting_code")
    return next(waiting, None)


def code_of(read: Reader, attempt_id: str) -> str:
    """The customer's code of a payment; "" when there is none, or no longer."""
    found = read.first(_code, attempt_id=attempt_id)
    return found.code if found else ""


def refund(read: Reader, store_id: str, refund_id: str) -> RefundView | None:
    """One refund."""
    return read.first(_refund, store_id=store_id, refund_id=refund_id)


def refunds_of(read: Reader, store_id: str, order_id: str) -> list[RefundView]:
    """What went back of an order's payments."""
    return read.all(_refunds_of_order, store_id=store_id, order_id=order_id)


def promised_fen(read: Reader, store_id: str, payment_id: str, order_id: str) -> int:
    """What went back of a payment, or may: refunds under way count as given."""
    given = read.first(_refunded, store_id=store_id, payment_id=payment_id)
    under_way = (
        one.amount_fen
        for one in attempts_of(read, store_id, order_id)
        if one.is_open and one.original_id == payment_id
    )
    return (given.amount_fen if given else 0) + sum(under_way)


def totals_of(read: Reader, store_id: str, row: ShiftRow) -> ShiftTotals:
    """A running shift's figures, not yet counted."""
    others = read.all(_tenders, store_id=store_id, shift_id=row.shift_id)
    doubts = read.first(_doubts, store_id=store_id, shift_id=row.shift_id) or DoubtRow(0, 0, 0)
    return ShiftTotals(
        shift_id=row.shift_id,
        terminal_id=row.terminal_id,
        business_date=row.business_date,
        float_fen=row.float_fen,
        cash_fen=row.cash_fen,
        expected_fen=expected_fen(row.float_fen, row.cash_fen),
        payment_count=row.payment_count,
        no_sale_count=row.no_sale_count,
        tenders=_by_tender(row, others),
        doubtful_count=doubts.doubtful_count,
        doubtful_fen=doubts.doubtful_fen,
        by_hand_count=doubts.by_hand_count,
        settlements=tuple(
            SettlementSum(
                device_id=one.device_id,
                state=one.state,
                our_fen=one.our_fen,
                their_fen=one.their_fen,
                difference_fen=one.difference_fen,
            )
            for one in settled.of_shift(read, store_id, row.shift_id)
        ),
    )


def _by_tender(row: ShiftRow, others: list[TenderRow]) -> tuple[TenderSum, ...]:
    """Cash is what the others leave of the shift's own sums."""
    refunds = next((one for one in others if one.tender == "cash"), TenderRow("cash", 0, 0, 0, 0))
    cash = TenderSum(
        tender="cash",
        count=row.payment_count - sum(one.count for one in others),
        amount_fen=row.cash_fen + refunds.refund_fen,
        refund_count=refunds.refund_count,
        refund_fen=refunds.refund_fen,
    )
    electronic = (
        TenderSum(
            tender=one.tender,
            count=one.count,
            amount_fen=one.amount_fen,
            refund_count=one.refund_count,
            refund_fen=one.refund_fen,
        )
        for one in others
        if one.tender != "cash"
    )
    return (cash, *electronic)
