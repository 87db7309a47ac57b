"""Returns with their lines and refunds, and how much of each order is back."""

from sqlalchemy import Index

from hub.kernel.tables import integer, projected, text

returns = projected(
    "returns_returns",
    "store",
    text("return_id"),
    text("return_no"),
    text("order_id"),
    text("terminal_id"),
    text("business_date"),
    text("shift_id"),
    text("kind"),
    integer("amount_fen"),
    integer("tax_fen"),
    integer("refund_fen"),
    text("reason"),
    text("approver_id"),
    text("taken_by", nullable=True),
    integer("at_ms"),
    integer("settled_ms", nullable=True),
    Index("returns_returns_by_order", "store_id", "order_id"),
    key=("return_id",),
)

lines = projected(
    "returns_lines",
    "store",
    text("return_id"),
    integer("line_no"),
    text("line_id"),
    text("order_id"),
    text("item_id"),
    integer("qty_milli"),
    integer("amount_fen"),
    integer("tax_fen"),
    Index("returns_lines_by_order", "store_id", "order_id"),
    key=("return_id", "line_no"),
)

refunds = projected(
    "returns_refunds",
    "store",
    text("refund_id"),
    text("return_id"),
    text("order_id"),
    text("payment_id"),
    text("tender"),
    integer("amount_fen"),
    integer("is_replaced"),
    Index("returns_refunds_by_return", "store_id", "return_id"),
    key=("refund_id",),
)

orders = projected(
    "returns_orders",
    "store",
    text("order_id"),
    text("extent"),
    integer("return_count"),
    integer("amount_fen"),
    integer("refund_fen"),
    key=("order_id",),
)

TABLES = (returns, lines, refunds, orders)
