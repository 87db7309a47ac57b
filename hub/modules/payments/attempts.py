"""Handlers of electronic payments: one attempt each, from the asking to whatever is known at its end."""

import msgspec

from hub.kernel.bounds import check_amount, check_ids, check_texts
from hub.kernel.context import Context
from hub.kernel.decision import Decision
from hub.kernel.messages import MAX_TEXT_CHARS
from hub.modules.audit.handlers import approve
from hub.modules.identity.handlers import wrong_terminal
from hub.modules.payments import store
from hub.modules.payments.attempt_model import AttemptAct, AttemptState, Step, after_answer, heard, move
from hub.modules.payments.events import AttemptMoved, AttemptOpened, PaymentRefunded, PaymentTaken
from hub.modules.payments.messages import (
    AskAgain,
    AttemptChanged,
    AttemptView,
    CancelAttempt,
    ElectronicTender,
    PresentCode,
    ReleaseAttempt,
    SettleAttempt,
    TakePayAnswer,
)
from hub.modules.payments.pay_codes import pay_scheme
from hub.modules.payments.store import ShiftRow


def open_attempt(
    ctx: Context,
    shift: ShiftRow,
    order_id: str,
    attempt_id: str,
    tender: ElectronicTender,
    amount_fen: int,
) -> Decision:
    """Ask for a part of an order's total by card or code; asked by the room of the orders."""
    refusal = check_ids(attempt_id=attempt_id) or check_amount(amount_fen)
    if refusal is not None:
        return refusal
    if amount_fen == 0:
        return Decision.refuse("payments.nothing_to_pay", 400)
    if is_known(ctx, attempt_id):
        return Decision.refuse("payments.payment_exists")
    state = AttemptState.AWAITING_CODE if tender == "code" else AttemptState.REQUESTED
    opened = AttemptOpened(
        attempt_id=attempt_id,
        order_id=order_id,
        terminal_id=shift.terminal_id,
        shift_id=shift.shift_id,
        act="sale",
        tender=tender,
        amount_fen=amount_fen,
        state=state,
    )
    return Decision.of(opened, answer=changed(attempt_id, order_id, state))


def present_code(command: PresentCode, ctx: Context) -> Decision:
    """The code goes to the acquirer; of it only the scheme stays on record."""
    row, refusal = _attempt_for(ctx, command.attempt_id, AttemptAct.PRESENT)
    return refusal if row is None else take_code(row, command.pay_code.strip())


def take_code(row: AttemptView, code: str) -> Decision:
    """A customer's code for the payment that waits for one."""
    scheme = pay_scheme(code)
    if scheme is None:
        return Decision.refuse("payments.not_a_pay_code", 400)
    moved = _moved(row, AttemptState.REQUESTED, scheme=scheme)
    kept = ((store.save_code, {"attempt_id": row.attempt_id, "code": code}),)
    return Decision((moved,), None, changed(row.attempt_id, row.order_id, AttemptState.REQUESTED), kept)


def cancel_attempt(command: CancelAttempt, ctx: Context) -> Decision:
    """Give a payment up: without the customer's code at once, otherwise the terminal is told to undo it."""
    row, refusal = _attempt_for(ctx, command.attempt_id, AttemptAct.CANCEL)
    if row is None:
        return refusal
    if row.act != "sale":
        return Decision.refuse("payments.attempt_not_in_state", state=row.state)
    return _step(ctx, row, AttemptAct.CANCEL, reason="payments.cancelled")


def release_attempt(command: ReleaseAttempt, ctx: Context) -> Decision:
    """The basket need not wait; an approval that still comes is undone."""
    row, refusal = _attempt_for(ctx, command.attempt_id, AttemptAct.RELEASE)
    if row is None:
        return refusal
    if row.act != "sale":
        return Decision.refuse("payments.attempt_not_in_state", state=row.state)
    return _step(ctx, row, AttemptAct.RELEASE, holds=False, reason=row.reason)


def ask_again(command: AskAgain, ctx: Context) -> Decision:
    """Another round of questions."""
    row, refusal = _attempt_for(ctx, command.attempt_id, AttemptAct.ASK)
    return refusal if row is None else _step(ctx, row, AttemptAct.ASK, reason=row.reason)


def settle_attempt(command: SettleAttempt, ctx: Context) -> Decision:
    """A manager's word ends it; whose word and why stays with it for good."""
    if (malformed := check_texts(command.reason)) is not None:
        return malformed
    if not command.reason.strip():
        return Decision.refuse("payments.settle_reason_missing", 400)
    act = AttemptAct.SETTLE_PAID if command.is_paid else AttemptAct.SETTLE_UNPAID
    row, refusal = _attempt_for(ctx, command.attempt_id, act)
    if row is None:
        return refusal
    if command.is_paid and _overdraws(ctx, row):
        return Decision.refuse("payments.refund_already_given")
    approved = approve(ctx, "payments.settle_attempt", row.attempt_id)
    if approved.approver_id is None:
        return approved.decision
    settled = _step(
        ctx,
        row,
        act,
        reason="payments.settled_by_hand",
        settled_by=approved.approver_id,
        note=" · ".join(filter(None, (row.note, command.reason.strip())))[:MAX_TEXT_CHARS],
    )
    return approved.decision + settled


def take_pay_answer(command: TakePayAnswer, ctx: Context) -> Decision:
    """What a terminal said, or its silence; a word that is not news changes nothing."""
    row = store.attempt(ctx.read, ctx.store_id, command.attempt_id)
    if row is None:
        return Decision()
    if (malformed := check_texts(command.reason, command.text, command.reference)) is not None:
        return malformed
    answer = heard(command.asked, command.state, command.reason)
    sound = command.amount_fen in (None, row.amount_fen)
    step = after_answer(row.act, row.state, row.tries, bool(row.holds), command.asked, answer, sound)
    if step is not None and step.act == AttemptAct.APPROVE and _overdraws(ctx, row):
        doubted = move(row.state, AttemptAct.DOUBT)
        step = Step(AttemptAct.DOUBT) if doubted else None
    if step is None:
        return Decision()
    reason = command.reason if sound or answer != "approved" else "payments.amount_differs"
    over = row.state in (AttemptState.REFUSED, AttemptState.REVERSED)
    return _step(
        ctx,
        row,
        step.act,
        tries=step.tries,
        holds=bool(row.holds) and not (over and row.act == "sale"),
        reason="payments.approved_late" if over else reason,
        text=command.text,
        reference=command.reference or row.reference,
        scheme=command.scheme or row.scheme,
        account=command.account or row.account,
    )


def book(row: AttemptView) -> PaymentTaken:
    """An approved attempt as the payment of its order."""
    return PaymentTaken(
        payment_id=row.attempt_id,
        order_id=row.order_id,
        shift_id=row.shift_id,
        terminal_id=row.terminal_id,
        tender=row.tender,
        amount_fen=row.amount_fen,
        tendered_fen=row.amount_fen,
        change_fen=0,
        reference=row.reference,
        scheme=row.scheme,
        account=row.account,
        settled_by=row.settled_by,
    )


def is_known(ctx: Context, payment_id: str) -> bool:
    """Whether an id names a payment, a refund or an attempt already."""
    return (
        store.payment(ctx.read, ctx.store_id, payment_id) is not None
        or store.attempt(ctx.read, ctx.store_id, payment_id) is not None
        or store.refund(ctx.read, ctx.store_id, payment_id) is not None
    )


def changed(attempt_id: str, order_id: str, state: AttemptState) -> AttemptChanged:
    """The answer to whoever acted on an attempt."""
    return AttemptChanged(attempt_id=attempt_id, order_id=order_id, state=state.value)


def _overdraws(ctx: Context, row: AttemptView) -> bool:
    """Whether a refund would give more of its payment than is left: another one gave it meanwhile."""
    paid = store.payment(ctx.read, ctx.store_id, row.original_id or "") if row.act == "refund" else None
    if paid is None:
        return False
    promised_fen = store.promised_fen(ctx.read, ctx.store_id, paid.payment_id, paid.order_id)
    others_fen = promised_fen - (row.amount_fen if row.is_open else 0)
    return others_fen + row.amount_fen > paid.amount_fen


def _attempt_for(ctx: Context, attempt_id: str, act: AttemptAct) -> tuple[AttemptView | None, Decision]:
    """An attempt on which the caller may act, or why not."""
    row = store.attempt(ctx.read, ctx.store_id, attempt_id)
    if row is None:
        return None, Decision.refuse("payments.attempt_unknown", 404)
    if move(row.state, act) is None:
        return None, Decision.refuse("payments.attempt_not_in_state", state=row.state)
    elsewhere = wrong_terminal(ctx, row.terminal_id)
    return (None, elsewhere) if elsewhere is not None else (row, Decision())


def _step(ctx: Context, row: AttemptView, act: AttemptAct, **told: object) -> Decision:
    """The attempt after an act, with the money that goes back when a refund is approved."""
    state = move(row.state, act)
    if state is None:
        raise ValueError(row.state, act)
    moved = _moved(row, state, **told)
    dropped = ((store.drop_code, {"of_attempt": row.attempt_id}),) if row.tender == "code" else ()
    decision = Decision((moved,), None, changed(row.attempt_id, row.order_id, state), dropped)
    if row.act == "refund" and state == AttemptState.APPROVED:
        decision += Decision.of(_given(ctx, row, moved))
    return decision


def _moved(row: AttemptView, state: AttemptState, **told: object) -> AttemptMoved:
    before = AttemptMoved(
        attempt_id=row.attempt_id,
        order_id=row.order_id,
        terminal_id=row.terminal_id,
        shift_id=row.shift_id,
        act=row.act,
        tender=row.tender,
        amount_fen=row.amount_fen,
        state=state,
        tries=0,
        holds=bool(row.holds),
        reference=row.reference,
        scheme=row.scheme,
        account=row.account,
        settled_by=row.settled_by,
        note=row.note,
    )
    return msgspec.structs.replace(before, **told)


def _given(ctx: Context, row: AttemptView, moved: AttemptMoved) -> PaymentRefunded:
    """The refund, on the till's shift of now: that of the asking may be closed and counted."""
    shift = store.open_shift(ctx.read, ctx.store_id, row.terminal_id)
    return PaymentRefunded(
        refund_id=row.attempt_id,
        payment_id=row.original_id or "",
        order_id=row.order_id,
        shift_id=shift.shift_id if shift else row.shift_id,
        terminal_id=row.terminal_id,
        tender=row.tender,
        amount_fen=row.amount_fen,
        reason=row.note,
        approver_id=row.approver_id or "",
        reference=moved.reference,
        settled_by=moved.settled_by,
    )
