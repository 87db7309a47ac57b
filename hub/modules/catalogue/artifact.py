"""The catalogue artifact: a header line, then one item a line, all JSON. Its SHA-256 is its name."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from hub.kernel.errors import Refused
from hub.kernel.sql import Kept, Row, upsert
from hub.modules.catalogue.labels import DEFAULT_LABELS, MAX_LABELS, is_pattern
from hub.modules.catalogue.messages import Category, Container, Item
from hub.modules.catalogue.model import (
    MAX_CONTAINERS,
    category_fault,
    codes_of,
    container_fault,
    fault_of,
    search_text,
)
from hub.modules.catalogue.tables import categories, codes, containers, headers, items

FORMAT = "dianshu.catalogue.1"
KIND = "catalogue"
"""The name under which the hub knows our loader."""


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """The first line: what follows, how much of it, and how the store's scales print their labels."""

    format: str
    version: int
    item_count: int
    categories: list[Category]
    labels: tuple[str, ...] = DEFAULT_LABELS
    containers: tuple[Container, ...] = ()


# A load cut short begins again from its start, so a row that is there already is left as it is.
_add_header = upsert(headers, keep=True)
_add_category = upsert(categories, keep=True)
_add_container = upsert(containers, keep=True)
_add_item = upsert(items, keep=True)
_add_code = upsert(codes, keep=True)

_encoder = msgspec.json.Encoder()
_header = msgspec.json.Decoder(Header)
_item = msgspec.json.Decoder(Item)


def build(
    version: int, shelves: Sequence[Category], goods: Sequence[Item], containers: Sequence[Container] = ()
) -> bytes:
    """The artifact's bytes: the same content always has the same."""
    header = Header(
        format=FORMAT,
        version=version,
        item_count=len(goods),
        categories=list(shelves),
        containers=tuple(containers),
    )
    return b"".join(_encoder.encode(line) + b"\n" for line in (header, *goods))


def load(sha256: str, content: bytes) -> Iterator[tuple[Kept, Row]]:
    """The artifact's rows, its header last: a version whose header is there is there whole.

    Raises Refused `catalogue.artifact_invalid` with the line and the field that are wrong.
    """
    lines = content.splitlines()
    header = _read_header(lines)
    for number, category in enumerate(header.categories):
        if category_fault(category):
            raise _invalid(1, "categories")
        yield _add_category, {"sha256": sha256, "category_no": number, **_names(category)}
    for number, container in enumerate(header.containers):
        yield (
            _add_container,
            {
                "sha256": sha256,
                "container_no": number,
                "name": container.name,
                "name_en": container.name_en,
                "tare_g": container.tare_g,
            },
        )
    yield from _item_rows(sha256, lines[1:])
    yield (
        _add_header,
        {
            "sha256": sha256,
            "version": header.version,
            "item_count": header.item_count,
            "labels": " ".join(header.labels),
        },
    )


def version_of(content: bytes) -> int:
    """The version that an artifact says it is. Raises Refused `catalogue.artifact_invalid`."""
    return _read_header(content.splitlines()).version


def _read_header(lines: Sequence[bytes]) -> Header:
    try:
        header = _header.decode(lines[0] if lines else b"")
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise _invalid(1, "header") from error
    if header.format != FORMAT or header.version < 1:
        raise _invalid(1, "format")
    if header.item_count != len(lines) - 1:
        raise _invalid(1, "item_count")
    if len(header.labels) > MAX_LABELS or not all(map(is_pattern, header.labels)):
        raise _invalid(1, "labels")
    if len(header.containers) > MAX_CONTAINERS or any(map(container_fault, header.containers)):
        raise _invalid(1, "containers")
    return header


def _item_rows(sha256: str, lines: Iterable[bytes]) -> Iterator[tuple[Kept, Row]]:
    """Items, then their codes: runs of one statement are written as one batch."""
    owners: dict[str, str] = {}
    seen: set[str] = set()
    for number, line in enumerate(lines):
        item = _read_item(line, number + 2)
        if item.item_id in seen:
            raise _invalid(number + 2, "item_id")
        seen.add(item.item_id)
        for code in codes_of(item):
            if owners.setdefault(code, item.item_id) != item.item_id:
                raise _invalid(number + 2, "barcodes")
        yield _add_item, _item_row(sha256, number, item)
    for code, item_id in owners.items():
        yield _add_code, {"sha256": sha256, "code": code, "item_id": item_id}


def _read_item(line: bytes, line_no: int) -> Item:
    try:
        item = _item.decode(line)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise _invalid(line_no, "item") from error
    if (field := fault_of(item)) is not None:
        raise _invalid(line_no, field)
    return item


def _item_row(sha256: str, number: int, item: Item) -> Row:
    return {
        "sha256": sha256,
        "item_id": item.item_id,
        "item_no": number,
        "sku": item.sku,
        "name": item.name,
        "name_en": item.name_en,
        "category": item.category,
        "unit": item.unit,
        "sold_by": item.sold_by,
        "price_fen": item.price_fen,
        "tax_rate_bp": item.tax_rate_bp,
        "stock_policy": item.stock_policy,
        "code": item.barcodes[0] if item.barcodes else item.sku,
        "search_text": search_text(item),
        "tare_g": item.tare_g,
    }


def _names(category: Category) -> dict[str, str]:
    return {"category": category.category, "name": category.name, "name_en": category.name_en}


def _invalid(line_no: int, field: str) -> Refused:
    return Refused("catalogue.artifact_invalid", 400, line_no=line_no, field=field)
