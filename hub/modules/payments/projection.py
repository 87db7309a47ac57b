"""Payments, shifts and no-sale openings from their events."""

from sqlalchemy import bindparam, update

from hub.kernel.journal import Record
from hub.kernel.module import Rows
from hub.kernel.sql import Kept, Row, insert_into
from hub.modules.payments.events import NoSaleDrawerRequested, PaymentTaken, ShiftClosed, ShiftOpened
from hub.modules.payments.tables import no_sales, payments, shifts

_open_shift = insert_into(shifts)
_add_payment = insert_into(payments)
_add_no_sale = insert_into(no_sales)
_this_shift = (shifts.c.store_id == bindparam("of_store"), shifts.c.shift_id == bindparam("of_shift"))
_count_cash = Kept(
    update(shifts)
    .where(*_this_shift)
    .values(cash_fen=shifts.c.cash_fen + bindparam("more_fen"), payment_count=shifts.c.payment_count + 1)
)
_count_no_sale = Kept(update(shifts).where(*_this_shift).values(no_sale_count=shifts.c.no_sale_count + 1))
_close_shift = Kept(
    update(shifts)
    .where(*_this_shift)
    .values(
        state="closed",
        closed_by=bindparam("by"),
        closed_ms=bindparam("when_ms"),
        expected_fen=bindparam("expected"),
        counted_fen=bindparam("counted"),
        difference_fen=bindparam("difference"),
    )
)


def shift_opened(record: Record[ShiftOpened]) -> Rows:
    """An open shift with nothing taken yet."""
    event = record.event
    row: Row = {
        "store_id": record.store_id,
        "shift_id": event.shift_id,
        "terminal_id": event.terminal_id,
        "business_date": event.business_date,
        "state": "open",
        "opened_by": record.actor,
        "opened_ms": record.at_ms,
        "float_fen": event.float_fen,
        "cash_fen": 0,
        "payment_count": 0,
        "no_sale_count": 0,
        "closed_by": None,
        "closed_ms": None,
        "expected_fen": None,
        "counted_fen": None,
        "difference_fen": None,
    }
    return [(_open_shift, row)]


def payment_taken(record: Record[PaymentTaken]) -> Rows:
    """The payment, and its cash onto the shift."""
    event = record.event
    row: Row = {
        "store_id": record.store_id,
        "payment_id": event.payment_id,
        "order_id": event.order_id,
        "shift_id": event.shift_id,
        "terminal_id": event.terminal_id,
        "tender": event.tender,
        "amount_fen": event.amount_fen,
        "tendered_fen": event.tendered_fen,
        "change_fen": event.change_fen,
        "at_ms": record.at_ms,
    }
    onto: Row = {"of_store": record.store_id, "of_shift": event.shift_id, "more_fen": event.amount_fen}
    return [(_add_payment, row), (_count_cash, onto)]


def no_sale_drawer_requested(record: Record[NoSaleDrawerRequested]) -> Rows:
    """The opening, and one more on the shift."""
    event = record.event
    row: Row = {
        "store_id": record.store_id,
        "release_id": event.release_id,
        "terminal_id": event.terminal_id,
        "shift_id": event.shift_id,
        "reason": event.reason,
        "approver_id": event.approver_id,
        "requested_by": record.actor,
        "at_ms": record.at_ms,
    }
    onto: Row = {"of_store": record.store_id, "of_shift": event.shift_id or ""}
    return [(_add_no_sale, row), (_count_no_sale, onto)]


def shift_closed(record: Record[ShiftClosed]) -> Rows:
    """The shift with its count."""
    event = record.event
    row: Row = {
        "of_store": record.store_id,
        "of_shift": event.shift_id,
        "by": record.actor,
        "when_ms": record.at_ms,
        "expected": event.expected_fen,
        "counted": event.counted_fen,
        "difference": event.difference_fen,
    }
    return [(_close_shift, row)]
