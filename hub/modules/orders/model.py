"""Pure rules: a basket's states, what a line comes to, when a second person must look."""

from collections.abc import Iterable
from enum import StrEnum

from hub.kernel.money import line_amount_fen, tax_included_fen
from hub.modules.catalogue.messages import ItemView
from hub.modules.orders.events import Line, Weighing

MAX_LINES = 250
"""So that a paid order fits one journal entry with room for long names: almost a KiB a line."""
MAX_LINE_NO = 5_000
"""Lines a basket may ever have had, voided ones included."""
MAX_PAYMENTS = 8
MAX_CODE_CHARS = 64
PIECE_MILLI = 1000

VOID_LIMIT_FEN = 100_00
"""What a cashier may take off one basket before a second person must look."""


class BasketState(StrEnum):
    """A basket is served, waits, and ends as an order or given up."""

    OPEN = "open"
    PARKED = "parked"
    PAID = "paid"
    CLEARED = "cleared"


class BasketAct(StrEnum):
    """What may be done with a basket."""

    EDIT = "edit"
    PARK = "park"
    RESUME = "resume"
    CLEAR = "clear"
    PAY = "pay"


TRANSITIONS: dict[tuple[BasketState, BasketAct], BasketState] = {
    (BasketState.OPEN, BasketAct.EDIT): BasketState.OPEN,
    (BasketState.OPEN, BasketAct.PARK): BasketState.PARKED,
    (BasketState.PARKED, BasketAct.RESUME): BasketState.OPEN,
    (BasketState.OPEN, BasketAct.CLEAR): BasketState.CLEARED,
    (BasketState.PARKED, BasketAct.CLEAR): BasketState.CLEARED,
    (BasketState.OPEN, BasketAct.PAY): BasketState.PAID,
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


def line_of(
    item: ItemView,
    line_id: str,
    line_no: int,
    qty_milli: int,
    code: str | None,
    weighing: Weighing | None = None,
) -> Line:
    """A line as sold now, at the item's price and tax."""
    amount_fen = line_amount_fen(item.price_fen, qty_milli)
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
    )


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
