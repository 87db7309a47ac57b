"""Pure rules: a basket's states, what a line comes to, when a second person must look."""

from collections.abc import Iterable
from enum import StrEnum

from hub.kernel.money import line_amount_fen, tax_included_fen
from hub.modules.catalogue.codes import PLAIN, Reading
from hub.modules.catalogue.messages import ItemView
from hub.modules.orders.events import Line, Weighing
from hub.modules.orders.messages import LineView

MAX_LINES = 250
"""So that a paid order fits one journal entry with room for long names: almost a KiB a line."""
MAX_LINE_NO = 5_000
"""Lines a basket may ever have had, voided ones included."""
MAX_PAYMENTS = 8
MAX_CODE_CHARS = 160
"""A Digital Link with batch, expiry and serial has room."""
PIECE_MILLI = 1000

VOID_LIMIT_FEN = 100_00
"""What a cashier may take off one basket before a second person must look."""


class BasketState(StrEnum):
    """A basket is served, waits, is being paid by card or code, and ends as an order or given up."""

    OPEN = "open"
    PARKED = "parked"
    PAYING = "paying"
    PAID = "paid"
    CLEARED = "cleared"


class BasketAct(StrEnum):
    """What may be done with a basket."""

    EDIT = "edit"
    PARK = "park"
    RESUME = "resume"
    CLEAR = "clear"
    ASK = "ask"
    FREE = "free"
    PAY = "pay"


TRANSITIONS: dict[tuple[BasketState, BasketAct], BasketState] = {
    (BasketState.OPEN, BasketAct.EDIT): BasketState.OPEN,
    (BasketState.OPEN, BasketAct.PARK): BasketState.PARKED,
    (BasketState.PARKED, BasketAct.RESUME): BasketState.OPEN,
    (BasketState.OPEN, BasketAct.CLEAR): BasketState.CLEARED,
    (BasketState.PARKED, BasketAct.CLEAR): BasketState.CLEARED,
    (BasketState.OPEN, BasketAct.ASK): BasketState.PAYING,
    (BasketState.PAYING, BasketAct.ASK): BasketState.PAYING,
    (BasketState.PAYING, BasketAct.FREE): BasketState.OPEN,
    (BasketState.OPEN, BasketAct.PAY): BasketState.PAID,
    (BasketState.PAYING, BasketAct.PAY): BasketState.PAID,
}


def move(state: str, act: BasketAct) -> BasketState | None:
    """The state after an act, or None where the act is not allowed."""
    return TRANSITIONS.get((BasketState(state), act))


def needs_approval(unapproved_fen: int, taken_off_fen: int) -> bool:
    """Whether taking this much off, with what went before it, is over a cashier's limit."""
    return taken_off_fen > 0 and unapproved_fen + taken_off_fen > VOID_LIMIT_FEN


def is_whole(sold_by: str, qty_milli: int) -> bool:
    """Whether a quantity suits the item: pieces are not cut, weight is."""
    return sold_by == "weight" or qty_milli % PIECE_MILLI == 0


def measured(item: ItemView, reading: Reading) -> int | None:
    """How much of the item its code stands for, None where it has to be weighed first.

    A label's weight is what the customer was promised; one that tells the amount alone stands for the
    weight that comes to it.
    """
    if item.sold_by == "piece":
        return PIECE_MILLI
    if reading.weight_g is None and reading.amount_fen is not None:
        price_fen = item.price_fen or reading.amount_fen
        return max(1, (reading.amount_fen * PIECE_MILLI + price_fen // 2) // price_fen)
    return reading.weight_g


def line_of(
    item: ItemView,
    line_id: str,
    line_no: int,
    qty_milli: int,
    code: str | None,
    weighing: Weighing | None = None,
    reading: Reading = PLAIN,
    symbology: str | None = None,
) -> Line:
    """A line as sold now, at the item's price and tax, or at the amount that its code promised."""
    by_price_fen = line_amount_fen(item.price_fen, qty_milli)
    amount_fen = by_price_fen if reading.amount_fen is None else reading.amount_fen
    return Line(
        line_id=line_id,
        line_no=line_no,
        item_id=item.item_id,
        sku=item.sku,
        code=code,
        name=item.name,
        name_en=item.name_en,
        unit=item.unit,
        sold_by=item.sold_by,
        unit_price_fen=item.price_fen,
        qty_milli=qty_milli,
        amount_fen=amount_fen,
        tax_rate_bp=item.tax_rate_bp,
        tax_fen=tax_included_fen(amount_fen, item.tax_rate_bp),
        weighed_by=weighing.device_id if weighing else None,
        tare_g=weighing.tare_g if weighing else None,
        batch=reading.batch,
        expires_on=reading.expires_on,
        serial=reading.serial,
        priced_by="catalogue" if reading.amount_fen is None else "label",
        symbology=symbology,
    )


def may_be_one_line(line: LineView, item: ItemView, reading: Reading) -> bool:
    """Whether one more piece only raises a line: the same price and batch, and neither is one of its kind."""
    return (
        line.state == "live"
        and line.sold_by == "piece"
        and line.unit_price_fen == item.price_fen
        and (line.batch, line.expires_on) == (reading.batch, reading.expires_on)
        and not has_own_quantity(line)
        and reading.amount_fen is None
        and reading.serial is None
    )


def has_own_quantity(line: LineView) -> bool:
    """Whether the quantity is the label's or that of one piece with a serial, and so not to be changed."""
    return line.priced_by == "label" or line.serial is not None


def sums(lines: Iterable[Line]) -> tuple[int, int]:
    """The total and the tax in it, over all lines."""
    total_fen = tax_fen = 0
    for line in lines:
        total_fen += line.amount_fen
        tax_fen += line.tax_fen
    return total_fen, tax_fen


def receipt_no(store_id: str, terminal_id: str, business_date: str, receipt_seq: int) -> str:
    """The number on the receipt: S001-T01-20261122-0001."""
    return f"{store_id}-{terminal_id}-{business_date.replace('-', '')}-{receipt_seq:04d}"


def split_due(total_fen: int, tendered_fen: list[int]) -> list[int] | None:
    """How much of the total each tendered amount covers, in order.

    None when they do not cover it, or when one comes after it is covered.
    """
    parts: list[int] = []
    left_fen = total_fen
    for place, amount_fen in enumerate(tendered_fen):
        if place and left_fen == 0:
            return None
        parts.append(min(amount_fen, left_fen))
        left_fen -= parts[-1]
    return parts if left_fen == 0 and parts else None
