"""Handlers of a basket that is paid by card or code: asking, and booking what was asked."""

from hub.kernel.context import Context
from hub.kernel.decision import Decision
from hub.modules.orders.baskets import basket_for
from hub.modules.orders.events import PayingBegan
from hub.modules.orders.messages import FinishSale, StartPayment
from hub.modules.orders.model import MAX_PAYMENTS, BasketAct
from hub.modules.orders.paying import held_parts, left_to_pay_fen, moves_of, paid, sale_of
from hub.modules.payments.attempts import open_attempt
from hub.modules.payments.handlers import no_open_shift, shift_to_pay_in


def start_payment(command: StartPayment, ctx: Context) -> Decision:
    """Ask for money by card or code; from now on nobody changes the basket until that is over.

    What could not be sold is refused here: nobody's card is charged for what is not on the shelf.
    """
    row, refusal = basket_for(ctx, command.order_id, BasketAct.ASK)
    if row is None:
        return refusal
    if row.line_count == 0:
        return Decision.refuse("orders.basket_empty")
    parts = held_parts(ctx, row) if row.state == "paying" else []
    if any(part.state != "approved" for part in parts):
        return Decision.refuse("payments.attempt_open")
    if len(parts) >= MAX_PAYMENTS:
        return Decision.refuse("orders.payments_malformed", 400, limit=MAX_PAYMENTS)
    due_fen = left_to_pay_fen(row, parts)
    if due_fen != command.due_fen:
        return Decision.refuse("orders.total_changed", total_fen=due_fen)
    if command.amount_fen > due_fen:
        return Decision.refuse("orders.payment_too_much", 400, due_fen=due_fen)
    shift = shift_to_pay_in(ctx, row.terminal_id)
    if shift is None:
        return no_open_shift(row.terminal_id)
    if (short := moves_of(ctx, sale_of(ctx, row, ()))).refusal is not None:
        return short
    asked = open_attempt(ctx, shift, row.order_id, command.attempt_id, command.tender, command.amount_fen)
    if asked.refusal is not None or row.state == "paying":
        return asked
    began = PayingBegan(order_id=row.order_id, terminal_id=row.terminal_id, total_fen=row.total_fen)
    return asked + Decision.of(began)


def finish_sale(command: FinishSale, ctx: Context) -> Decision:
    """Book a basket whose money is all there."""
    row, refusal = basket_for(ctx, command.order_id, BasketAct.PAY)
    if row is None:
        return refusal
    parts = held_parts(ctx, row) if row.state == "paying" else []
    if any(part.state != "approved" for part in parts):
        return Decision.refuse("payments.attempt_open")
    if (due_fen := left_to_pay_fen(row, parts)) > 0 or not parts:
        return Decision.refuse("payments.too_little", due_fen=due_fen, tendered_fen=0)
    return paid(ctx, sale_of(ctx, row, parts), [])
