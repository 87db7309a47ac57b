"""Commands in, shifts and payments out; money in fen."""

from typing import ClassVar, Literal

import msgspec

from hub.kernel.messages import Command, View
from hub.modules.audit.messages import Approval

Tender = Literal["cash"]


class OpenShift(Command, frozen=True, kw_only=True):
    """Start taking money at a till; float_fen is the change put in the drawer beforehand."""

    shift_id: str
    terminal_id: str
    float_fen: int


class CloseShift(Command, frozen=True, kw_only=True):
    """End a shift with a blind count: what should be there is told only in the answer."""

    shift_id: str
    counted_fen: int


class TakeXReport(Command, frozen=True, kw_only=True):
    """Read the running totals of an open shift; needs an approval, or the count would not be blind."""

    secret_fields: ClassVar[tuple[str, ...]] = ("approval",)
    shift_id: str
    approval: Approval | None = None


class OpenDrawer(Command, frozen=True, kw_only=True):
    """Open the drawer without a sale; always needs an approval."""

    secret_fields: ClassVar[tuple[str, ...]] = ("approval",)
    terminal_id: str
    reason: str
    approval: Approval | None = None


class ShiftStarted(msgspec.Struct, frozen=True, kw_only=True):
    """Answer to OpenShift."""

    shift_id: str
    terminal_id: str
    business_date: str


class ShiftTotals(msgspec.Struct, frozen=True, kw_only=True):
    """A shift's figures: the X report, and the answer to CloseShift (then with count and difference)."""

    shift_id: str
    terminal_id: str
    business_date: str
    float_fen: int
    cash_fen: int
    expected_fen: int
    payment_count: int
    no_sale_count: int
    counted_fen: int | None = None
    difference_fen: int | None = None


class DrawerRequested(msgspec.Struct, frozen=True, kw_only=True):
    """Answer to OpenDrawer: the release was ordered; the drawer's own evidence follows by itself."""

    release_id: str
    terminal_id: str


class PaymentDone(msgspec.Struct, frozen=True, kw_only=True):
    """One payment as booked: amount stays in the drawer, change goes back to the customer."""

    payment_id: str
    tender: Tender
    amount_fen: int
    tendered_fen: int
    change_fen: int


class ShiftView(View, frozen=True):
    """A shift as every cashier may see it: no takings before the count."""

    shift_id: str
    terminal_id: str
    business_date: str
    state: Literal["open", "closed"]
    opened_by: str | None
    opened_ms: int
    float_fen: int


class ClosedShiftView(View, frozen=True):
    """A counted shift, for the manager: difference = counted − expected."""

    shift_id: str
    terminal_id: str
    business_date: str
    float_fen: int
    cash_fen: int
    expected_fen: int
    payment_count: int
    no_sale_count: int
    counted_fen: int
    difference_fen: int


class PaymentView(View, frozen=True):
    """One payment of an order."""

    payment_id: str
    order_id: str
    shift_id: str
    tender: str
    amount_fen: int
    tendered_fen: int
    change_fen: int
    at_ms: int
