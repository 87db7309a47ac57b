"""Handlers of goods that come back: taken at what was paid for them, their money by the way it came."""

from hub.kernel.bounds import check_ids, check_texts
from hub.kernel.context import Context
from hub.kernel.decision import Decision
from hub.kernel.errors import Refusal
from hub.modules.audit.handlers import approve
from hub.modules.identity.handlers import wrong_terminal
from hub.modules.inventory.handlers import movements_for_return
from hub.modules.inventory.model import Wanted
from hub.modules.payments import store as payments
from hub.modules.payments.handlers import no_open_shift, shift_to_pay_in
from hub.modules.payments.refunds import Refund, give_back
from hub.modules.payments.store import ShiftRow
from hub.modules.returns import store
from hub.modules.returns.events import GoodsReturned, MoneyBack, RefundRetried, ReturnSettled
from hub.modules.returns.messages import GoodsTaken, RefundAsked, RetryRefund, ReturnGoods
from hub.modules.returns.model import return_no
from hub.modules.returns.owed import given_fen, is_under_way
from hub.modules.returns.planning import Plan, plan_return


def return_goods(command: ReturnGoods, ctx: Context) -> Decision:
    """Goods to the shelves, cash out of the drawer, the rest asked of the terminals: all of it or nothing."""
    refusal = _malformed(command) or wrong_terminal(ctx, command.terminal_id)
    if refusal is not None:
        return refusal
    if store.return_row(ctx.read, ctx.store_id, command.return_id) is not None:
        return Decision.refuse("returns.return_exists")
    shift = shift_to_pay_in(ctx, command.terminal_id)
    if shift is None:
        return no_open_shift(command.terminal_id)
    plan = plan_return(ctx.read, ctx.store_id, command.order_id, command.lines, shift.business_date)
    if isinstance(plan, Refusal):
        return Decision(refusal=plan)
    if plan.refund_fen != command.refund_fen:
        return Decision.refuse("returns.amount_changed", refund_fen=plan.refund_fen)
    approved = approve(ctx, "returns.return_goods", command.order_id)
    if approved.approver_id is None:
        return approved.decision
    booked = _book(command, ctx, plan, shift, approved.approver_id)
    return booked if booked.refusal is not None else approved.decision + booked


def _book(command: ReturnGoods, ctx: Context, plan: Plan, shift: ShiftRow, approver_id: str) -> Decision:
    returned = _returned(command, ctx, plan, shift, approver_id)
    given = Decision()
    for part, (paid, part_fen) in zip(returned.refunds, plan.parts, strict=True):
        refund = Refund(part.refund_id, part_fen, returned.reason, approver_id)
        given += give_back(ctx, paid, shift, refund)
    moved = movements_for_return(
        command.return_id, [Wanted(line.item_id, line.qty_milli) for line in plan.lines]
    )
    is_settled = all(part.tender == "cash" for part in returned.refunds)
    settled = Decision.of(_settled(returned)) if is_settled else Decision()
    answer = GoodsTaken(
        return_id=returned.return_id,
        return_no=returned.return_no,
        kind=returned.kind,
        refund_fen=returned.refund_fen,
        refunds=returned.refunds,
        is_settled=is_settled,
    )
    return Decision.of(returned, answer=answer) + given + moved + settled


def retry_refund(command: RetryRefund, ctx: Context) -> Decision:
    """The same money by the same payment, once more: the return's approval holds for it."""
    refusal = check_ids(new_refund_id=command.new_refund_id) or wrong_terminal(ctx, command.terminal_id)
    if refusal is not None:
        return refusal
    former = store.refund(ctx.read, ctx.store_id, command.refund_id)
    returned = store.return_row(ctx.read, ctx.store_id, former.return_id) if former else None
    if former is None or returned is None:
        return Decision.refuse("returns.refund_unknown", 404)
    attempt = payments.attempt(ctx.read, ctx.store_id, former.refund_id)
    if former.is_replaced or attempt is None or attempt.state != "refused":
        return Decision.refuse("returns.refund_not_refused")
    of_this = (ctx.read, ctx.store_id, returned.return_id)
    if given_fen(*of_this)[former.payment_id] or is_under_way(*of_this, former.payment_id):
        return Decision.refuse("returns.refund_not_owed")
    shift = shift_to_pay_in(ctx, command.terminal_id)
    if shift is None:
        return no_open_shift(command.terminal_id)
    paid = payments.payment(ctx.read, ctx.store_id, former.payment_id)
    if paid is None:
        return Decision.refuse("payments.payment_unknown", 404)
    refund = Refund(command.new_refund_id, former.amount_fen, returned.reason, returned.approver_id)
    given = give_back(ctx, paid, shift, refund)
    if given.refusal is not None:
        return given
    retried = RefundRetried(
        return_id=returned.return_id,
        order_id=returned.order_id,
        terminal_id=command.terminal_id,
        former_refund_id=former.refund_id,
        refund=MoneyBack(
            refund_id=command.new_refund_id,
            payment_id=former.payment_id,
            tender=former.tender,
            amount_fen=former.amount_fen,
        ),
    )
    answer = RefundAsked(return_id=returned.return_id, refund_id=command.new_refund_id)
    return Decision.of(retried, answer=answer) + given


def _malformed(command: ReturnGoods) -> Decision | None:
    if not command.reason.strip():
        return Decision.refuse("returns.reason_missing", 400)
    return check_ids(return_id=command.return_id) or check_texts(command.reason)


def _returned(
    command: ReturnGoods, ctx: Context, plan: Plan, shift: ShiftRow, approver_id: str
) -> GoodsReturned:
    refunds = tuple(
        MoneyBack(refund_id=ctx.new_id(), payment_id=paid.payment_id, tender=paid.tender, amount_fen=part_fen)
        for paid, part_fen in plan.parts
    )
    return GoodsReturned(
        return_id=command.return_id,
        return_no=return_no(plan.order.receipt_no or "", plan.number),
        order_id=command.order_id,
        terminal_id=shift.terminal_id,
        business_date=shift.business_date,
        shift_id=shift.shift_id,
        kind=plan.kind,
        extent=plan.extent,
        lines=plan.lines,
        refunds=refunds,
        amount_fen=plan.amount_fen,
        tax_fen=sum(line.tax_fen for line in plan.lines),
        refund_fen=plan.refund_fen,
        reason=command.reason.strip(),
        approver_id=approver_id,
    )


def _settled(returned: GoodsReturned) -> ReturnSettled:
    return ReturnSettled(
        return_id=returned.return_id,
        order_id=returned.order_id,
        terminal_id=returned.terminal_id,
        refund_fen=returned.refund_fen,
    )
