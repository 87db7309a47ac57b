"""The slip of goods that came back: what, why, and the money by each way it went."""

from hub.app.settings import Shop
from hub.app.slips import TENDERS, amounts, head_of, qty, when
from hub.devices.messages import PrintJobView
from hub.devices.paper import AnyBlock, Barcode, Cell, Columns, Cut, Document, Feed, Rule, Text
from hub.kernel.money import yuan
from hub.kernel.sql import Reader
from hub.modules.orders import store as orders
from hub.modules.orders.messages import LineView
from hub.modules.payments import store as payments
from hub.modules.payments.messages import RefundView
from hub.modules.returns import store as returns
from hub.modules.returns.messages import RefundRow, ReturnLine

KINDS = {"void": "整单撤销", "return": "退货单"}


def return_slip(shop: Shop, read: Reader, store_id: str, job: PrintJobView) -> Document:
    """A settled return on paper; its bars are the sale's, so either paper finds the order."""
    back = returns.return_row(read, store_id, job.order_id)
    order = orders.order(read, store_id, back.order_id) if back else None
    if back is None or order is None:
        raise LookupError(job.order_id)
    sold = {line.line_id: line for line in orders.lines(read, store_id, back.order_id)}
    lines = returns.lines_of(read, store_id, back.return_id)
    parts = [
        (part, payments.refund(read, store_id, part.refund_id))
        for part in returns.refunds_of(read, store_id, back.return_id)
    ]
    withheld_fen = back.amount_fen - back.refund_fen
    return (
        *head_of(shop, bool(job.is_copy)),
        Text(text=KINDS[back.kind], align="center", bold=True),
        Text(text=f"退货号 {back.return_no}"),
        Text(text=f"原单号 {order.receipt_no}"),
        Text(text=f"时间 {when(back.at_ms)}"),
        Text(text=f"收银台 {back.terminal_id}"),
        Text(text=f"原因 {back.reason}"),
        Rule(),
        *(block for line in lines for block in _line(sold[line.line_id], line)),
        Rule(),
        *((amounts("此前已退", f"-{yuan(withheld_fen)}"),) if withheld_fen else ()),
        amounts(f"退款 {len(lines)} 行", f"￥{yuan(back.refund_fen)}", bold=True),
        *(block for part, given in parts for block in _refund(part, given)),
        Feed(lines=1),
        Text(text="顾客签字 ____________________"),
        Feed(lines=1),
        Barcode(data=order.receipt_no or order.order_id),
        Feed(lines=3),
        Cut(),
    )


def _line(sold: LineView, back: ReturnLine) -> tuple[AnyBlock, ...]:
    return (
        Text(text=sold.name),
        Columns(
            cells=(
                Cell(text=f"  退 {qty(back.qty_milli)}{sold.unit}", width=6),
                Cell(text=f"-{yuan(back.amount_fen)}", width=4, align="right"),
            )
        ),
    )


def _refund(part: RefundRow, given: RefundView | None) -> tuple[AnyBlock, ...]:
    blocks: list[AnyBlock] = [amounts(f"退{TENDERS.get(part.tender, part.tender)}", yuan(part.amount_fen))]
    if given is not None and given.reference:
        blocks.append(Text(text=f"  参考号 {given.reference}"))
    if given is not None and given.settled_by:
        blocks.append(Text(text="  ** 店长人工确认 **"))
    return tuple(blocks)
