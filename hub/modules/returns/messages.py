"""Commands in, returns out. Money in fen, quantities in thousandths of the item's unit."""

from typing import ClassVar, Literal

import msgspec

from hub.kernel.messages import Command, View
from hub.modules.audit.messages import Approval
from hub.modules.orders.messages import OrderRow
from hub.modules.returns.events import Extent, Kind, MoneyBack

RefundState = Literal["given", "under_way", "refused"]


class LineWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So much of a line is to come back."""

    line_id: str
    qty_milli: int


class AskReturn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What would go back for these lines of a paid order, at this till."""

    order_id: str
    terminal_id: str
    lines: list[LineWanted]


class ReturnGoods(Command, frozen=True, kw_only=True):
    """Take goods of a paid order back, and give their money back by the way it came; needs an approval.

    `refund_fen` is what the till showed as going back. Cash goes out of the drawer at once; a card or code
    refund is asked of the terminal.
    """

    secret_fields: ClassVar[tuple[str, ...]] = ("approval",)
    return_id: str
    order_id: str
    terminal_id: str
    lines: list[LineWanted]
    refund_fen: int
    reason: str
    approval: Approval | None = None


class RetryRefund(Command, frozen=True, kw_only=True):
    """Ask again for a refund of a return that came to nothing; `refund_id` is the one that did."""

    refund_id: str
    new_refund_id: str
    terminal_id: str


class PartBack(msgspec.Struct, frozen=True, kw_only=True):
    """What goes back by one payment."""

    payment_id: str
    tender: str
    amount_fen: int


class ReturnOffer(msgspec.Struct, frozen=True, kw_only=True):
    """What would go back: less than the goods cost where money of the order went back before."""

    kind: Kind
    extent: Extent
    amount_fen: int
    refund_fen: int
    parts: tuple[PartBack, ...]


class GoodsTaken(msgspec.Struct, frozen=True, kw_only=True):
    """Answer to ReturnGoods; what becomes of card and code refunds is shown live."""

    return_id: str
    return_no: str
    kind: Kind
    refund_fen: int
    refunds: tuple[MoneyBack, ...]
    is_settled: bool


class RefundAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Answer to RetryRefund."""

    return_id: str
    refund_id: str


class LineLeft(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a paid order, and how much of it is back. `is_whole`: it comes back whole or not at all."""

    line_id: str
    line_no: int
    name: str
    name_en: str
    unit: str
    sold_by: Literal["piece", "weight"]
    qty_milli: int
    amount_fen: int
    returned_milli: int
    returned_fen: int
    is_whole: bool


class RefundStanding(msgspec.Struct, frozen=True, kw_only=True):
    """Where one refund of a return stands; `reason` and `text` are the terminal's."""

    refund_id: str
    tender: str
    amount_fen: int
    state: RefundState
    reason: str = ""
    text: str = ""


class ReturnStanding(msgspec.Struct, frozen=True, kw_only=True):
    """A return of an order, with its money."""

    return_id: str
    return_no: str
    kind: Kind
    terminal_id: str
    amount_fen: int
    refund_fen: int
    reason: str
    at_ms: int
    is_settled: bool
    refunds: tuple[RefundStanding, ...]


class SoldOrder(msgspec.Struct, frozen=True, kw_only=True):
    """A paid order with all that is back of it."""

    order: OrderRow
    extent: Literal["none", "part", "all"]
    lines: tuple[LineLeft, ...]
    returns: tuple[ReturnStanding, ...]


class SoldRow(msgspec.Struct, frozen=True, kw_only=True):
    """A paid order in a till's list."""

    order_id: str
    receipt_no: str
    paid_ms: int
    line_count: int
    total_fen: int
    extent: Literal["none", "part", "all"]


class ReturnRow(View, frozen=True):
    """One return without its lines."""

    return_id: str
    return_no: str
    order_id: str
    terminal_id: str
    business_date: str
    shift_id: str
    kind: Kind
    amount_fen: int
    tax_fen: int
    refund_fen: int
    reason: str
    approver_id: str
    taken_by: str | None
    at_ms: int
    settled_ms: int | None


class ReturnLine(View, frozen=True):
    """One line of a return."""

    line_id: str
    line_no: int
    item_id: str
    qty_milli: int
    amount_fen: int
    tax_fen: int


class RefundRow(View, frozen=True):
    """One refund of a return; a replaced one came to nothing and was asked for again."""

    refund_id: str
    return_id: str
    order_id: str
    payment_id: str
    tender: str
    amount_fen: int
    is_replaced: int
