"""Commands in, shifts and payments out; money in fen."""

from typing import ClassVar, Literal

import msgspec

from hub.kernel.messages import Command, View
from hub.modules.audit.messages import Approval
from hub.modules.payments.attempt_model import Act, Answer, Asked
from hub.modules.payments.events import BatchTotals, SettlementSum, TenderSum

Tender = Literal["cash", "card", "code"]
ElectronicTender = Literal["card", "code"]
AttemptStateName = Literal[
    "awaiting_code",
    "requested",
    "pending",
    "unknown",
    "reversing",
    "doubtful",
    "approved",
    "booked",
    "refused",
    "reversed",
]
SettlementStateName = Literal["requested", "done", "failed", "unknown"]


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


class PresentCode(Command, frozen=True, kw_only=True):
    """The customer's payment code was scanned or typed for a payment that waits for one."""

    secret_fields: ClassVar[tuple[str, ...]] = ("pay_code",)
    attempt_id: str
    pay_code: str


class CancelAttempt(Command, frozen=True, kw_only=True):
    """Give up an electronic payment that is under way, or give back one whose order is not paid yet."""

    attempt_id: str


class ReleaseAttempt(Command, frozen=True, kw_only=True):
    """Let the basket go on without a payment of unknown end; the hub goes on to reverse it."""

    attempt_id: str


class AskAgain(Command, frozen=True, kw_only=True):
    """Ask about an unknown payment from the beginning."""

    attempt_id: str


class SettleAttempt(Command, frozen=True, kw_only=True):
    """A manager looked at the terminal and says how a payment of unknown end came out."""

    secret_fields: ClassVar[tuple[str, ...]] = ("approval",)
    attempt_id: str
    is_paid: bool
    reason: str
    approval: Approval | None = None


class TakePayAnswer(Command, frozen=True, kw_only=True):
    """What a terminal, or its silence, says of an attempt; `asked` is what it answers."""

    attempt_id: str
    asked: Asked
    state: Answer
    reason: str = ""
    text: str = ""
    amount_fen: int | None = None
    reference: str = ""
    scheme: str = ""
    account: str = ""


class RefundPayment(Command, frozen=True, kw_only=True):
    """Give money of a payment back by the way it came; always needs an approval.

    Cash goes out of the drawer at once. A card or code refund is asked of the terminal first.
    """

    secret_fields: ClassVar[tuple[str, ...]] = ("approval",)
    refund_id: str
    payment_id: str
    terminal_id: str
    amount_fen: int
    reason: str
    approval: Approval | None = None


class SettleTerminal(Command, frozen=True, kw_only=True):
    """Ask a payment terminal of the till to close its batch and tell its sums."""

    settlement_id: str
    terminal_id: str
    device_id: str


class TakeSettlementAnswer(Command, frozen=True, kw_only=True):
    """What a terminal, or its silence, says of a settlement."""

    settlement_id: str
    state: Answer
    reason: str = ""
    text: str = ""
    reference: str = ""
    count: int | None = None
    net_fen: int | None = None
    totals: BatchTotals | None = None


class SettlementStarted(msgspec.Struct, frozen=True, kw_only=True):
    """Answer to SettleTerminal: it is asked; what comes of it stands in the list."""

    settlement_id: str
    device_id: str


class AttemptChanged(msgspec.Struct, frozen=True, kw_only=True):
    """Answer to the commands on an electronic payment; what comes of it later is shown live."""

    attempt_id: str
    order_id: str
    state: AttemptStateName


class RefundStarted(msgspec.Struct, frozen=True, kw_only=True):
    """Answer to RefundPayment: given already, or asked of the terminal."""

    refund_id: str
    payment_id: str
    amount_fen: int
    is_given: bool


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
    tenders: tuple[TenderSum, ...] = ()
    doubtful_count: int = 0
    doubtful_fen: int = 0
    by_hand_count: int = 0
    settlements: tuple[SettlementSum, ...] = ()
    counted_fen: int | None = None
    difference_fen: int | None = None


class DrawerRequested(msgspec.Struct, frozen=True, kw_only=True):
    """Answer to OpenDrawer: the release was ordered; the drawer's own evidence follows by itself."""

    release_id: str
    terminal_id: str


class PaymentDone(msgspec.Struct, frozen=True, kw_only=True):
    """One payment as booked: amount stays with the shop, change goes back to the customer."""

    payment_id: str
    tender: Tender
    amount_fen: int
    tendered_fen: int
    change_fen: int
    reference: str = ""
    scheme: str = ""
    account: str = ""
    settled_by: str | None = None


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
    reference: str
    scheme: str
    account: str
    settled_by: str | None
    at_ms: int


class RefundView(View, frozen=True):
    """Money that went back of a payment."""

    refund_id: str
    payment_id: str
    order_id: str
    shift_id: str
    tender: str
    amount_fen: int
    reason: str
    approver_id: str
    reference: str
    settled_by: str | None
    at_ms: int


class SettlementView(View, frozen=True):
    """A settlement of a payment terminal; sums of ours and theirs by kind, and in all.

    Theirs are null until it is done, those by kind also where the terminal does not tell them.
    """

    settlement_id: str
    device_id: str
    terminal_id: str
    shift_id: str
    state: SettlementStateName
    reason: str
    text: str
    reference: str
    since_ms: int
    asked_ms: int
    ended_ms: int | None
    unknown_before: int
    our_sale_count: int
    our_sale_fen: int
    our_refund_count: int
    our_refund_fen: int
    our_fen: int
    their_count: int | None
    their_fen: int | None
    their_sale_count: int | None
    their_sale_fen: int | None
    their_refund_count: int | None
    their_refund_fen: int | None
    their_reversal_count: int | None
    their_reversal_fen: int | None
    difference_fen: int | None


class AttemptView(View, frozen=True):
    """An electronic payment under way or over.

    `holds`: a basket waits for it. `reason` is a code of ours, `text` the terminal's own words.
    """

    attempt_id: str
    order_id: str
    terminal_id: str
    shift_id: str
    act: Act
    tender: str
    amount_fen: int
    original_id: str | None
    state: AttemptStateName
    tries: int
    holds: int
    is_open: int
    reason: str
    text: str
    reference: str
    scheme: str
    account: str
    asked_by: str | None
    approver_id: str | None
    settled_by: str | None
    note: str
    opened_ms: int
    changed_ms: int
