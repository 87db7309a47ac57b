"""What a return answers to the end of a refund: once all its money is back, it is settled."""

from hub.kernel.context import Context
from hub.kernel.decision import Decision
from hub.modules.payments import store as payments
from hub.modules.payments.events import PaymentRefunded
from hub.modules.returns import store
from hub.modules.returns.events import ReturnSettled


def payment_refunded(event: PaymentRefunded, ctx: Context) -> Decision:
    """The last refund of a return settles it; cash that goes with the return itself is not on record yet."""
    mine = store.refund(ctx.read, ctx.store_id, event.refund_id)
    returned = store.return_row(ctx.read, ctx.store_id, mine.return_id) if mine else None
    if mine is None or returned is None or mine.is_replaced or returned.settled_ms is not None:
        return Decision()
    others = (
        one.refund_id
        for one in store.refunds_of(ctx.read, ctx.store_id, returned.return_id)
        if one.refund_id != event.refund_id
    )
    if any(payments.refund(ctx.read, ctx.store_id, other) is None for other in others):
        return Decision()
    return Decision.of(
        ReturnSettled(
            return_id=returned.return_id,
            order_id=returned.order_id,
            terminal_id=event.terminal_id,
            refund_fen=returned.refund_fen,
        )
    )
