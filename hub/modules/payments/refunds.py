"""Money back: by the way it came, and never more of it."""

from hub.kernel.bounds import check_amount, check_ids, check_texts
from hub.kernel.context import Context
from hub.kernel.decision import Decision
from hub.modules.audit.handlers import approve
from hub.modules.identity.handlers import wrong_terminal
from hub.modules.payments import store
from hub.modules.payments.attempt_model import AttemptState
from hub.modules.payments.attempts import is_known
from hub.modules.payments.events import AttemptOpened, PaymentRefunded
from hub.modules.payments.handlers import no_open_shift, shift_to_pay_in
from hub.modules.payments.messages import PaymentView, RefundPayment, RefundStarted
from hub.modules.payments.store import ShiftRow


def refund_payment(command: RefundPayment, ctx: Context) -> Decision:
    """Cash goes out of the drawer now; the rest is asked of the terminal, and is given when that says so."""
    refusal = _malformed(command) or wrong_terminal(ctx, command.terminal_id)
    if refusal is not None:
        return refusal
    paid = store.payment(ctx.read, ctx.store_id, command.payment_id)
    if paid is None:
        return Decision.refuse("payments.payment_unknown", 404)
    shift = shift_to_pay_in(ctx, command.terminal_id)
    if shift is None:
        return no_open_shift(command.terminal_id)
    if is_known(ctx, command.refund_id):
        return Decision.refuse("payments.payment_exists")
    left_fen = paid.amount_fen - store.promised_fen(ctx.read, ctx.store_id, paid.payment_id, paid.order_id)
    if command.amount_fen > left_fen:
        return Decision.refuse("payments.refund_too_much", left_fen=left_fen)
    approved = approve(ctx, "payments.refund", paid.order_id)
    if approved.approver_id is None:
        return approved.decision
    is_cash = paid.tender == "cash"
    give = _given if is_cash else _asked
    answer = RefundStarted(
        refund_id=command.refund_id,
        payment_id=paid.payment_id,
        amount_fen=command.amount_fen,
        is_given=is_cash,
    )
    return approved.decision + Decision.of(give(command, paid, shift, approved.approver_id), answer=answer)


def _malformed(command: RefundPayment) -> Decision | None:
    if command.amount_fen == 0 or not command.reason.strip():
        return Decision.refuse("payments.refund_malformed", 400)
    return (
        check_ids(refund_id=command.refund_id)
        or check_amount(command.amount_fen)
        or check_texts(command.reason)
    )


def _given(command: RefundPayment, paid: PaymentView, shift: ShiftRow, approver_id: str) -> PaymentRefunded:
    return PaymentRefunded(
        refund_id=command.refund_id,
        payment_id=paid.payment_id,
        order_id=paid.order_id,
        shift_id=shift.shift_id,
        terminal_id=shift.terminal_id,
        tender=paid.tender,
        amount_fen=command.amount_fen,
        reason=command.reason.strip(),
        approver_id=approver_id,
    )


def _asked(command: RefundPayment, paid: PaymentView, shift: ShiftRow, approver_id: str) -> AttemptOpened:
    return AttemptOpened(
        attempt_id=command.refund_id,
        order_id=paid.order_id,
        terminal_id=shift.terminal_id,
        shift_id=shift.shift_id,
        act="refund",
        tender=paid.tender,
        amount_fen=command.amount_fen,
        state=AttemptState.REQUESTED,
        original_id=paid.payment_id,
        reason=command.reason.strip(),
        approver_id=approver_id,
    )
