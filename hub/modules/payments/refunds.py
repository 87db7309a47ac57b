"""Money back: by the way it came, and never more of it."""

import msgspec

from hub.kernel.bounds import check_amount, check_ids, check_texts
from hub.kernel.context import Context
from hub.kernel.decision import Decision
from hub.kernel.sql import Reader
from hub.modules.audit.handlers import approve
from hub.modules.identity.handlers import wrong_terminal
from hub.modules.payments import store
from hub.modules.payments.attempt_model import AttemptState
from hub.modules.payments.attempts import is_known
from hub.modules.payments.events import AttemptOpened, PaymentRefunded
from hub.modules.payments.handlers import no_open_shift, shift_to_pay_in
from hub.modules.payments.messages import PaymentView, RefundPayment, RefundStarted
from hub.modules.payments.store import ShiftRow


class Refund(msgspec.Struct, frozen=True):
    """Money that is to go back of a payment: how much, why, and who allowed it."""

    refund_id: str
    amount_fen: int
    reason: str
    approver_id: str


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
    if (refusal := _why_not(ctx, paid, command.refund_id, command.amount_fen)) is not None:
        return refusal
    approved = approve(ctx, "payments.refund", paid.order_id)
    if approved.approver_id is None:
        return approved.decision
    refund = Refund(command.refund_id, command.amount_fen, command.reason.strip(), approved.approver_id)
    answer = RefundStarted(
        refund_id=command.refund_id,
        payment_id=paid.payment_id,
        amount_fen=command.amount_fen,
        is_given=paid.tender == "cash",
    )
    return approved.decision + _go_back(paid, shift, refund) + Decision(answer=answer)


def give_back(ctx: Context, paid: PaymentView, shift: ShiftRow, refund: Refund) -> Decision:
    """Cash is given, the rest is asked for; never more of a payment than is left of it."""
    return _why_not(ctx, paid, refund.refund_id, refund.amount_fen) or _go_back(paid, shift, refund)


def left_fen(read: Reader, store_id: str, paid: PaymentView) -> int:
    """What of a payment has not gone back; refunds under way count as given."""
    return max(0, paid.amount_fen - store.promised_fen(read, store_id, paid.payment_id, paid.order_id))


def _go_back(paid: PaymentView, shift: ShiftRow, refund: Refund) -> Decision:
    return Decision.of((_given if paid.tender == "cash" else _asked)(refund, paid, shift))


def _why_not(ctx: Context, paid: PaymentView, refund_id: str, amount_fen: int) -> Decision | None:
    if is_known(ctx, refund_id):
        return Decision.refuse("payments.payment_exists")
    left = left_fen(ctx.read, ctx.store_id, paid)
    return Decision.refuse("payments.refund_too_much", left_fen=left) if amount_fen > left else None


def _malformed(command: RefundPayment) -> Decision | None:
    if command.amount_fen == 0 or not command.reason.strip():
        return Decision.refuse("payments.refund_malformed", 400)
    return (
        check_ids(refund_id=command.refund_id)
        or check_amount(command.amount_fen)
        or check_texts(command.reason)
    )


def _given(refund: Refund, paid: PaymentView, shift: ShiftRow) -> PaymentRefunded:
    return PaymentRefunded(
        refund_id=refund.refund_id,
        payment_id=paid.payment_id,
        order_id=paid.order_id,
        shift_id=shift.shift_id,
        terminal_id=shift.terminal_id,
        tender=paid.tender,
        amount_fen=refund.amount_fen,
        reason=refund.reason,
        approver_id=refund.approver_id,
    )


def _asked(refund: Refund, paid: PaymentView, shift: ShiftRow) -> AttemptOpened:
    return AttemptOpened(
        attempt_id=refund.refund_id,
        order_id=paid.order_id,
        terminal_id=shift.terminal_id,
        shift_id=shift.shift_id,
        act="refund",
        tender=paid.tender,
        amount_fen=refund.amount_fen,
        state=AttemptState.REQUESTED,
        original_id=paid.payment_id,
        reason=refund.reason,
        approver_id=refund.approver_id,
    )
