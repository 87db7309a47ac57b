"""Every SELECT of the catalogue.

Items of a version never change, and a version is named by its hash: what was read once is remembered.
"""

from sqlalchemy import bindparam, func, or_, select

from hub.kernel.messages import View
from hub.kernel.sql import Query, Reader
from hub.modules.catalogue.messages import (
    CategoryView,
    ContainerView,
    ItemPage,
    ItemView,
    RecalledGoods,
    RecallView,
    VersionView,
)
from hub.modules.catalogue.model import spellings
from hub.modules.catalogue.tables import categories, codes, containers, headers, items, recalls, versions

REMEMBERED_ITEMS = 20_000
MAX_PAGE = 200


class Active(View, frozen=True):
    """The version the store sells from."""

    version: int
    sha256: str


class ItemId(View, frozen=True):
    """An item's id alone."""

    item_id: str


class HeaderRow(View, frozen=True):
    """A version whose artifact is loaded whole."""

    version: int
    item_count: int
    labels: str


_item_columns = (
    items.c.item_id,
    items.c.sku,
    items.c.name,
    items.c.name_en,
    items.c.category,
    items.c.unit,
    items.c.sold_by,
    items.c.price_fen,
    items.c.tax_rate_bp,
    items.c.stock_policy,
    items.c.code,
    items.c.tare_g,
)
_in_version = items.c.sha256 == bindparam("sha256")
_here = versions.c.store_id == bindparam("store_id")
_active = Query(
    select(versions.c.version, versions.c.sha256)
    .where(_here)
    .order_by(versions.c.activated_seq.desc())
    .limit(1),
    Active,
)
_version = Query(
    select(versions.c.version, versions.c.sha256, versions.c.item_count, versions.c.activated_ms).where(
        _here, versions.c.version == bindparam("version")
    ),
    VersionView,
)
_header = Query(
    select(headers.c.version, headers.c.item_count, headers.c.labels).where(
        headers.c.sha256 == bindparam("sha256")
    ),
    HeaderRow,
)
_item = Query(select(*_item_columns).where(_in_version, items.c.item_id == bindparam("item_id")), ItemView)
_item_by_code = Query(
    select(*_item_columns).where(
        codes.c.sha256 == bindparam("sha256"),
        codes.c.code == bindparam("code"),
        items.c.sha256 == codes.c.sha256,
        items.c.item_id == codes.c.item_id,
    ),
    ItemView,
)
_page = Query(
    select(*_item_columns)
    .where(
        _in_version,
        or_(bindparam("category") == "", items.c.category == bindparam("category")),
        or_(bindparam("like") == "", items.c.search_text.like(bindparam("like"), escape="\\")),
    )
    .order_by(items.c.item_no)
    .limit(bindparam("limit")),
    ItemView,
)
_containers = Query(
    select(containers.c.name, containers.c.name_en, containers.c.tare_g)
    .where(containers.c.sha256 == bindparam("sha256"))
    .order_by(containers.c.container_no),
    ContainerView,
)
_categories = Query(
    select(categories.c.category, categories.c.name, categories.c.name_en, func.count(items.c.item_id))
    .select_from(
        categories.outerjoin(
            items, (items.c.sha256 == categories.c.sha256) & (items.c.category == categories.c.category)
        )
    )
    .where(categories.c.sha256 == bindparam("sha256"))
    .group_by(categories.c.category_no, categories.c.category, categories.c.name, categories.c.name_en)
    .order_by(categories.c.category_no),
    CategoryView,
)

_recalls_here = (recalls.c.store_id == bindparam("store_id"), recalls.c.is_open == 1)
_recall_columns = (recalls.c.item_id, recalls.c.batch, recalls.c.reason, recalls.c.changed_ms)
_recalls_of = Query(
    select(*_recall_columns).where(*_recalls_here, recalls.c.item_id == bindparam("item_id")), RecallView
)
_recalled_items = Query(select(recalls.c.item_id).where(*_recalls_here).distinct(), ItemId)
_open_recalls = Query(
    select(*_recall_columns)
    .where(*_recalls_here)
    .order_by(recalls.c.changed_ms.desc(), recalls.c.item_id, recalls.c.batch)
    .limit(MAX_PAGE),
    RecallView,
)

_remembered: dict[tuple[str, str, str], ItemView] = {}
_remembered_labels: dict[str, tuple[str, ...]] = {}


def active(read: Reader, store_id: str) -> Active | None:
    """The version activated last, None in a store that has no catalogue yet."""
    return read.first(_active, store_id=store_id)


def version(read: Reader, store_id: str, number: int) -> VersionView | None:
    """A version that was activated at some time."""
    return read.first(_version, store_id=store_id, version=number)


def header(read: Reader, sha256: str) -> HeaderRow | None:
    """An artifact that is loaded whole on this machine."""
    return read.first(_header, sha256=sha256)


def item(read: Reader, current: Active, item_id: str) -> ItemView | None:
    """An item of a version by its id."""
    key = (current.sha256, "id", item_id)
    found = _remembered.get(key)
    if found is None:
        found = read.first(_item, sha256=current.sha256, item_id=item_id)
        _remember(key, found)
    return found


def item_by_code(read: Reader, current: Active, code: str) -> ItemView | None:
    """An item of a version by what was scanned or typed."""
    key = (current.sha256, "code", code)
    found = _remembered.get(key)
    if found is None:
        for spelling in spellings(code):
            found = found or read.first(_item_by_code, sha256=current.sha256, code=spelling)
        _remember(key, found)
    return found


def labels(read: Reader, current: Active) -> tuple[str, ...]:
    """How the store's scales print their labels, as its catalogue has it."""
    found = _remembered_labels.get(current.sha256)
    if found is None:
        row = header(read, current.sha256)
        found = tuple(row.labels.split()) if row else ()
        _remembered_labels.clear()
        _remembered_labels[current.sha256] = found
    return found


def recalls_of(read: Reader, store_id: str, item_id: str) -> list[RecallView]:
    """The open recalls of an item."""
    return read.all(_recalls_of, store_id=store_id, item_id=item_id)


def recalled_items(read: Reader, store_id: str) -> frozenset[str]:
    """The items of which some batch, or all, is recalled now."""
    return frozenset(row.item_id for row in read.all(_recalled_items, store_id=store_id))


def open_recalls(read: Reader, store_id: str) -> list[RecallView]:
    """Recalls that are open, the newest first, at most 200."""
    return read.all(_open_recalls, store_id=store_id)


def recalled_goods(read: Reader, store_id: str) -> list[RecalledGoods]:
    """The open recalls with their items' names."""
    current = active(read, store_id)
    listed = []
    for recall in open_recalls(read, store_id):
        named = item(read, current, recall.item_id) if current else None
        listed.append(
            RecalledGoods(
                item_id=recall.item_id,
                name=named.name if named else "",
                name_en=named.name_en if named else "",
                batch=recall.batch,
                reason=recall.reason,
                since_ms=recall.since_ms,
            )
        )
    return listed


def page(read: Reader, store_id: str, search: str = "", category: str = "", limit: int = 60) -> ItemPage:
    """At most `limit` (200) items of the active version whose name, initials or codes hold `search`."""
    current = active(read, store_id)
    if current is None:
        return ItemPage(version=0, items=[], more=False)
    limit = max(1, min(limit, MAX_PAGE))
    found = read.all(_page, sha256=current.sha256, category=category, like=_pattern(search), limit=limit + 1)
    return ItemPage(version=current.version, items=found[:limit], more=len(found) > limit)


def all_categories(read: Reader, store_id: str) -> list[CategoryView]:
    """The categories of the active version, in the catalogue's order."""
    current = active(read, store_id)
    return [] if current is None else read.all(_categories, sha256=current.sha256)


def all_containers(read: Reader, store_id: str) -> list[ContainerView]:
    """The containers of the active version, in the catalogue's order."""
    current = active(read, store_id)
    return [] if current is None else read.all(_containers, sha256=current.sha256)


def _pattern(search: str) -> str:
    words = search.strip().lower()
    if not words:
        return ""
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _remember(key: tuple[str, str, str], found: ItemView | None) -> None:
    if found is None:
        return
    if len(_remembered) >= REMEMBERED_ITEMS:
        _remembered.clear()
    _remembered[key] = found
