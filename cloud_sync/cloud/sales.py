"""What the console reads of sales: from the tables that the hub's own modules project."""

from typing import Any

import msgspec
from sqlalchemy import BigInteger, Select, Text, and_, bindparam, cast, func, literal_column, or_, select
from sqlalchemy.sql import ColumnElement

from cloud_sync.cloud.messages import (
    DayFigures,
    HourFigure,
    JournalEvent,
    OrderDetail,
    OrderLineView,
    OrderPage,
    Returned,
    ReturnView,
    SaleView,
    StoreFigure,
    TenderAmount,
)
from cloud_sync.cloud.rows import RawEvent, raw_of_subject
from hub.kernel.clock import CHINA_TIME
from hub.kernel.messages import View
from hub.kernel.sql import Query, Reader
from hub.modules.orders.tables import lines, orders
from hub.modules.payments.tables import payments
from hub.modules.returns.tables import lines as return_lines
from hub.modules.returns.tables import orders as back
from hub.modules.returns.tables import returns

MAX_PAGE = 100
MAX_EVENTS = 500
_NEWEST = 1 << 53
_HOUR_MS = 3_600_000
_OFFSET_HOURS = int((CHINA_TIME.utcoffset(None)).total_seconds()) // 3600


class _Actor(msgspec.Struct, frozen=True):
    actor: str | None = None


_actor_decoder = msgspec.json.Decoder(_Actor)


class _Sale(View, frozen=True):
    store_id: str
    order_id: str
    receipt_no: str
    business_date: str
    paid_ms: int
    terminal_id: str
    cashier_id: str
    line_count: int
    total_fen: int
    returned: Returned
    refunded_fen: int


class _Sum(View, frozen=True):
    key: str
    orders: int
    total_fen: int


class _HourSum(View, frozen=True):
    epoch_hour: int
    orders: int
    total_fen: int


class _Tender(View, frozen=True):
    tender: str
    amount_fen: int
    tendered_fen: int
    change_fen: int


def _sum(column: ColumnElement[int]) -> ColumnElement[int]:
    return cast(func.coalesce(func.sum(column), 0), BigInteger)


_store = bindparam("store_id", type_=Text)
_any_store = or_(_store == "", orders.c.store_id == _store)
_paid_on = and_(orders.c.state == "paid", orders.c.business_date == bindparam("date"), _any_store)
_sale_columns = (
    orders.c.store_id,
    orders.c.order_id,
    func.coalesce(orders.c.receipt_no, ""),
    func.coalesce(orders.c.business_date, ""),
    func.coalesce(orders.c.paid_ms, 0),
    orders.c.terminal_id,
    func.coalesce(orders.c.cashier_id, ""),
    orders.c.line_count,
    orders.c.total_fen,
    func.coalesce(back.c.extent, "none"),
    func.coalesce(back.c.refund_fen, 0),
)
_with_returns = orders.outerjoin(
    back, and_(back.c.store_id == orders.c.store_id, back.c.order_id == orders.c.order_id)
)
_older = or_(
    orders.c.paid_ms < bindparam("paid_ms"),
    and_(orders.c.paid_ms == bindparam("paid_ms"), orders.c.order_id < bindparam("order_id")),
)
_page = Query(
    select(*_sale_columns)
    .select_from(_with_returns)
    .where(_paid_on, _older)
    .order_by(orders.c.paid_ms.desc(), orders.c.order_id.desc())
    .limit(bindparam("limit")),
    _Sale,
)
_this_order = and_(orders.c.store_id == bindparam("store_id"), orders.c.order_id == bindparam("order_id"))
_one = Query(
    select(*_sale_columns).select_from(_with_returns).where(_this_order, orders.c.state == "paid"), _Sale
)
_returned_milli = (
    select(_sum(return_lines.c.qty_milli))
    .where(return_lines.c.store_id == lines.c.store_id, return_lines.c.order_id == lines.c.order_id)
    .where(return_lines.c.line_id == lines.c.line_id)
    .scalar_subquery()
)
_returns = Query(
    select(*(returns.c[name] for name in ReturnView.__struct_fields__))
    .where(returns.c.store_id == bindparam("store_id"), returns.c.order_id == bindparam("order_id"))
    .order_by(returns.c.at_ms, returns.c.return_no),
    ReturnView,
)
_lines = Query(
    select(
        lines.c.line_no,
        lines.c.sku,
        lines.c.name,
        lines.c.qty_milli,
        lines.c.unit_price_fen,
        lines.c.amount_fen,
        _returned_milli,
    )
    .where(
        lines.c.store_id == bindparam("store_id"),
        lines.c.order_id == bindparam("order_id"),
        lines.c.state != "voided",
    )
    .order_by(lines.c.line_no),
    OrderLineView,
)
_tenders = Query(
    select(
        payments.c.tender,
        _sum(payments.c.amount_fen),
        _sum(payments.c.tendered_fen),
        _sum(payments.c.change_fen),
    )
    .where(payments.c.store_id == bindparam("store_id"), payments.c.order_id == bindparam("order_id"))
    .group_by(payments.c.tender)
    .order_by(payments.c.tender),
    _Tender,
)


def _figures(key: ColumnElement[Any]) -> Select[Any]:
    return select(key, func.count(), _sum(orders.c.total_fen)).where(_paid_on).group_by(key).order_by(key)


_by_store = Query(_figures(orders.c.store_id), _Sum)
_epoch_hour: ColumnElement[int] = literal_column(f"orders_orders.paid_ms / {_HOUR_MS}", BigInteger)
_by_hour = Query(_figures(_epoch_hour), _HourSum)
_by_tender = Query(
    select(payments.c.tender, func.count(), _sum(payments.c.amount_fen))
    .select_from(payments)
    .join(orders, and_(orders.c.store_id == payments.c.store_id, orders.c.order_id == payments.c.order_id))
    .where(_paid_on)
    .group_by(payments.c.tender)
    .order_by(payments.c.tender),
    _Sum,
)


def read_page(read: Reader, date: str, store_id: str | None, before: str | None, limit: int) -> OrderPage:
    """Paid orders of a business date, newest first. Raises ValueError when `before` is not ours."""
    paid_ms, order_id = _position(before)
    limit = max(1, min(limit, MAX_PAGE))
    rows = read.all(
        _page, date=date, store_id=store_id or "", paid_ms=paid_ms, order_id=order_id, limit=limit + 1
    )
    more = len(rows) > limit
    rows = rows[:limit]
    last = f"{rows[-1].paid_ms}-{rows[-1].order_id}" if more else None
    return OrderPage([_view(read, row) for row in rows], last)


def read_sale(read: Reader, store_id: str, order_id: str) -> SaleView | None:
    """One paid order, or None."""
    row = read.first(_one, store_id=store_id, order_id=order_id)
    return None if row is None else _view(read, row)


def read_order(read: Reader, store_id: str, order_id: str) -> OrderDetail | None:
    """One paid order with its lines and every journal record of its life, or None."""
    row = read.first(_one, store_id=store_id, order_id=order_id)
    if row is None:
        return None
    tenders = _tenders_of(read, row)
    events = raw_of_subject(read, store_id, order_id, MAX_EVENTS + 1)
    return OrderDetail(
        order=_sale(row, tenders),
        lines=read.all(_lines, store_id=store_id, order_id=order_id),
        returns=read.all(_returns, store_id=store_id, order_id=order_id),
        tendered_fen=sum(tender.tendered_fen for tender in tenders),
        change_fen=sum(tender.change_fen for tender in tenders),
        events=[_journal_event(event) for event in events[:MAX_EVENTS]],
        events_truncated=len(events) > MAX_EVENTS,
    )


def read_figures(read: Reader, date: str, store_id: str | None = None) -> DayFigures:
    """A business date's totals; hours without a sale between the first and the last stand at zero."""
    of = {"date": date, "store_id": store_id or ""}
    stores = read.all(_by_store, **of)
    count, total = sum(row.orders for row in stores), sum(row.total_fen for row in stores)
    return DayFigures(
        business_date=date,
        orders=count,
        total_fen=total,
        average_fen=total // count if count else 0,
        by_hour=_hours(read.all(_by_hour, **of)),
        by_store=[StoreFigure(row.key, row.orders, row.total_fen) for row in stores],
        by_tender=[TenderAmount(row.key, row.total_fen) for row in read.all(_by_tender, **of)],
    )


def _hours(rows: list[_HourSum]) -> list[HourFigure]:
    if not rows:
        return []
    known = {row.epoch_hour: row for row in rows}
    figures = []
    for epoch_hour in range(rows[0].epoch_hour, rows[-1].epoch_hour + 1):
        row = known.get(epoch_hour, _HourSum(epoch_hour, 0, 0))
        figures.append(HourFigure((epoch_hour + _OFFSET_HOURS) % 24, row.orders, row.total_fen))
    return figures


def _position(before: str | None) -> tuple[int, str]:
    if before is None:
        return _NEWEST, ""
    paid_ms, _, order_id = before.partition("-")
    return int(paid_ms), order_id


def _view(read: Reader, row: _Sale) -> SaleView:
    return _sale(row, _tenders_of(read, row))


def _tenders_of(read: Reader, row: _Sale) -> list[_Tender]:
    return read.all(_tenders, store_id=row.store_id, order_id=row.order_id)


def _sale(row: _Sale, tenders: list[_Tender]) -> SaleView:
    return SaleView(
        store_id=row.store_id,
        order_id=row.order_id,
        receipt_no=row.receipt_no,
        business_date=row.business_date,
        paid_at_ms=row.paid_ms,
        terminal_id=row.terminal_id,
        cashier_id=row.cashier_id,
        line_count=row.line_count,
        total_fen=row.total_fen,
        tenders=[TenderAmount(tender.tender, tender.amount_fen) for tender in tenders],
        returned=row.returned,
        refunded_fen=row.refunded_fen,
    )


def _journal_event(event: RawEvent) -> JournalEvent:
    actor = _actor_of(event.body)
    text = event.body.decode("utf-8", "backslashreplace")
    return JournalEvent(event.epoch, event.seq, event.type, event.at_ms, actor, event.hash.hex(), text)


def _actor_of(body: bytes) -> str | None:
    try:
        return _actor_decoder.decode(body).actor
    except msgspec.MsgspecError:
        return None  # a poison event: its body is shown, its actor is not known
