"""What a basket answers to the end of a card or code payment: it is booked, or it is free again."""

import msgspec

from hub.kernel.context import Context
from hub.kernel.decision import Decision
from hub.modules.orders import store
from hub.modules.orders.events import PayingEnded
from hub.modules.orders.paying import held_parts, left_to_pay_fen, paid, sale_of
from hub.modules.payments.attempt_model import AttemptState
from hub.modules.payments.events import AttemptMoved
from hub.modules.payments.messages import AttemptView

_OVER = (AttemptState.REFUSED, AttemptState.REVERSED)


def attempt_moved(event: AttemptMoved, ctx: Context) -> Decision:
    """The order is paid with the approval that covers it; its basket is free once nothing holds it.

    A sale that cannot be booked now (its goods were sold elsewhere meanwhile) keeps its money on record, and
    the till asks what to do. A refusal here would forget the approval.
    """
    if event.act != "sale":
        return Decision()
    row = store.basket_row(ctx.read, ctx.store_id, event.order_id)
    if row is None or row.state != "paying":
        return Decision()
    parts = [part for part in (_after(event, part) for part in held_parts(ctx, row)) if _is_held(part)]
    if not parts:
        return Decision.of(PayingEnded(order_id=row.order_id, terminal_id=row.terminal_id))
    if any(part.state != "approved" for part in parts) or left_to_pay_fen(row, parts) > 0:
        return Decision()
    booked = paid(ctx, sale_of(ctx, row, parts), [])
    return Decision() if booked.refusal is not None else booked


def _after(event: AttemptMoved, part: AttemptView) -> AttemptView:
    """A part as it is once this event is written."""
    if part.attempt_id != event.attempt_id:
        return part
    return msgspec.structs.replace(
        part,
        state=event.state,
        holds=int(event.holds),
        reference=event.reference,
        scheme=event.scheme,
        account=event.account,
        settled_by=event.settled_by,
    )


def _is_held(part: AttemptView) -> bool:
    return bool(part.holds) and part.state not in _OVER
