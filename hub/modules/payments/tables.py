"""Payments, shifts with their running totals, and drawers opened without a sale."""

from sqlalchemy import Index

from hub.kernel.tables import integer, projected, text

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
    integer("at_ms"),
    Index("payments_payments_by_order", "store_id", "order_id"),
    key=("payment_id",),
)

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

TABLES = (payments, shifts, no_sales)
