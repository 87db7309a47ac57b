"""Every SELECT of inventory."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from hub.kernel.sql import Query, Reader
from hub.modules.inventory.messages import BalanceView, DayView, MovementView
from hub.modules.inventory.model import DAY_MS
from hub.modules.inventory.tables import balances, days, movements

MAX_PAGE = 500
_TOGETHER = 16
"""Balances read by one statement: a kept statement cannot grow its list."""

_SLOTS = tuple(f"item_{slot}" for slot in range(_TOGETHER))
_columns = (balances.c.item_id, balances.c.qty_milli)
_here = balances.c.store_id == bindparam("store_id")
_some = Query(
    select(*_columns).where(_here, balances.c.item_id.in_([bindparam(slot) for slot in _SLOTS])), BalanceView
)
_page = Query(
    select(*_columns)
    .where(_here, balances.c.item_id > bindparam("after"))
    .order_by(balances.c.item_id)
    .limit(bindparam("limit")),
    BalanceView,
)
_movement_columns = (
    movements.c.ref_id,
    movements.c.kind,
    movements.c.line_no,
    movements.c.item_id,
    movements.c.qty_milli,
    movements.c.at_ms,
)
_movements_here = movements.c.store_id == bindparam("store_id")
_on_that_day = (
    (movements.c.store_id == days.c.store_id)
    & (movements.c.item_id == days.c.item_id)
    & movements.c.at_ms.between(days.c.day * DAY_MS, days.c.day * DAY_MS + DAY_MS - 1)
)
_of_item = Query(
    select(*_movement_columns)
    .select_from(days)
    .join(movements, _on_that_day)
    .where(days.c.store_id == bindparam("store_id"), days.c.item_id == bindparam("item_id"))
    .order_by(days.c.day.desc(), movements.c.at_ms.desc(), movements.c.ref_id, movements.c.line_no)
    .limit(bindparam("limit")),
    MovementView,
)
_days_of_item = Query(
    select(days.c.day, days.c.in_milli, days.c.out_milli)
    .where(days.c.store_id == bindparam("store_id"), days.c.item_id == bindparam("item_id"))
    .order_by(days.c.day.desc())
    .limit(bindparam("limit")),
    DayView,
)
_of_cause = Query(
    select(*_movement_columns)
    .where(_movements_here, movements.c.ref_id == bindparam("ref_id"))
    .order_by(movements.c.kind, movements.c.line_no)
    .limit(MAX_PAGE),
    MovementView,
)


def balances_of(read: Reader, store_id: str, item_ids: Sequence[str]) -> dict[str, int]:
    """What there is of each of these items; one that never moved is left out."""
    found: dict[str, int] = {}
    for start in range(0, len(item_ids), _TOGETHER):
        chunk = list(item_ids[start : start + _TOGETHER])
        chunk += [chunk[-1]] * (_TOGETHER - len(chunk))
        rows = read.all(_some, store_id=store_id, **dict(zip(_SLOTS, chunk, strict=True)))
        found.update({row.item_id: row.qty_milli for row in rows})
    return found


def page_of_balances(read: Reader, store_id: str, after: str = "", limit: int = 200) -> list[BalanceView]:
    """Balances by item id, at most 500, those after `after`."""
    return read.all(_page, store_id=store_id, after=after, limit=max(1, min(limit, MAX_PAGE)))


def movements_of_item(read: Reader, store_id: str, item_id: str, limit: int = 100) -> list[MovementView]:
    """The newest movements of one item, at most 500."""
    return read.all(_of_item, store_id=store_id, item_id=item_id, limit=max(1, min(limit, MAX_PAGE)))


def days_of_item(read: Reader, store_id: str, item_id: str, limit: int = 100) -> list[DayView]:
    """What came in and went out of an item, newest day first, at most 500."""
    return read.all(_days_of_item, store_id=store_id, item_id=item_id, limit=max(1, min(limit, MAX_PAGE)))


def movements_of_cause(read: Reader, store_id: str, ref_id: str) -> list[MovementView]:
    """What one order or delivery moved, at most 500."""
    return read.all(_of_cause, store_id=store_id, ref_id=ref_id)
