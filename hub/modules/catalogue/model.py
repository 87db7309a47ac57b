"""Pure rules: what an item may be, how a code may be spelt, check digits."""

from hub.kernel.messages import is_clean_text
from hub.kernel.money import MAX_AMOUNT_FEN
from hub.modules.catalogue.messages import Category, Container, Item

MAX_CODES = 20
MAX_BATCH_CHARS = 20
"""As GS1 has it."""
MAX_CODE_CHARS = 64
MAX_TAX_RATE_BP = 10_000
MAX_TARE_G = 9_999
"""Four digits are what the wires of scales have room for."""
MAX_CONTAINERS = 40


def check_digit(digits: str) -> str:
    """The GS1 check digit that belongs after these digits (EAN-13, EAN-8, UPC-A alike)."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def is_ean13(code: str) -> bool:
    """Thirteen digits of which the last checks the others."""
    return len(code) == 13 and code.isascii() and code.isdigit() and check_digit(code[:-1]) == code[-1]


_GTIN_LENGTHS = (13, 12, 8, 14)


def spellings(code: str) -> tuple[str, ...]:
    """How a catalogue may hold a scanned code: a trade item's number is the same with more or fewer zeros."""
    code = code.strip()
    if len(code) not in _GTIN_LENGTHS or not (code.isascii() and code.isdigit()):
        return (code,)
    number = code.lstrip("0")
    others = [number.zfill(length) for length in _GTIN_LENGTHS if len(number) <= length]
    return tuple(dict.fromkeys((code, *others)))


def fault_of(item: Item) -> str | None:
    """The field for which an item cannot be sold, or None for a good one."""
    if not 0 <= item.price_fen <= MAX_AMOUNT_FEN:
        return "price_fen"
    if not 0 <= item.tax_rate_bp <= MAX_TAX_RATE_BP:
        return "tax_rate_bp"
    if not 0 <= item.tare_g <= (MAX_TARE_G if item.sold_by == "weight" else 0):
        return "tare_g"
    for field in ("item_id", "sku", "name", "unit", "category"):
        if not getattr(item, field).strip():
            return field
    for field in ("item_id", "sku", "name", "name_en", "unit", "category", "search_keys"):
        if not is_clean_text(getattr(item, field)):
            return field
    if len(item.barcodes) > MAX_CODES or not all(_is_code(code) for code in item.barcodes):
        return "barcodes"
    return None


def category_fault(category: Category) -> bool:
    """Whether a category cannot be shown."""
    return not all(map(is_clean_text, (category.category, category.name, category.name_en)))


def container_fault(container: Container) -> bool:
    """Whether a container cannot be chosen."""
    names = (container.name, container.name_en)
    return not (
        container.name.strip() and all(map(is_clean_text, names)) and 0 < container.tare_g <= MAX_TARE_G
    )


def codes_of(item: Item) -> tuple[str, ...]:
    """All that finds the item when scanned or typed: its barcodes and its SKU."""
    return tuple(dict.fromkeys((*item.barcodes, item.sku)))


def search_text(item: Item) -> str:
    """What a search looks through, lower-case."""
    return " ".join((item.name, item.name_en, item.search_keys, *codes_of(item))).lower()


def _is_code(code: str) -> bool:
    return 0 < len(code) <= MAX_CODE_CHARS and code == code.strip() and is_clean_text(code)
