"""The manifest of returns."""

from typing import Any

from hub.kernel.module import CommandSpec, Manifest
from hub.modules.audit.handlers import check_approval
from hub.modules.payments.events import PaymentRefunded
from hub.modules.returns import events, handlers, messages, projection, reactions
from hub.modules.returns.tables import TABLES


def _routes() -> list[Any]:
    from hub.modules.returns.routes import CONTROLLERS  # noqa: PLC0415 (the HTTP library only where it serves)

    return list(CONTROLLERS)


TAKE = "returns.take"

MODULE = Manifest(
    name="returns",
    package="hub.modules.returns",
    commands=(
        CommandSpec(messages.ReturnGoods, handlers.return_goods, TAKE, prepare=check_approval),
        CommandSpec(messages.RetryRefund, handlers.retry_refund, TAKE),
    ),
    events=(events.GoodsReturned, events.RefundRetried, events.ReturnSettled),
    projections={
        events.GoodsReturned: projection.goods_returned,
        events.RefundRetried: projection.refund_retried,
        events.ReturnSettled: projection.return_settled,
    },
    tables=TABLES,
    reactions={PaymentRefunded: reactions.payment_refunded},
    routes=_routes,
)
