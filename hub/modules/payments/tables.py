"""Payments and refunds, attempts at electronic ones, shifts with their running totals, no-sale openings."""

from sqlalchemy import Index

from hub.kernel.tables import integer, local, projected, text

payments = projected(
    "payments_payments",
    "store",
    text("payment_id"),
    text("order_id"),
    text("shift_id"),
    text("terminal_id"),
    text("tender"),
    integer("amount_fen"),
    integer("tendered_fen"),
    integer("change_fen"),
    text("reference"),
    text("scheme"),
    text("account"),
    text("settled_by", nullable=True),
    integer("at_ms"),
    Index("payments_payments_by_order", "store_id", "order_id"),
    key=("payment_id",),
)

attempts = projected(
    "payments_attempts",
    "store",
    text("attempt_id"),
    text("order_id"),
    text("terminal_id"),
    text("shift_id"),
    text("act"),
    text("tender"),
    integer("amount_fen"),
    text("original_id", nullable=True),
    text("state"),
    integer("tries"),
    integer("holds"),
    integer("is_open"),
    text("reason"),
    text("text"),
    text("reference"),
    text("scheme"),
    text("account"),
    text("asked_by", nullable=True),
    text("approver_id", nullable=True),
    text("settled_by", nullable=True),
    text("note"),
    integer("opened_ms"),
    integer("changed_ms"),
    Index("payments_attempts_open", "store_id", "is_open", "terminal_id"),
    Index("payments_attempts_by_order", "store_id", "order_id"),
    Index("payments_attempts_by_shift", "store_id", "shift_id"),
    key=("attempt_id",),
)

refunds = projected(
    "payments_refunds",
    "store",
    text("refund_id"),
    text("payment_id"),
    text("order_id"),
    text("shift_id"),
    text("terminal_id"),
    text("tender"),
    integer("amount_fen"),
    text("reason"),
    text("approver_id"),
    text("reference"),
    text("settled_by", nullable=True),
    integer("at_ms"),
    Index("payments_refunds_by_payment", "store_id", "payment_id"),
    Index("payments_refunds_by_order", "store_id", "order_id"),
    key=("refund_id",),
)

shift_tenders = projected(
    "payments_shift_tenders",
    "store",
    text("shift_id"),
    text("tender"),
    integer("count"),
    integer("amount_fen"),
    integer("refund_count"),
    integer("refund_fen"),
    key=("shift_id", "tender"),
)

codes = local("payments_codes", text("attempt_id"), text("code"), key=("attempt_id",))

shifts = projected(
    "payments_shifts",
    "store",
    text("shift_id"),
    text("terminal_id"),
    text("business_date"),
    text("state"),
    text("opened_by", nullable=True),
    integer("opened_ms"),
    integer("float_fen"),
    integer("cash_fen"),
    integer("payment_count"),
    integer("no_sale_count"),
    text("closed_by", nullable=True),
    integer("closed_ms", nullable=True),
    integer("expected_fen", nullable=True),
    integer("counted_fen", nullable=True),
    integer("difference_fen", nullable=True),
    Index("payments_shifts_by_terminal", "store_id", "terminal_id", "state"),
    key=("shift_id",),
)

no_sales = projected(
    "payments_no_sales",
    "store",
    text("release_id"),
    text("terminal_id"),
    text("shift_id", nullable=True),
    text("reason"),
    text("approver_id"),
    text("requested_by", nullable=True),
    integer("at_ms"),
    key=("release_id",),
)

TABLES = (payments, attempts, refunds, shift_tenders, codes, shifts, no_sales)
