"""The demo shop's goods: made up, generic, and entering by the same road as any catalogue."""

from hub.modules.catalogue.demo.goods import (
    VERSION,
    artifact_bytes,
    categories,
    containers,
    items,
    opening_stock_milli,
    typical_grams,
)

__all__ = [
    "VERSION",
    "artifact_bytes",
    "categories",
    "containers",
    "items",
    "opening_stock_milli",
    "typical_grams",
]
