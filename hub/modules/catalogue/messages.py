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


class RecallGoods(Command, frozen=True, kw_only=True):
    """Stop the sale of one batch of an item, or of all of them where `batch` is empty.

    The item is named by exactly one of item_id and code (a GTIN, barcode or SKU).
    """

    item_id: str | None = None
    code: str | None = None
    batch: str = ""
    reason: str


class LiftRecall(Command, frozen=True, kw_only=True):
    """A recalled batch may be sold again."""

    item_id: str
    batch: str = ""
    reason: str


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
    tare_g: int = 0
    """What its usual container weighs: taken off when it is weighed at a till."""


class Container(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bowl or box that goods are weighed in, and what it weighs empty."""

    name: str
    name_en: str
    tare_g: int


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
    tare_g: int = 0


class CategoryView(View, frozen=True):
    """One category, with how many items it holds."""

    category: str
    name: str
    name_en: str
    item_count: int


class ContainerView(View, frozen=True):
    """A container of the shop's list, and what it weighs empty."""

    name: str
    name_en: str
    tare_g: int


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


class RecallView(View, frozen=True):
    """Goods that may not be sold; an empty `batch` means every batch."""

    item_id: str
    batch: str
    reason: str
    since_ms: int


class RecalledGoods(msgspec.Struct, frozen=True, kw_only=True):
    """A recall as people read it; without a name its item is in the catalogue no more."""

    item_id: str
    name: str
    name_en: str
    batch: str
    reason: str
    since_ms: int


class RecallChanged(msgspec.Struct, frozen=True, kw_only=True):
    """Answer to RecallGoods and LiftRecall."""

    item_id: str
    batch: str


class Activated(msgspec.Struct, frozen=True, kw_only=True):
    """Answer to ActivateVersion."""

    version: int
    item_count: int
