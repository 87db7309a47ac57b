"""One function per command of payments, and what orders asks of it."""

import msgspec

from hub.kernel.bounds import check_amount, check_ids, check_texts
from hub.kernel.context import Context
from hub.kernel.decision import Decision
from hub.modules.audit.handlers import approve
from hub.modules.identity import store as identity
from hub.modules.identity.handlers import wrong_terminal
from hub.modules.payments import store
from hub.modules.payments.events import (
    NoSaleDrawerRequested,
    PaymentTaken,
    ShiftClosed,
    ShiftOpened,
    XReportTaken,
)
from hub.modules.payments.messages import (
    CloseShift,
    DrawerRequested,
    OpenDrawer,
    OpenShift,
    ShiftStarted,
    TakeXReport,
)
from hub.modules.payments.model import ShiftAct, change_fen, move


def open_shift(command: OpenShift, ctx: Context) -> Decision:
    """Start a till's shift; its business date holds for all that is sold in it, past midnight too."""
    refusal = (
        check_ids(shift_id=command.shift_id)
        or check_amount(command.float_fen)
        or wrong_terminal(ctx, command.terminal_id)
    )
    if refusal is not None:
        return refusal
    if identity.terminal(ctx.read, ctx.store_id, command.terminal_id) is None:
        return Decision.refuse("identity.terminal_unknown", 404, terminal_id=command.terminal_id[:20])
    if store.open_shift(ctx.read, ctx.store_id, command.terminal_id) is not None:
        return Decision.refuse("payments.shift_open_already", terminal_id=command.terminal_id)
    if store.shift(ctx.read, ctx.store_id, command.shift_id) is not None:
        return Decision.refuse("payments.shift_exists")
    opened = ShiftOpened(
        shift_id=command.shift_id,
        terminal_id=command.terminal_id,
        business_date=ctx.business_date_today,
        float_fen=command.float_fen,
    )
    answer = ShiftStarted(
        shift_id=opened.shift_id, terminal_id=opened.terminal_id, business_date=opened.business_date
    )
    return Decision.of(opened, answer=answer)


def close_shift(command: CloseShift, ctx: Context) -> Decision:
    """Count the drawer blind; only the answer tells what it should have held."""
    refusal = check_amount(command.counted_fen)
    if refusal is not None:
        return refusal
    shift, refusal = _shift_for(ctx, command.shift_id, ShiftAct.CLOSE)
    if shift is None:
        return refusal
    if store.held_at(ctx.read, ctx.store_id, shift.terminal_id):
        return Decision.refuse("payments.attempt_open")
    totals = store.totals_of(ctx.read, ctx.store_id, shift)
    difference = command.counted_fen - totals.expected_fen
    counted = msgspec.structs.replace(totals, counted_fen=command.counted_fen, difference_fen=difference)
    closed = ShiftClosed(
        shift_id=shift.shift_id,
        terminal_id=shift.terminal_id,
        business_date=shift.business_date,
        float_fen=totals.float_fen,
        cash_fen=totals.cash_fen,
        expected_fen=totals.expected_fen,
        counted_fen=command.counted_fen,
        difference_fen=difference,
        payment_count=totals.payment_count,
        no_sale_count=totals.no_sale_count,
        tenders=totals.tenders,
        doubtful_count=totals.doubtful_count,
        doubtful_fen=totals.doubtful_fen,
        by_hand_count=totals.by_hand_count,
        settlements=totals.settlements,
    )
    return Decision.of(closed, answer=counted)


def take_x_report(command: TakeXReport, ctx: Context) -> Decision:
    """Show a running shift's totals to whoever a manager allows, and record that it was."""
    shift, refusal = _shift_for(ctx, command.shift_id, ShiftAct.REPORT)
    if shift is None:
        return refusal
    approved = approve(ctx, "payments.x_report", shift.shift_id)
    if approved.approver_id is None:
        return approved.decision
    totals = store.totals_of(ctx.read, ctx.store_id, shift)
    taken = XReportTaken(
        shift_id=shift.shift_id,
        terminal_id=shift.terminal_id,
        cash_fen=totals.cash_fen,
        expected_fen=totals.expected_fen,
        payment_count=totals.payment_count,
        no_sale_count=totals.no_sale_count,
        tenders=totals.tenders,
    )
    return approved.decision + Decision.of(taken, answer=totals)


def open_drawer(command: OpenDrawer, ctx: Context) -> Decision:
    """Order the drawer opened without a sale; the release itself follows the commit."""
    refusal = check_texts(command.reason) or wrong_terminal(ctx, command.terminal_id)
    if refusal is not None:
        return refusal
    if not command.reason.strip():
        return Decision.refuse("payments.reason_missing", 400)
    if identity.terminal(ctx.read, ctx.store_id, command.terminal_id) is None:
        return Decision.refuse("identity.terminal_unknown", 404, terminal_id=command.terminal_id[:20])
    approved = approve(ctx, "payments.open_drawer", command.terminal_id)
    if approved.approver_id is None:
        return approved.decision
    shift = store.open_shift(ctx.read, ctx.store_id, command.terminal_id)
    requested = NoSaleDrawerRequested(
        release_id=ctx.new_id(),
        terminal_id=command.terminal_id,
        shift_id=shift.shift_id if shift else None,
        reason=command.reason,
        approver_id=approved.approver_id,
    )
    answer = DrawerRequested(release_id=requested.release_id, terminal_id=command.terminal_id)
    return approved.decision + Decision.of(requested, answer=answer)


def shift_to_pay_in(ctx: Context, terminal_id: str) -> store.ShiftRow | None:
    """The shift that a till may take money in, None when none is open."""
    shift = store.open_shift(ctx.read, ctx.store_id, terminal_id)
    return shift if shift is not None and move(shift.state, ShiftAct.TAKE) is not None else None


def no_open_shift(terminal_id: str) -> Decision:
    """The refusal of money at a till without a shift."""
    return Decision.refuse("payments.no_open_shift", terminal_id=terminal_id)


def take_cash(
    ctx: Context, shift: store.ShiftRow, order_id: str, payment_id: str, due_fen: int, tendered_fen: int
) -> Decision:
    """Take cash for an order: `due_fen` stays in the drawer, the rest goes back as change."""
    refusal = check_ids(payment_id=payment_id) or check_amount(due_fen) or check_amount(tendered_fen)
    if refusal is not None:
        return refusal
    change = change_fen(due_fen, tendered_fen)
    if change is None:
        return Decision.refuse("payments.too_little", due_fen=due_fen, tendered_fen=tendered_fen)
    if store.payment(ctx.read, ctx.store_id, payment_id) is not None:
        return Decision.refuse("payments.payment_exists")
    taken = PaymentTaken(
        payment_id=payment_id,
        order_id=order_id,
        shift_id=shift.shift_id,
        terminal_id=shift.terminal_id,
        tender="cash",
        amount_fen=due_fen,
        tendered_fen=tendered_fen,
        change_fen=change,
    )
    return Decision.of(taken)


def _shift_for(ctx: Context, shift_id: str, act: ShiftAct) -> tuple[store.ShiftRow | None, Decision]:
    """A shift on which the caller may act, or why not."""
    shift = store.shift(ctx.read, ctx.store_id, shift_id)
    if shift is None:
        return None, Decision.refuse("payments.shift_unknown", 404)
    if move(shift.state, act) is None:
        return None, Decision.refuse("payments.shift_closed")
    elsewhere = wrong_terminal(ctx, shift.terminal_id)
    return (None, elsewhere) if elsewhere is not None else (shift, Decision())
