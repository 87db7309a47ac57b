"""What a return comes to: for the page that asks, and for the handler that books it."""

from collections.abc import Sequence

import msgspec

from hub.kernel.bounds import check_quantity
from hub.kernel.errors import Refusal
from hub.kernel.sql import Reader
from hub.modules.orders import store as orders
from hub.modules.orders.messages import LineView, OrderRow
from hub.modules.orders.model import MAX_LINES, has_own_quantity, is_whole
from hub.modules.payments import store as payments
from hub.modules.payments.messages import PaymentView
from hub.modules.payments.refunds import left_fen
from hub.modules.returns import store
from hub.modules.returns.events import Extent, Kind, LineBack
from hub.modules.returns.messages import LineWanted
from hub.modules.returns.model import Payable, Share, split_back


class Plan(msgspec.Struct, frozen=True):
    """Lines, money and payments of a return that may be booked."""

    order: OrderRow
    kind: Kind
    extent: Extent
    lines: tuple[LineBack, ...]
    parts: tuple[tuple[PaymentView, int], ...]
    number: int
    """Which return of its order it is, from 1."""

    @property
    def amount_fen(self) -> int:
        """What was paid for the goods."""
        return sum(line.amount_fen for line in self.lines)

    @property
    def refund_fen(self) -> int:
        """What goes back."""
        return sum(part_fen for _, part_fen in self.parts)


def plan_return(
    read: Reader, store_id: str, order_id: str, wanted: Sequence[LineWanted], business_date: str
) -> Plan | Refusal:
    """What these lines of an order come to on a business date, or why they cannot come back."""
    order = orders.order(read, store_id, order_id)
    if order is None or order.state != "paid":
        return Refusal("returns.order_unknown", 404)
    if not 0 < len(wanted) <= MAX_LINES or len({one.line_id for one in wanted}) < len(wanted):
        return Refusal("returns.lines_malformed", 400, {"limit": MAX_LINES})
    sold, shares = shares_of(read, store_id, order_id)
    for line in wanted:
        if (refusal := _why_not(line, sold, shares)) is not None:
            return refusal
    lines = tuple(_back(sold[line.line_id], shares[line.line_id], line.qty_milli) for line in wanted)
    known = store.order_back(read, store_id, order_id)
    after = {line.line_id: line.qty_milli for line in wanted}
    is_all = all(share.left_milli == after.get(line_id, 0) for line_id, share in shares.items())
    is_void = is_all and known is None and order.business_date == business_date
    return Plan(
        order=order,
        kind="void" if is_void else "return",
        extent="all" if is_all else "part",
        lines=tuple(sorted(lines, key=lambda line: line.line_no)),
        parts=_parts(read, store_id, order_id, sum(line.amount_fen for line in lines)),
        number=1 + (known.return_count if known else 0),
    )


def shares_of(read: Reader, store_id: str, order_id: str) -> tuple[dict[str, LineView], dict[str, Share]]:
    """An order's lines as sold, and how much of each is back."""
    back = store.returned_milli(read, store_id, order_id)
    sold = {line.line_id: line for line in orders.lines(read, store_id, order_id) if not line.voided}
    shares = {
        line_id: Share(line.qty_milli, line.amount_fen, line.tax_fen, back.get(line_id, 0))
        for line_id, line in sold.items()
    }
    return sold, shares


def _why_not(wanted: LineWanted, sold: dict[str, LineView], shares: dict[str, Share]) -> Refusal | None:
    line = sold.get(wanted.line_id)
    if line is None:
        return Refusal("returns.line_unknown", 404)
    if (outside := check_quantity(wanted.qty_milli)) is not None:
        return outside.refusal
    if not is_whole(line.sold_by, wanted.qty_milli):
        return Refusal("orders.quantity_not_whole", 400, {"item": line.name})
    if wanted.qty_milli > shares[line.line_id].left_milli:
        return Refusal("returns.more_than_sold", facts={"item": line.name})
    if has_own_quantity(line) and wanted.qty_milli != line.qty_milli:
        return Refusal("returns.only_whole", facts={"item": line.name})
    return None


def _back(line: LineView, share: Share, qty_milli: int) -> LineBack:
    return LineBack(
        line_id=line.line_id,
        line_no=line.line_no,
        item_id=line.item_id,
        qty_milli=qty_milli,
        amount_fen=share.worth_fen(qty_milli),
        tax_fen=share.tax_of_fen(qty_milli),
    )


def _parts(
    read: Reader, store_id: str, order_id: str, amount_fen: int
) -> tuple[tuple[PaymentView, int], ...]:
    paid = {one.payment_id: one for one in payments.payments_of(read, store_id, order_id)}
    payable = [Payable(one.payment_id, one.tender, left_fen(read, store_id, one)) for one in paid.values()]
    return tuple(
        (paid[payment.payment_id], part_fen) for payment, part_fen in split_back(amount_fen, payable)
    )
