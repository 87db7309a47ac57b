"""The life of a basket until it is an order. Money in fen, quantities in thousandths.

`total_fen` and `tax_fen` are always the basket's after the event; `unapproved_fen` is what was taken off
the basket since a second person last looked.
"""

from typing import ClassVar, Literal

import msgspec

from hub.kernel.messages import Event

PricedBy = Literal["catalogue", "label"]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line as sold: what the catalogue said at that moment stays with it for good.

    Batch, last day of sale and serial are what the code of this very piece said. Priced by its label, the
    amount and the weight are what the label promised; the unit price is the catalogue's all the same.
    """

    line_id: str
    line_no: int
    item_id: str
    sku: str
    code: str | None
    name: str
    name_en: str
    unit: str
    sold_by: str
    unit_price_fen: int
    qty_milli: int
    amount_fen: int
    tax_rate_bp: int
    tax_fen: int
    weighed_by: str | None = None
    """The scale that weighed it; None for pieces, and for a weight that was typed or came from a label."""
    tare_g: int | None = None
    batch: str | None = None
    expires_on: str | None = None
    serial: str | None = None
    priced_by: PricedBy = "catalogue"
    symbology: str | None = None
    """The AIM code of the symbol that put it here; None if a hand did, or where the scanner does not tell."""


class Weighing(msgspec.Struct, frozen=True, kw_only=True):
    """What a scale said of goods that were sold by it, kept as evidence; `grams` is net of any tare."""

    device_id: str
    grams: int
    net: bool | None
    tare_g: int | None
    raw_hex: str


class PaidBy(msgspec.Struct, frozen=True, kw_only=True):
    """A payment as the receipt prints it; the ledger's own record is payments.payment_taken."""

    payment_id: str
    tender: str
    amount_fen: int
    tendered_fen: int
    change_fen: int
    reference: str = ""
    scheme: str = ""
    account: str = ""
    settled_by: str | None = None


class BasketOpened(Event, frozen=True, kw_only=True, tag="orders.basket_opened.v1"):
    """A till began serving a customer."""

    subject_field: ClassVar[str] = "order_id"
    order_id: str
    terminal_id: str


class LineAdded(Event, frozen=True, kw_only=True, tag="orders.line_added.v1"):
    """An item landed on the basket; `approver_id` agreed to a weight typed beside a working scale."""

    subject_field: ClassVar[str] = "order_id"
    order_id: str
    terminal_id: str
    line: Line
    total_fen: int
    tax_fen: int
    weighing: Weighing | None = None
    approver_id: str | None = None


class QuantityChanged(Event, frozen=True, kw_only=True, tag="orders.quantity_changed.v1"):
    """A line's quantity was changed, by hand or by scanning the same item again."""

    subject_field: ClassVar[str] = "order_id"
    order_id: str
    terminal_id: str
    line_id: str
    line_no: int
    item_id: str
    was_qty_milli: int
    qty_milli: int
    amount_fen: int
    line_tax_fen: int
    approver_id: str | None
    total_fen: int
    tax_fen: int
    unapproved_fen: int


class LineVoided(Event, frozen=True, kw_only=True, tag="orders.line_voided.v1"):
    """A line was taken off the basket; it stays on record."""

    subject_field: ClassVar[str] = "order_id"
    order_id: str
    terminal_id: str
    line_id: str
    line_no: int
    item_id: str
    qty_milli: int
    amount_fen: int
    approver_id: str | None
    total_fen: int
    tax_fen: int
    unapproved_fen: int


class BasketParked(Event, frozen=True, kw_only=True, tag="orders.basket_parked.v1"):
    """A basket was put aside."""

    subject_field: ClassVar[str] = "order_id"
    order_id: str
    terminal_id: str
    label: str
    total_fen: int


class BasketResumed(Event, frozen=True, kw_only=True, tag="orders.basket_resumed.v1"):
    """A parked basket came back, perhaps on another till (`terminal_id` is where it is now)."""

    subject_field: ClassVar[str] = "order_id"
    order_id: str
    terminal_id: str
    was_terminal_id: str


class BasketCleared(Event, frozen=True, kw_only=True, tag="orders.basket_cleared.v1"):
    """A basket was given up unpaid; total_fen is what was on it."""

    subject_field: ClassVar[str] = "order_id"
    order_id: str
    terminal_id: str
    line_count: int
    total_fen: int
    approver_id: str | None


class PayingBegan(Event, frozen=True, kw_only=True, tag="orders.paying_began.v1"):
    """A card or code was asked for a part of the basket, which nobody may change until that is over."""

    subject_field: ClassVar[str] = "order_id"
    order_id: str
    terminal_id: str
    total_fen: int


class PayingEnded(Event, frozen=True, kw_only=True, tag="orders.paying_ended.v1"):
    """Nothing is under way for the basket any more, and nothing of it is paid: it may be changed again."""

    subject_field: ClassVar[str] = "order_id"
    order_id: str
    terminal_id: str


class UnknownCodeScanned(Event, frozen=True, kw_only=True, tag="orders.unknown_code_scanned.v1"):
    """A code nobody knows was scanned; the till asks, and the code is kept."""

    subject_field: ClassVar[str] = "terminal_id"
    terminal_id: str
    order_id: str | None
    code: str
    symbology: str | None = None


class OrderPaid(Event, frozen=True, kw_only=True, tag="orders.order_paid.v1"):
    """An order is paid: Σ lines = total = Σ payments. Everything a receipt needs is here.

    `at_once`: it was placed whole, so no earlier events of a basket told of its lines.
    """

    subject_field: ClassVar[str] = "order_id"
    order_id: str
    terminal_id: str
    receipt_no: str
    receipt_seq: int
    business_date: str
    shift_id: str
    cashier_id: str | None
    lines: tuple[Line, ...]
    total_fen: int
    tax_fen: int
    change_fen: int
    payments: tuple[PaidBy, ...]
    at_once: bool
