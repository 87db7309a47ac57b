"""Orders from their first scan on, their lines, receipt numbers, and codes nobody knew."""

from sqlalchemy import Index

from hub.kernel.tables import integer, projected, text

orders = projected(
    "orders_orders",
    "store",
    text("order_id"),
    text("terminal_id"),
    text("state"),
    integer("opened_ms"),
    integer("changed_ms"),
    integer("total_fen"),
    integer("tax_fen"),
    integer("line_count"),
    integer("last_line_no"),
    integer("unapproved_fen"),
    text("touched_line_id", nullable=True),
    text("label"),
    text("cashier_id", nullable=True),
    text("receipt_no", nullable=True),
    text("business_date", nullable=True),
    text("shift_id", nullable=True),
    integer("paid_ms", nullable=True),
    integer("change_fen"),
    Index("orders_orders_by_state", "store_id", "state", "terminal_id"),
    Index("orders_orders_by_receipt", "store_id", "receipt_no"),
    Index("orders_orders_by_date", "store_id", "business_date", "paid_ms"),
    key=("order_id",),
)

lines = projected(
    "orders_lines",
    "store",
    text("order_id"),
    integer("line_no"),
    text("line_id"),
    text("item_id"),
    text("sku"),
    text("code", nullable=True),
    text("name"),
    text("name_en"),
    text("unit"),
    text("sold_by"),
    integer("unit_price_fen"),
    integer("qty_milli"),
    integer("amount_fen"),
    integer("tax_rate_bp"),
    integer("tax_fen"),
    text("state"),
    text("weighed_by", nullable=True),
    integer("tare_g", nullable=True),
    text("batch", nullable=True),
    text("expires_on", nullable=True),
    text("serial", nullable=True),
    text("priced_by"),
    text("symbology", nullable=True),
    key=("order_id", "line_no"),
)

receipt_numbers = projected(
    "orders_receipt_numbers",
    "store",
    text("terminal_id"),
    text("business_date"),
    integer("last_seq"),
    key=("terminal_id", "business_date"),
)

unknown_codes = projected(
    "orders_unknown_codes",
    "store",
    text("code"),
    integer("times"),
    text("last_terminal_id"),
    integer("last_ms"),
    key=("code",),
)

TABLES = (orders, lines, receipt_numbers, unknown_codes)
