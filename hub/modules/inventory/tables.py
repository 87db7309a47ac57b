"""The ledger of movements, and the balance it adds up to."""

from sqlalchemy import Index

from hub.kernel.tables import integer, projected, text

movements = projected(
    "inventory_movements",
    "store",
    text("ref_id"),
    text("kind"),
    integer("line_no"),
    text("item_id"),
    integer("qty_milli"),
    integer("at_ms"),
    Index("inventory_movements_by_time", "store_id", "at_ms", "item_id"),
    key=("ref_id", "kind", "line_no"),
)

balances = projected("inventory_balances", "store", text("item_id"), integer("qty_milli"), key=("item_id",))

days = projected(
    "inventory_days",
    "store",
    integer("day"),
    text("item_id"),
    integer("in_milli"),
    integer("out_milli"),
    key=("day", "item_id"),
)
"""What came in and went out of an item each day; `day` counts days of UTC since 1970.

It is also how an item's movements are found: an index of them by item would have every sale write pages all
over the file, one for each of its lines, while this and the one by time grow at their ends.
"""

TABLES = (movements, balances, days)
