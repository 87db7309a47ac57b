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
    Index("inventory_movements_by_item", "store_id", "item_id", "at_ms"),
    key=("ref_id", "kind", "line_no"),
)

balances = projected("inventory_balances", "store", text("item_id"), integer("qty_milli"), key=("item_id",))

TABLES = (movements, balances)
