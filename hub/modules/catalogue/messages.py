"""Commands in, items and categories out."""

from typing import Literal

import msgspec

from hub.kernel.messages import Command, View

SoldBy = Literal["piece", "weight"]
StockPolicy = Literal["forbid", "allow"]


class ActivateVersion(Command, frozen=True, kw_only=True):
    """Sell from this version from now on; its artifact must be in the store and loaded."""

    version: int
    sha256: str


class Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of a catalogue artifact; the price is per `unit`, tax included, the rate in basis points."""

    item_id: str
    sku: str
    name: str
    name_en: str
    category: str
    unit: str
    sold_by: SoldBy
    price_fen: int
    tax_rate_bp: int
    barcodes: tuple[str, ...]
    stock_policy: StockPolicy
    search_keys: str = ""


class Category(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A shelf of the shop, as shown on the till's tiles."""

    category: str
    name: str
    name_en: str


class ItemView(View, frozen=True):
    """One item as the till shows it; prices in fen per unit, tax included."""

    item_id: str
    sku: str
    name: str
    name_en: str
    category: str
    unit: str
    sold_by: SoldBy
    price_fen: int
    tax_rate_bp: int
    stock_policy: StockPolicy
    code: str


class CategoryView(View, frozen=True):
    """One category, with how many items it holds."""

    category: str
    name: str
    name_en: str
    item_count: int


class VersionView(View, frozen=True):
    """A catalogue version the store has sold from; the newest activation is the active one."""

    version: int
    sha256: str
    item_count: int
    activated_ms: int


class ItemPage(msgspec.Struct, frozen=True, kw_only=True):
    """At most `limit` items; `more` says that others matched too."""

    version: int
    items: list[ItemView]
    more: bool


class Activated(msgspec.Struct, frozen=True, kw_only=True):
    """Answer to ActivateVersion."""

    version: int
    item_count: int
