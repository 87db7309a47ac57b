"""What a payment terminal's batch should hold by our own books: what was asked of it meanwhile."""

from sqlalchemy import BigInteger, bindparam, cast, func, or_, select

from hub.devices.tables import pay_routes
from hub.kernel.messages import View
from hub.kernel.sql import Query, Reader
from hub.modules.payments.events import BatchTotals
from hub.modules.payments.tables import attempts


class _Kind(View, frozen=True):
    act: str
    count: int
    amount_fen: int


_sums = Query(
    select(attempts.c.act, func.count(), cast(func.coalesce(func.sum(attempts.c.amount_fen), 0), BigInteger))
    .select_from(pay_routes)
    .join(
        attempts,
        (attempts.c.store_id == pay_routes.c.store_id) & (attempts.c.attempt_id == pay_routes.c.attempt_id),
    )
    .where(
        pay_routes.c.store_id == bindparam("store_id"),
        pay_routes.c.device_id == bindparam("device_id"),
        pay_routes.c.routed_ms > bindparam("since_ms"),
        pay_routes.c.routed_ms <= bindparam("until_ms"),
        or_(attempts.c.state == "approved", attempts.c.state == "booked"),
    )
    .group_by(attempts.c.act),
    _Kind,
)


def terminal_batch(read: Reader, store_id: str, device_id: str, since_ms: int, until_ms: int) -> BatchTotals:
    """Sales that stand and refunds that it gave, of those asked of it after one moment and up to another."""
    rows = read.all(_sums, store_id=store_id, device_id=device_id, since_ms=since_ms, until_ms=until_ms)
    found = {one.act: one for one in rows}
    none = _Kind("", 0, 0)
    sales, refunds = found.get("sale", none), found.get("refund", none)
    return BatchTotals(
        sale_count=sales.count,
        sale_fen=sales.amount_fen,
        refund_count=refunds.count,
        refund_fen=refunds.amount_fen,
    )
