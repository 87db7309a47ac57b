"""Activated versions and recalls are rebuilt from the journal; a version's items come from its artifact."""

from sqlalchemy import Index

from hub.kernel.tables import artifact, integer, projected, text

versions = projected(
    "catalogue_versions",
    "store",
    integer("version"),
    text("sha256"),
    integer("item_count"),
    integer("activated_ms"),
    integer("activated_seq"),
    Index("catalogue_versions_by_activation", "store_id", "activated_seq"),
    key=("version",),
)

headers = artifact("catalogue_headers", integer("version"), integer("item_count"), text("labels"), key=())

categories = artifact(
    "catalogue_categories",
    integer("category_no"),
    text("category"),
    text("name"),
    text("name_en"),
    key=("category_no",),
)

items = artifact(
    "catalogue_items",
    text("item_id"),
    integer("item_no"),
    text("sku"),
    text("name"),
    text("name_en"),
    text("category"),
    text("unit"),
    text("sold_by"),
    integer("price_fen"),
    integer("tax_rate_bp"),
    text("stock_policy"),
    text("code"),
    text("search_text"),
    integer("tare_g"),
    Index("catalogue_items_in_order", "sha256", "item_no"),
    Index("catalogue_items_by_category", "sha256", "category", "item_no"),
    key=("item_id",),
)

containers = artifact(
    "catalogue_containers",
    integer("container_no"),
    text("name"),
    text("name_en"),
    integer("tare_g"),
    key=("container_no",),
)

codes = artifact("catalogue_codes", text("code"), text("item_id"), key=("code",))

recalls = projected(
    "catalogue_recalls",
    "store",
    text("item_id"),
    text("batch"),
    text("reason"),
    integer("is_open"),
    integer("changed_ms"),
    key=("item_id", "batch"),
)

TABLES = (versions, recalls, headers, categories, containers, items, codes)
