"""Orders, lines and receipt numbers from their events."""

from typing import Any

from sqlalchemy import bindparam, null, update

from hub.kernel.journal import Record
from hub.kernel.module import Rows
from hub.kernel.sql import Kept, Row, Value, insert_into, upsert
from hub.modules.orders.events import (
    BasketCleared,
    BasketOpened,
    BasketParked,
    BasketResumed,
    Line,
    LineAdded,
    LineVoided,
    OrderPaid,
    PayingBegan,
    PayingEnded,
    QuantityChanged,
    UnknownCodeScanned,
)
from hub.modules.orders.tables import lines, orders, receipt_numbers, unknown_codes

_add_order = insert_into(orders)
_add_line = insert_into(lines)
_save_receipt_number = upsert(receipt_numbers, replace=("last_seq",))
_count_unknown = upsert(unknown_codes, add=("times",), replace=("last_terminal_id", "last_ms"))

_this_order = (orders.c.store_id == bindparam("of_store"), orders.c.order_id == bindparam("of_order"))
_this_line = (
    lines.c.store_id == bindparam("of_store"),
    lines.c.order_id == bindparam("of_order"),
    lines.c.line_no == bindparam("of_line"),
)
_changed: dict[str, Any] = {"changed_ms": bindparam("when_ms")}
_totals: dict[str, Any] = {**_changed, "total_fen": bindparam("total"), "tax_fen": bindparam("tax")}
_line_added = Kept(
    update(orders)
    .where(*_this_order)
    .values(
        **_totals,
        line_count=orders.c.line_count + 1,
        last_line_no=bindparam("last_no"),
        touched_line_id=bindparam("touched"),
    )
)
_quantity_changed = Kept(
    update(orders)
    .where(*_this_order)
    .values(**_totals, unapproved_fen=bindparam("unapproved"), touched_line_id=bindparam("touched"))
)
_line_voided = Kept(
    update(orders)
    .where(*_this_order)
    .values(
        **_totals,
        unapproved_fen=bindparam("unapproved"),
        line_count=orders.c.line_count - 1,
        touched_line_id=null(),
    )
)
_move = Kept(update(orders).where(*_this_order).values(**_changed, state=bindparam("to_state")))
_park = Kept(
    update(orders).where(*_this_order).values(**_changed, state="parked", label=bindparam("as_label"))
)
_resume = Kept(
    update(orders).where(*_this_order).values(**_changed, state="open", terminal_id=bindparam("at_terminal"))
)
_pay = Kept(
    update(orders)
    .where(*_this_order)
    .values(
        **_changed,
        state="paid",
        cashier_id=bindparam("cashier"),
        receipt_no=bindparam("receipt"),
        business_date=bindparam("on_date"),
        shift_id=bindparam("in_shift"),
        paid_ms=bindparam("when_ms"),
        change_fen=bindparam("change"),
    )
)
_set_line = Kept(
    update(lines)
    .where(*_this_line)
    .values(qty_milli=bindparam("qty"), amount_fen=bindparam("amount"), tax_fen=bindparam("tax"))
)
_void_line = Kept(update(lines).where(*_this_line).values(state="voided"))


def basket_opened(record: Record[BasketOpened]) -> Rows:
    """An open basket with nothing on it."""
    event = record.event
    return [(_add_order, _order_row(record.store_id, event.order_id, event.terminal_id, record.at_ms))]


def line_added(record: Record[LineAdded]) -> Rows:
    """The line, and the basket's new totals."""
    event = record.event
    row: Row = {
        **_touch(record, event.order_id),
        "total": event.total_fen,
        "tax": event.tax_fen,
        "last_no": event.line.line_no,
        "touched": event.line.line_id,
    }
    return [(_add_line, _line_row(record.store_id, event.order_id, event.line)), (_line_added, row)]


def quantity_changed(record: Record[QuantityChanged]) -> Rows:
    """The line's new quantity, and the basket's new totals."""
    event = record.event
    line: Row = {
        "of_store": record.store_id,
        "of_order": event.order_id,
        "of_line": event.line_no,
        "qty": event.qty_milli,
        "amount": event.amount_fen,
        "tax": event.line_tax_fen,
    }
    row: Row = {
        **_touch(record, event.order_id),
        "total": event.total_fen,
        "tax": event.tax_fen,
        "unapproved": event.unapproved_fen,
        "touched": event.line_id,
    }
    return [(_set_line, line), (_quantity_changed, row)]


def line_voided(record: Record[LineVoided]) -> Rows:
    """The line struck out, and the basket's new totals."""
    event = record.event
    line: Row = {"of_store": record.store_id, "of_order": event.order_id, "of_line": event.line_no}
    row: Row = {
        **_touch(record, event.order_id),
        "total": event.total_fen,
        "tax": event.tax_fen,
        "unapproved": event.unapproved_fen,
    }
    return [(_void_line, line), (_line_voided, row)]


def basket_parked(record: Record[BasketParked]) -> Rows:
    """The basket put aside."""
    return [(_park, {**_touch(record, record.event.order_id), "as_label": record.event.label})]


def basket_resumed(record: Record[BasketResumed]) -> Rows:
    """The basket back at a till."""
    return [(_resume, {**_touch(record, record.event.order_id), "at_terminal": record.event.terminal_id})]


def basket_cleared(record: Record[BasketCleared]) -> Rows:
    """The basket given up."""
    return [(_move, {**_touch(record, record.event.order_id), "to_state": "cleared"})]


def paying_began(record: Record[PayingBegan]) -> Rows:
    """The basket locked."""
    return [(_move, {**_touch(record, record.event.order_id), "to_state": "paying"})]


def paying_ended(record: Record[PayingEnded]) -> Rows:
    """The basket free again."""
    return [(_move, {**_touch(record, record.event.order_id), "to_state": "open"})]


def unknown_code_scanned(record: Record[UnknownCodeScanned]) -> Rows:
    """The code, one time more."""
    event = record.event
    row: Row = {
        "store_id": record.store_id,
        "code": event.code,
        "times": 1,
        "last_terminal_id": event.terminal_id,
        "last_ms": record.at_ms,
    }
    return [(_count_unknown, row)]


def order_paid(record: Record[OrderPaid]) -> Rows:
    """The order with its receipt number; its lines too where no basket brought them."""
    event = record.event
    number: Row = {
        "store_id": record.store_id,
        "terminal_id": event.terminal_id,
        "business_date": event.business_date,
        "last_seq": event.receipt_seq,
    }
    if event.at_once:
        return [(_add_order, _paid_row(record)), *_line_rows(record), (_save_receipt_number, number)]
    paid: Row = {
        **_touch(record, event.order_id),
        "cashier": event.cashier_id,
        "receipt": event.receipt_no,
        "on_date": event.business_date,
        "in_shift": event.shift_id,
        "change": event.change_fen,
    }
    return [(_pay, paid), (_save_receipt_number, number)]


def _touch(record: Record[Any], order_id: str) -> dict[str, Value]:
    return {"of_store": record.store_id, "of_order": order_id, "when_ms": record.at_ms}


def _line_rows(record: Record[OrderPaid]) -> Rows:
    event = record.event
    return [(_add_line, _line_row(record.store_id, event.order_id, line)) for line in event.lines]


def _line_row(store_id: str, order_id: str, line: Line) -> Row:
    return {
        "store_id": store_id,
        "order_id": order_id,
        "line_no": line.line_no,
        "line_id": line.line_id,
        "item_id": line.item_id,
        "sku": line.sku,
        "code": line.code,
        "name": line.name,
        "name_en": line.name_en,
        "unit": line.unit,
        "sold_by": line.sold_by,
        "unit_price_fen": line.unit_price_fen,
        "qty_milli": line.qty_milli,
        "amount_fen": line.amount_fen,
        "tax_rate_bp": line.tax_rate_bp,
        "tax_fen": line.tax_fen,
        "state": "live",
        "weighed_by": line.weighed_by,
        "tare_g": line.tare_g,
        "batch": line.batch,
        "expires_on": line.expires_on,
        "serial": line.serial,
        "priced_by": line.priced_by,
        "symbology": line.symbology,
    }


def _order_row(store_id: str, order_id: str, terminal_id: str, at_ms: int) -> dict[str, Value]:
    return {
        "store_id": store_id,
        "order_id": order_id,
        "terminal_id": terminal_id,
        "state": "open",
        "opened_ms": at_ms,
        "changed_ms": at_ms,
        "total_fen": 0,
        "tax_fen": 0,
        "line_count": 0,
        "last_line_no": 0,
        "unapproved_fen": 0,
        "touched_line_id": None,
        "label": "",
        "cashier_id": None,
        "receipt_no": None,
        "business_date": None,
        "shift_id": None,
        "paid_ms": None,
        "change_fen": 0,
    }


def _paid_row(record: Record[OrderPaid]) -> Row:
    event = record.event
    return {
        **_order_row(record.store_id, event.order_id, event.terminal_id, record.at_ms),
        "state": "paid",
        "total_fen": event.total_fen,
        "tax_fen": event.tax_fen,
        "line_count": len(event.lines),
        "last_line_no": len(event.lines),
        "cashier_id": event.cashier_id,
        "receipt_no": event.receipt_no,
        "business_date": event.business_date,
        "shift_id": event.shift_id,
        "paid_ms": record.at_ms,
        "change_fen": event.change_fen,
    }
