"""Goods that came back to the shop. Money in fen, quantities in thousandths of the item's unit."""

from typing import ClassVar, Literal

import msgspec

from hub.kernel.messages import Event

Kind = Literal["void", "return"]
"""A void takes back a whole order on the business date that it was paid on."""
Extent = Literal["part", "all"]


class LineBack(msgspec.Struct, frozen=True, kw_only=True):
    """So much of a line of the order, at what was paid for it."""

    line_id: str
    line_no: int
    item_id: str
    qty_milli: int
    amount_fen: int
    tax_fen: int


class MoneyBack(msgspec.Struct, frozen=True, kw_only=True):
    """What goes back of one payment of the order."""

    refund_id: str
    payment_id: str
    tender: str
    amount_fen: int


class GoodsReturned(Event, frozen=True, kw_only=True, tag="returns.goods_returned.v1"):
    """Goods of a paid order came back: Σ lines = amount_fen, Σ refunds = refund_fen ≤ amount_fen.

    Less goes back than the goods cost where money of the order went back without them before.
    `extent` is how much of the order is back after this.
    """

    subject_field: ClassVar[str] = "order_id"
    return_id: str
    return_no: str
    order_id: str
    terminal_id: str
    business_date: str
    shift_id: str
    kind: Kind
    extent: Extent
    lines: tuple[LineBack, ...]
    refunds: tuple[MoneyBack, ...]
    amount_fen: int
    tax_fen: int
    refund_fen: int
    reason: str
    approver_id: str


class RefundRetried(Event, frozen=True, kw_only=True, tag="returns.refund_retried.v1"):
    """A refund that came to nothing was asked for again, under an id of its own."""

    subject_field: ClassVar[str] = "order_id"
    return_id: str
    order_id: str
    terminal_id: str
    former_refund_id: str
    refund: MoneyBack


class ReturnSettled(Event, frozen=True, kw_only=True, tag="returns.return_settled.v1"):
    """All money of a return is with the customer."""

    subject_field: ClassVar[str] = "order_id"
    return_id: str
    order_id: str
    terminal_id: str
    refund_fen: int
