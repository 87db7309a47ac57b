"""Every SELECT of settlements."""

from sqlalchemy import bindparam, select

from hub.kernel.sql import Query, Reader
from hub.modules.payments.messages import SettlementView
from hub.modules.payments.tables import settlements

MAX_PAGE = 200

_columns = tuple(settlements.c[name] for name in SettlementView.__struct_fields__)
_here = settlements.c.store_id == bindparam("store_id")
_newest_first = (settlements.c.asked_ms.desc(), settlements.c.settlement_id)
_one = Query(
    select(*_columns).where(_here, settlements.c.settlement_id == bindparam("settlement_id")),
    SettlementView,
)
_of_device = Query(
    select(*_columns)
    .where(_here, settlements.c.device_id == bindparam("device_id"))
    .order_by(*_newest_first)
    .limit(MAX_PAGE),
    SettlementView,
)
_at_till = Query(
    select(*_columns)
    .where(_here, settlements.c.terminal_id == bindparam("terminal_id"))
    .order_by(*_newest_first)
    .limit(bindparam("limit")),
    SettlementView,
)
_asked = Query(
    select(*_columns)
    .where(_here, settlements.c.state == "requested")
    .order_by(settlements.c.asked_ms, settlements.c.settlement_id)
    .limit(MAX_PAGE),
    SettlementView,
)
_of_shift = Query(
    select(*_columns)
    .where(_here, settlements.c.shift_id == bindparam("shift_id"))
    .order_by(settlements.c.asked_ms, settlements.c.settlement_id)
    .limit(MAX_PAGE),
    SettlementView,
)


def find(read: Reader, store_id: str, settlement_id: str) -> SettlementView | None:
    """One settlement of a payment terminal."""
    return read.first(_one, store_id=store_id, settlement_id=settlement_id)


def of_device(read: Reader, store_id: str, device_id: str) -> list[SettlementView]:
    """A payment terminal's settlements, the newest first, at most 200."""
    return read.all(_of_device, store_id=store_id, device_id=device_id)


def at_till(read: Reader, store_id: str, terminal_id: str, limit: int = 50) -> list[SettlementView]:
    """The settlements that a till asked for, the newest first, at most 200."""
    limit = max(1, min(limit, MAX_PAGE))
    return read.all(_at_till, store_id=store_id, terminal_id=terminal_id, limit=limit)


def asked(read: Reader, store_id: str) -> list[SettlementView]:
    """Every settlement that its terminal has not answered."""
    return read.all(_asked, store_id=store_id)


def of_shift(read: Reader, store_id: str, shift_id: str) -> list[SettlementView]:
    """A shift's settlements in the order in which they were asked for."""
    return read.all(_of_shift, store_id=store_id, shift_id=shift_id)
