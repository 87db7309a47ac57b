"""Commands in, baskets and orders out. Money in fen, quantities in thousandths of the item's unit.

A basket's id is its order's id (client-made, or made by the hub on the first scan of a till).
"""

from typing import ClassVar, Literal

import msgspec

from hub.kernel.messages import Command, View
from hub.modules.audit.messages import Approval
from hub.modules.orders.events import Weighing
from hub.modules.payments.messages import AttemptView, ElectronicTender, PaymentDone

OrderState = Literal["open", "parked", "paying", "paid", "cleared"]
ScanOutcome = Literal["added", "raised", "unknown", "needs_weight", "receipt"]


class ScanCode(Command, frozen=True, kw_only=True):
    """A code was scanned or typed at a till: it lands on that till's open basket, opening one if none is.

    With `order_id` the scan lands on that basket or is refused. `symbology` is the AIM code ("E0", "d2")
    where the scanner told it.
    """

    terminal_id: str
    code: str
    symbology: str | None = None
    order_id: str | None = None
    line_id: str | None = None


class AddItem(Command, frozen=True, kw_only=True):
    """An item was touched on the till or chosen from a search.

    A weight that is typed at a till whose scale works needs an approval. `code` is the scanned text that
    asked for the weight, for what it says of these very goods.
    """

    secret_fields: ClassVar[tuple[str, ...]] = ("approval",)
    terminal_id: str
    item_id: str
    qty_milli: int = 1000
    order_id: str | None = None
    line_id: str | None = None
    code: str | None = None
    symbology: str | None = None
    approval: Approval | None = None


class AddWeighed(Command, frozen=True, kw_only=True):
    """The hub's own word that a scale weighed this item; no route takes it."""

    terminal_id: str
    item_id: str
    weighing: Weighing
    order_id: str | None = None
    line_id: str | None = None
    code: str | None = None
    symbology: str | None = None


class SetQuantity(Command, frozen=True, kw_only=True):
    """Change a line's quantity; taking away more than the limit needs an approval, as a void does."""

    secret_fields: ClassVar[tuple[str, ...]] = ("approval",)
    order_id: str
    line_id: str
    qty_milli: int
    approval: Approval | None = None


class VoidLine(Command, frozen=True, kw_only=True):
    """Take a line off the basket; it stays on record. Above the limit it needs an approval."""

    secret_fields: ClassVar[tuple[str, ...]] = ("approval",)
    order_id: str
    line_id: str
    approval: Approval | None = None


class ParkBasket(Command, frozen=True, kw_only=True):
    """Put the open basket aside so that the till can serve the next customer."""

    order_id: str
    label: str = ""


class ResumeBasket(Command, frozen=True, kw_only=True):
    """Bring a parked basket to a till that has no open one."""

    order_id: str
    terminal_id: str


class ClearBasket(Command, frozen=True, kw_only=True):
    """Empty and close a basket; it stays on record. Above the limit it needs an approval."""

    secret_fields: ClassVar[tuple[str, ...]] = ("approval",)
    order_id: str
    approval: Approval | None = None


class PayCash(Command, frozen=True, kw_only=True):
    """Pay in cash what is left to pay of the basket.

    `due_fen` is what the till showed as left, so a late scan is never paid unseen.
    """

    order_id: str
    payment_id: str
    due_fen: int
    tendered_fen: int


class StartPayment(Command, frozen=True, kw_only=True):
    """Take all of what is left to pay, or a part of it, by card or by the customer's payment code.

    `due_fen` is what the till showed as left. For a code the till then waits for it to be scanned.
    """

    order_id: str
    attempt_id: str
    tender: ElectronicTender
    due_fen: int
    amount_fen: int


class FinishSale(Command, frozen=True, kw_only=True):
    """Try again to book a basket whose money is all there, but which could not be booked then."""

    order_id: str


class PlacedLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of a one-shot order: exactly one of item_id and code."""

    line_id: str
    qty_milli: int
    item_id: str | None = None
    code: str | None = None


class PlacedPayment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the customer hands over; cash beyond what is due comes back as change."""

    payment_id: str
    tender: Literal["cash"]
    amount_fen: int


class PlaceOrder(Command, frozen=True, kw_only=True):
    """A whole paid order at once, for self-service tills and integrators; same rules as a basket."""

    order_id: str
    terminal_id: str
    lines: list[PlacedLine]
    payments: list[PlacedPayment]


class Scanned(msgspec.Struct, frozen=True, kw_only=True):
    """Answer to ScanCode and AddItem: `unknown` and `needs_weight` tell the till to ask the cashier.

    Of goods to be weighed, `code` is the whole text that was scanned: it goes with the weight.
    `receipt`: the code is the number of a paid order, whose goods may be coming back.
    """

    outcome: ScanOutcome
    code: str | None = None
    order_id: str | None = None
    line_id: str | None = None
    item_id: str | None = None
    qty_milli: int = 0
    total_fen: int = 0
    symbology: str | None = None
    batch: str | None = None
    expires_on: str | None = None
    serial: str | None = None


class BasketChanged(msgspec.Struct, frozen=True, kw_only=True):
    """Answer to the commands that change a basket."""

    order_id: str
    state: OrderState
    total_fen: int


class OrderPlaced(msgspec.Struct, frozen=True, kw_only=True):
    """Answer to PayCash, FinishSale and PlaceOrder."""

    order_id: str
    receipt_no: str
    business_date: str
    total_fen: int
    change_fen: int
    payments: tuple[PaymentDone, ...]


class LineView(View, frozen=True):
    """One line; tax is the part of the amount that is tax.

    amount = unit price × quantity, except on a line that is priced by its label.
    """

    line_id: str
    line_no: int
    item_id: str
    sku: str
    code: str | None
    name: str
    name_en: str
    unit: str
    sold_by: Literal["piece", "weight"]
    unit_price_fen: int
    qty_milli: int
    amount_fen: int
    tax_rate_bp: int
    tax_fen: int
    state: Literal["live", "voided"]
    weighed_by: str | None = None
    tare_g: int | None = None
    batch: str | None = None
    expires_on: str | None = None
    serial: str | None = None
    priced_by: Literal["catalogue", "label"] = "catalogue"
    symbology: str | None = None

    @property
    def voided(self) -> bool:
        """Whether it was taken off the basket."""
        return self.state == "voided"


class OrderRow(View, frozen=True):
    """One order or basket without its lines; receipt_no, business_date and shift_id come with payment."""

    order_id: str
    terminal_id: str
    state: OrderState
    opened_ms: int
    changed_ms: int
    total_fen: int
    tax_fen: int
    line_count: int
    label: str
    cashier_id: str | None
    receipt_no: str | None
    business_date: str | None
    shift_id: str | None
    paid_ms: int | None
    change_fen: int


class Basket(msgspec.Struct, frozen=True, kw_only=True):
    """A basket as the till draws it: live lines only, `touched_line_id` the one to light up.

    `item_count` counts pieces, and a weighed line as one.
    """

    order_id: str
    terminal_id: str
    state: OrderState
    total_fen: int
    tax_fen: int
    item_count: int
    lines: list[LineView]
    touched_line_id: str | None


class Paying(msgspec.Struct, frozen=True, kw_only=True):
    """The card and code payments of a till: all of its basket's, and others that are not over yet."""

    attempts: list[AttemptView]
    loose: list[AttemptView]


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An order with its lines, voided ones included; its payments are at /api/payments/orders/{order_id}."""

    order: OrderRow
    lines: list[LineView]


class UnknownCodeView(View, frozen=True):
    """A code nobody knew, kept so that the catalogue can learn it."""

    code: str
    times: int
    last_terminal_id: str
    last_ms: int
