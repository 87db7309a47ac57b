"""Items out of the two tables beside this file; ids, SKUs and barcodes follow from the line number."""

import csv
import hashlib
from functools import cache
from importlib import resources

from hub.modules.catalogue.artifact import build
from hub.modules.catalogue.messages import Category, Container, Item, StockPolicy
from hub.modules.catalogue.model import check_digit
from hub.modules.catalogue.pinyin import initials

VERSION = 1

_MAKERS = ("69900117", "69900223", "69900338", "69900441")
"""Made-up company numbers under GS1 China's prefix."""
_BOXED = {"Cherry tomatoes": 40}
"""What is weighed in a box, and what that weighs."""
_PIECES_IN_STOCK = 500
_WEIGHT_IN_STOCK_KG = 200


@cache
def categories() -> tuple[Category, ...]:
    """The shop's shelves."""
    return tuple(Category(**row) for row in _rows("categories.csv"))


@cache
def containers() -> tuple[Container, ...]:
    """What the shop's goods are weighed in."""
    return tuple(
        Container(name=row["name"], name_en=row["name_en"], tare_g=int(row["tare_g"]))
        for row in _rows("containers.csv")
    )


@cache
def items() -> tuple[Item, ...]:
    """The shop's goods, in the order of its shelves."""
    return tuple(_item(number, row) for number, row in enumerate(_rows("goods.csv"), start=1))


@cache
def typical_grams() -> dict[str, int]:
    """What one piece of the goods sold by weight weighs, by item id: an apple, a tray of ribs."""
    rows = enumerate(_rows("goods.csv"), start=1)
    return {_item_id(number): int(row["each_g"]) for number, row in rows if row["sold_by"] == "weight"}


def artifact_bytes(version: int = VERSION) -> bytes:
    """The demo catalogue as an artifact."""
    return build(version, categories(), items(), containers())


def opening_stock_milli() -> dict[str, int]:
    """What the shelves hold on the first day, in thousandths, by item id."""
    return {
        item.item_id: 1000 * (_PIECES_IN_STOCK if item.sold_by == "piece" else _WEIGHT_IN_STOCK_KG)
        for item in items()
    }


def _item(number: int, row: dict[str, str]) -> Item:
    by_weight = row["sold_by"] == "weight"
    policy: StockPolicy = "allow" if by_weight or row["category"] in ("produce", "meat") else "forbid"
    return Item(
        item_id=_item_id(number),
        sku=f"{10_000 + number}",
        name=row["name"],
        name_en=row["name_en"],
        category=row["category"],
        unit=row["unit"],
        sold_by="weight" if by_weight else "piece",
        price_fen=int(row["price_fen"]),
        tax_rate_bp=int(row["tax_rate_bp"]),
        barcodes=() if by_weight else (_barcode(number),),
        stock_policy=policy,
        search_keys=initials(row["name"]),
        tare_g=_BOXED.get(row["name_en"], 0),
    )


def _item_id(number: int) -> str:
    return hashlib.sha256(f"dianshu demo item {number}".encode()).hexdigest()[:32]


def _barcode(number: int) -> str:
    digits = f"{_MAKERS[number % len(_MAKERS)]}{number:04d}"
    return digits + check_digit(digits)


def _rows(name: str) -> list[dict[str, str]]:
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
