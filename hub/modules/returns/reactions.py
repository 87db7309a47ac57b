"""What a return answers to the end of a refund: once all its money is back, it is settled."""

from hub.kernel.context import Context
from hub.kernel.decision import Decision
from hub.modules.payments.events import PaymentRefunded
from hub.modules.returns import store
from hub.modules.returns.events import ReturnSettled
from hub.modules.returns.owed import given_fen


def payment_refunded(event: PaymentRefunded, ctx: Context) -> Decision:
    """The last money of a return settles it, be it by a refund that was replaced and came to pass after all.

    Cash that goes with the return itself is not on record yet.
    """
    mine = store.refund(ctx.read, ctx.store_id, event.refund_id)
    returned = store.return_row(ctx.read, ctx.store_id, mine.return_id) if mine else None
    if returned is None or returned.settled_ms is not None:
        return Decision()
    given = given_fen(ctx.read, ctx.store_id, returned.return_id)
    given[event.payment_id] += event.amount_fen
    parts = store.refunds_of(ctx.read, ctx.store_id, returned.return_id)
    if any(given[part.payment_id] < part.amount_fen for part in parts):
        return Decision()
    return Decision.of(
        ReturnSettled(
            return_id=returned.return_id,
            order_id=returned.order_id,
            terminal_id=event.terminal_id,
            refund_fen=returned.refund_fen,
        )
    )
