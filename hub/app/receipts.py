"""What comes out of the printer: receipts and shift reports, block by block."""

from hub.app.labels import DEFAULT_ROLL, label_paper, trial_label
from hub.app.return_slips import return_slip
from hub.app.settings import LabelRoll, Shop
from hub.app.slips import SCHEMES, TENDERS, amounts, head_of, qty, when
from hub.devices import store as devices
from hub.devices.messages import PrintJobView
from hub.devices.paper import AnyBlock, Barcode, Cell, Columns, Cut, Document, Feed, Picture, Qr, Rule, Text
from hub.kernel.heads import SignedHead, sign_head
from hub.kernel.journal import EventTypes, read_subject
from hub.kernel.keystore import Keystore
from hub.kernel.ledger import Origin
from hub.kernel.money import yuan
from hub.kernel.sql import Reader
from hub.modules.orders import store as orders
from hub.modules.orders.messages import LineView, OrderRow
from hub.modules.payments import store as payments
from hub.modules.payments.events import SettlementSum, ShiftClosed, TenderSum
from hub.modules.payments.messages import PaymentView

ENDS = {"requested": "未答复", "failed": "未成功", "unknown": "结果未明"}


def _piece(line: LineView) -> str:
    """What the code of this very piece said."""
    said = {"批号": line.batch, "可售至": line.expires_on, "序列号": line.serial}
    return "  ".join(f"{name} {value}" for name, value in said.items() if value)


def _weights(line: LineView) -> str:
    """Gross, tare and net of what was weighed in something."""
    if not line.tare_g:
        return ""
    grams = (line.qty_milli + line.tare_g, line.tare_g, line.qty_milli)
    gross, tare, net = (f"{one // 1000}.{one % 1000:03d}" for one in grams)
    return f"毛{gross} 皮{tare} 净{net}kg"


def _line(line: LineView) -> tuple[AnyBlock, ...]:
    price = "标签价" if line.priced_by == "label" else f"× {yuan(line.unit_price_fen)}"
    quantity = f"{qty(line.qty_milli)}{line.unit} {price}"
    return (
        Text(text=line.name),
        *((Text(text=f"  {piece}"),) if (piece := _piece(line)) else ()),
        *((Text(text=f"  {weights}"),) if (weights := _weights(line)) else ()),
        Columns(
            cells=(
                Cell(text=f"  {quantity}", width=6),
                Cell(text=yuan(line.amount_fen), width=4, align="right"),
            )
        ),
    )


def _payment(payment: PaymentView) -> tuple[AnyBlock, ...]:
    label = TENDERS.get(payment.tender, payment.tender)
    blocks: list[AnyBlock] = [amounts(f"实收({label})", yuan(payment.tendered_fen))]
    if payment.change_fen:
        blocks.append(amounts("找零", yuan(payment.change_fen)))
    scheme = SCHEMES.get(payment.scheme or "", payment.scheme or "")
    if card := " ".join(filter(None, (scheme, payment.account))):
        blocks.append(Text(text=f"  {card}"))
    if payment.reference:
        blocks.append(Text(text=f"  参考号 {payment.reference}"))
    if payment.settled_by:
        blocks.append(Text(text="  ** 店长人工确认 **"))
    return tuple(blocks)


def _tender(taken: TenderSum) -> tuple[AnyBlock, ...]:
    label = TENDERS.get(taken.tender, taken.tender)
    sold = (amounts(f"{label}收款 {taken.count} 笔", yuan(taken.amount_fen)),)
    if not taken.refund_count:
        return sold
    return (*sold, amounts(f"{label}退款 {taken.refund_count} 笔", f"-{yuan(taken.refund_fen)}"))


def _doubts(closed: ShiftClosed) -> tuple[AnyBlock, ...]:
    blocks: list[AnyBlock] = []
    if closed.doubtful_count:
        blocks.append(amounts(f"结果未明 {closed.doubtful_count} 笔", yuan(closed.doubtful_fen), bold=True))
    if closed.by_hand_count:
        blocks.append(amounts("人工确认", f"{closed.by_hand_count} 笔", bold=True))
    return tuple(blocks)


def _settled(one: SettlementSum) -> tuple[AnyBlock, ...]:
    """A payment terminal's own sum beside ours."""
    if one.their_fen is None:
        return (amounts(f"终端 {one.device_id}", "结算" + ENDS.get(one.state, one.state), bold=True),)
    told = amounts(f"终端 {one.device_id} 结算", yuan(one.their_fen))
    if not one.difference_fen:
        return (told,)
    return (told, amounts("  与账差额", yuan(one.difference_fen), bold=True))


def receipt(
    shop: Shop, order: OrderRow, lines: list[LineView], paid: list[PaymentView], is_copy: bool
) -> Document:
    """A paid order on paper."""
    sold = [line for line in lines if not line.voided]
    return (
        *head_of(shop, is_copy),
        Feed(lines=1),
        Text(text=f"单号 {order.receipt_no}"),
        Text(text=f"时间 {when(order.paid_ms or order.changed_ms)}"),
        Text(text=f"收银台 {order.terminal_id}"),
        Rule(),
        *(block for line in sold for block in _line(line)),
        Rule(),
        amounts(f"合计 {len(sold)} 行", f"￥{yuan(order.total_fen)}", bold=True),
        amounts("其中税额", yuan(order.tax_fen)),
        *(block for payment in paid for block in _payment(payment)),
        Feed(lines=1),
        Barcode(data=order.receipt_no or order.order_id),
        Text(text=shop.footer or "谢谢惠顾，欢迎再来", align="center"),
        Feed(lines=3),
        Cut(),
    )


def shift_report(
    shop: Shop, closed: ShiftClosed, closed_ms: int, head: SignedHead, is_copy: bool
) -> Document:
    """A closed shift on paper, with the journal's head as the hub signs it: the slip holds the hub to it."""
    mark = f"{head.origin} {head.epoch}/{head.seq} {head.hash.hex()[:16]}"
    place = f"{head.origin}:{head.epoch}:{head.seq}"
    proof = f"DS1:{place}:{head.hash.hex()}:{head.signature.hex()}"
    return (
        *head_of(shop, is_copy),
        Text(text="交班单 Z", align="center", bold=True),
        Text(text=f"营业日 {closed.business_date}  收银台 {closed.terminal_id}"),
        Text(text=f"时间 {when(closed_ms)}"),
        Rule(),
        amounts("备用金", yuan(closed.float_fen)),
        *(block for taken in closed.tenders for block in _tender(taken)),
        *_doubts(closed),
        *(block for one in closed.settlements for block in _settled(one)),
        amounts("无销售开箱", f"{closed.no_sale_count} 次"),
        amounts("应有现金", yuan(closed.expected_fen), bold=True),
        amounts("清点现金", yuan(closed.counted_fen), bold=True),
        amounts("差额", yuan(closed.difference_fen), bold=True),
        Rule(),
        Text(text=mark),
        Qr(data=proof),
        Feed(lines=3),
        Cut(),
    )


def trial_slip(shop: Shop, job: PrintJobView) -> Document:
    """A slip that shows whether Chinese, amounts, bars and the cutter come out right."""
    return (
        *head_of(shop, bool(job.is_copy)),
        Text(text="测试小票 / TEST SLIP", align="center", bold=True),
        Text(text=f"{job.order_id}  {when(job.queued_ms)}", align="center"),
        Rule(),
        amounts("合计 TOTAL", f"￥{yuan(123456)}", bold=True),
        Text(text="中文标点：。、《》「」 ABC abc 0123456789"),
        Barcode(data=job.order_id),
        Qr(data=job.job_id),
        Feed(lines=3),
        Cut(),
    )


class Layouts:
    """Lays out whatever a print job names, from what the tables and the journal say of it."""

    def __init__(
        self,
        shop: Shop,
        origin: Origin,
        types: EventTypes,
        keystore: Keystore,
        logo: Picture | None = None,
        roll: LabelRoll = DEFAULT_ROLL,
    ) -> None:
        self._roll = roll
        self._shop = shop
        self._logo = (logo,) if logo else ()
        self._origin = origin
        self._types = types
        self._keystore = keystore

    def __call__(self, read: Reader, job: PrintJobView) -> Document:
        """The document of a job. Raises LookupError when what it prints is gone."""
        match job.document:
            case "receipt":
                return self._receipt(read, job)
            case "return_slip":
                return self._return_slip(read, job)
            case "z_report":
                return self._shift_report(read, job)
            case "label":
                return self._label(read, job)
            case "test" if job.printer_kind == "label_printer":
                return trial_label(job, self._roll)
            case "test":
                return trial_slip(self._shop, job)

    def _label(self, read: Reader, job: PrintJobView) -> Document:
        label = devices.label(read, self._origin.store_id, job.order_id)
        if label is None:
            raise LookupError(job.order_id)
        return label_paper(label, self._roll)

    def _receipt(self, read: Reader, job: PrintJobView) -> Document:
        store_id = self._origin.store_id
        order = orders.order(read, store_id, job.order_id)
        if order is None:
            raise LookupError(job.order_id)
        lines = orders.lines(read, store_id, job.order_id)
        paid = payments.payments_of(read, store_id, job.order_id)
        return (*self._logo, *receipt(self._shop, order, lines, paid, bool(job.is_copy)))

    def _return_slip(self, read: Reader, job: PrintJobView) -> Document:
        return (*self._logo, *return_slip(self._shop, read, self._origin.store_id, job))

    def _shift_report(self, read: Reader, job: PrintJobView) -> Document:
        for entry in read_subject(read, job.order_id):
            if entry.type == ShiftClosed.type_name():
                head = sign_head(self._keystore, self._origin.hub_id, entry.epoch, entry.seq, entry.hash)
                closed: ShiftClosed = self._types.decode(entry.body).event
                return shift_report(self._shop, closed, entry.at_ms, head, bool(job.is_copy))
        raise LookupError(job.order_id)
