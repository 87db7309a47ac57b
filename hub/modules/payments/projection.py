"""Payments, shifts and no-sale openings from their events."""

from sqlalchemy import bindparam, update

from hub.kernel.journal import Record
from hub.kernel.module import Rows
from hub.kernel.sql import Kept, Row, insert_into, upsert
from hub.modules.payments.attempt_model import OPEN, AttemptState
from hub.modules.payments.events import (
    AttemptMoved,
    AttemptOpened,
    NoSaleDrawerRequested,
    PaymentRefunded,
    PaymentTaken,
    SettlementAsked,
    SettlementEnded,
    ShiftClosed,
    ShiftOpened,
)
from hub.modules.payments.tables import (
    attempts,
    no_sales,
    payments,
    refunds,
    settlements,
    shift_tenders,
    shifts,
)

_open_shift = insert_into(shifts)
_add_payment = insert_into(payments)
_add_no_sale = insert_into(no_sales)
_open_attempt = insert_into(attempts)
_add_refund = insert_into(refunds)
_count_tender = upsert(shift_tenders, add=("count", "amount_fen", "refund_count", "refund_fen"))
_this_attempt = (
    attempts.c.store_id == bindparam("of_store"),
    attempts.c.attempt_id == bindparam("of_attempt"),
)
_move_attempt = Kept(
    update(attempts)
    .where(*_this_attempt)
    .values(
        state=bindparam("to_state"),
        tries=bindparam("so_often"),
        holds=bindparam("held"),
        is_open=bindparam("still_open"),
        reason=bindparam("why"),
        text=bindparam("told"),
        reference=bindparam("their_reference"),
        scheme=bindparam("by_scheme"),
        account=bindparam("of_account"),
        settled_by=bindparam("by_hand_of"),
        note=bindparam("as_note"),
        changed_ms=bindparam("when_ms"),
    )
)
_book_attempt = Kept(
    update(attempts)
    .where(*_this_attempt)
    .values(state="booked", is_open=0, holds=0, changed_ms=bindparam("when_ms"))
)
_this_shift = (shifts.c.store_id == bindparam("of_store"), shifts.c.shift_id == bindparam("of_shift"))
_count_cash = Kept(
    update(shifts)
    .where(*_this_shift)
    .values(cash_fen=shifts.c.cash_fen + bindparam("more_fen"), payment_count=shifts.c.payment_count + 1)
)
_give_cash = Kept(
    update(shifts).where(*_this_shift).values(cash_fen=shifts.c.cash_fen - bindparam("less_fen"))
)
_count_no_sale = Kept(update(shifts).where(*_this_shift).values(no_sale_count=shifts.c.no_sale_count + 1))
_ask_settlement = insert_into(settlements)
_end_settlement = Kept(
    update(settlements)
    .where(
        settlements.c.store_id == bindparam("of_store"),
        settlements.c.settlement_id == bindparam("of_settlement"),
    )
    .values(
        state=bindparam("to_state"),
        reason=bindparam("why"),
        text=bindparam("told"),
        reference=bindparam("their_reference"),
        ended_ms=bindparam("when_ms"),
        unknown_before=bindparam("unknown_ones"),
        our_sale_count=bindparam("our_sales"),
        our_sale_fen=bindparam("our_sales_fen"),
        our_refund_count=bindparam("our_refunds"),
        our_refund_fen=bindparam("our_refunds_fen"),
        our_fen=bindparam("our_net_fen"),
        their_count=bindparam("their_entries"),
        their_fen=bindparam("their_net_fen"),
        their_sale_count=bindparam("their_sales"),
        their_sale_fen=bindparam("their_sales_fen"),
        their_refund_count=bindparam("their_refunds"),
        their_refund_fen=bindparam("their_refunds_fen"),
        their_reversal_count=bindparam("their_reversals"),
        their_reversal_fen=bindparam("their_reversals_fen"),
        difference_fen=bindparam("apart_fen"),
    )
)
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
        "reference": event.reference,
        "scheme": event.scheme,
        "account": event.account,
        "settled_by": event.settled_by,
        "at_ms": record.at_ms,
    }
    is_cash = event.tender == "cash"
    more_fen = event.amount_fen if is_cash else 0
    onto: Row = {"of_store": record.store_id, "of_shift": event.shift_id, "more_fen": more_fen}
    rows: list[tuple[Kept, Row]] = [(_add_payment, row), (_count_cash, onto)]
    if not is_cash:
        booked: Row = {
            "of_store": record.store_id,
            "of_attempt": event.payment_id,
            "when_ms": record.at_ms,
        }
        taken = _tender_row(record.store_id, event.shift_id, event.tender, taken_fen=event.amount_fen)
        rows += [(_book_attempt, booked), (_count_tender, taken)]
    return rows


def payment_refunded(record: Record[PaymentRefunded]) -> Rows:
    """The refund, and what it takes from the shift."""
    event = record.event
    row: Row = {
        "store_id": record.store_id,
        "refund_id": event.refund_id,
        "payment_id": event.payment_id,
        "order_id": event.order_id,
        "shift_id": event.shift_id,
        "terminal_id": event.terminal_id,
        "tender": event.tender,
        "amount_fen": event.amount_fen,
        "reason": event.reason,
        "approver_id": event.approver_id,
        "reference": event.reference,
        "settled_by": event.settled_by,
        "at_ms": record.at_ms,
    }
    given = _tender_row(record.store_id, event.shift_id, event.tender, refund_fen=event.amount_fen)
    rows: list[tuple[Kept, Row]] = [(_add_refund, row), (_count_tender, given)]
    if event.tender == "cash":
        rows.append(
            (
                _give_cash,
                {"of_store": record.store_id, "of_shift": event.shift_id, "less_fen": event.amount_fen},
            )
        )
    return rows


def attempt_opened(record: Record[AttemptOpened]) -> Rows:
    """An attempt that nobody has answered yet."""
    event = record.event
    row: Row = {
        "store_id": record.store_id,
        "attempt_id": event.attempt_id,
        "order_id": event.order_id,
        "terminal_id": event.terminal_id,
        "shift_id": event.shift_id,
        "act": event.act,
        "tender": event.tender,
        "amount_fen": event.amount_fen,
        "original_id": event.original_id,
        "state": event.state,
        "tries": 0,
        "holds": 1,
        "is_open": 1,
        "reason": "",
        "text": "",
        "reference": "",
        "scheme": "",
        "account": "",
        "asked_by": record.actor,
        "approver_id": event.approver_id,
        "settled_by": None,
        "note": event.reason,
        "opened_ms": record.at_ms,
        "changed_ms": record.at_ms,
    }
    return [(_open_attempt, row)]


def attempt_moved(record: Record[AttemptMoved]) -> Rows:
    """The attempt's new state; an approved sale stays open until its order is paid."""
    event = record.event
    waits = event.state == AttemptState.APPROVED and event.act == "sale" and event.holds
    row: Row = {
        "of_store": record.store_id,
        "of_attempt": event.attempt_id,
        "to_state": event.state,
        "so_often": event.tries,
        "held": int(event.holds),
        "still_open": int(event.state in OPEN or waits),
        "why": event.reason,
        "told": event.text,
        "their_reference": event.reference,
        "by_scheme": event.scheme,
        "of_account": event.account,
        "by_hand_of": event.settled_by,
        "as_note": event.note,
        "when_ms": record.at_ms,
    }
    return [(_move_attempt, row)]


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


def settlement_asked(record: Record[SettlementAsked]) -> Rows:
    """A settlement that its terminal has not answered."""
    event = record.event
    row: Row = {
        **dict.fromkeys(column.name for column in settlements.columns),
        "store_id": record.store_id,
        "settlement_id": event.settlement_id,
        "device_id": event.device_id,
        "terminal_id": event.terminal_id,
        "shift_id": event.shift_id,
        "state": "requested",
        "reason": "",
        "text": "",
        "reference": "",
        "since_ms": event.since_ms,
        "asked_ms": record.at_ms,
        "asked_by": record.actor,
        "unknown_before": 0,
        "our_sale_count": 0,
        "our_sale_fen": 0,
        "our_refund_count": 0,
        "our_refund_fen": 0,
        "our_fen": 0,
    }
    return [(_ask_settlement, row)]


def settlement_ended(record: Record[SettlementEnded]) -> Rows:
    """What came of it, with the sums on both sides."""
    event = record.event
    ours, theirs = event.ours, event.theirs
    row: Row = {
        "of_store": record.store_id,
        "of_settlement": event.settlement_id,
        "to_state": event.state,
        "why": event.reason,
        "told": event.text,
        "their_reference": event.reference,
        "when_ms": record.at_ms,
        "unknown_ones": event.unknown_before,
        "our_sales": ours.sale_count,
        "our_sales_fen": ours.kept_fen,
        "our_refunds": ours.refund_count,
        "our_refunds_fen": ours.refund_fen,
        "our_net_fen": ours.net_fen,
        "their_entries": event.their_count,
        "their_net_fen": event.their_fen,
        "their_sales": theirs.sale_count if theirs else None,
        "their_sales_fen": theirs.sale_fen if theirs else None,
        "their_refunds": theirs.refund_count if theirs else None,
        "their_refunds_fen": theirs.refund_fen if theirs else None,
        "their_reversals": theirs.reversal_count if theirs else None,
        "their_reversals_fen": theirs.reversal_fen if theirs else None,
        "apart_fen": None if event.their_fen is None else event.their_fen - ours.net_fen,
    }
    return [(_end_settlement, row)]


def _tender_row(store_id: str, shift_id: str, tender: str, taken_fen: int = 0, refund_fen: int = 0) -> Row:
    return {
        "store_id": store_id,
        "shift_id": shift_id,
        "tender": tender,
        "count": int(refund_fen == 0),
        "amount_fen": taken_fen,
        "refund_count": int(refund_fen > 0),
        "refund_fen": refund_fen,
    }
