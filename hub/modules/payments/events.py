"""What happened to money and shifts; amounts in fen."""

from typing import ClassVar

import msgspec

from hub.kernel.messages import Event


class TenderSum(msgspec.Struct, frozen=True, kw_only=True):
    """What a shift took and gave back by one tender."""

    tender: str
    count: int
    amount_fen: int
    refund_count: int = 0
    refund_fen: int = 0


class BatchTotals(msgspec.Struct, frozen=True, kw_only=True):
    """What went through a payment terminal since it was settled last, by kind; a reversal undid a sale."""

    sale_count: int = 0
    sale_fen: int = 0
    refund_count: int = 0
    refund_fen: int = 0
    reversal_count: int = 0
    reversal_fen: int = 0

    @property
    def kept_fen(self) -> int:
        """What the sales came to without those undone."""
        return self.sale_fen - self.reversal_fen

    @property
    def net_fen(self) -> int:
        """What the shop is to get."""
        return self.kept_fen - self.refund_fen


class SettlementSum(msgspec.Struct, frozen=True, kw_only=True):
    """A terminal's settlement in a shift's figures: what it told, and what we have of it ourselves."""

    device_id: str
    state: str
    our_fen: int
    their_fen: int | None
    difference_fen: int | None


class ShiftOpened(Event, frozen=True, kw_only=True, tag="payments.shift_opened.v1"):
    """A till began to take money; every order of the shift carries its business_date."""

    subject_field: ClassVar[str] = "shift_id"
    shift_id: str
    terminal_id: str
    business_date: str
    float_fen: int


class PaymentTaken(Event, frozen=True, kw_only=True, tag="payments.payment_taken.v1"):
    """A customer paid: tendered − change = amount, and amount belongs to the order.

    An electronic payment has its attempt's id, and what the acquirer said; `settled_by` is the manager on
    whose word alone it counts as paid.
    """

    subject_field: ClassVar[str] = "order_id"
    payment_id: str
    order_id: str
    shift_id: str
    terminal_id: str
    tender: str
    amount_fen: int
    tendered_fen: int
    change_fen: int
    reference: str = ""
    scheme: str = ""
    account: str = ""
    settled_by: str | None = None


class AttemptOpened(Event, frozen=True, kw_only=True, tag="payments.attempt_opened.v1"):
    """A terminal or acquirer is to be asked for money: durable before the request leaves.

    The attempt's id is the request's id. `original_id` is the payment that a refund gives back.
    """

    subject_field: ClassVar[str] = "order_id"
    attempt_id: str
    order_id: str
    terminal_id: str
    shift_id: str
    act: str
    tender: str
    amount_fen: int
    state: str
    original_id: str | None = None
    reason: str = ""
    approver_id: str | None = None


class AttemptMoved(Event, frozen=True, kw_only=True, tag="payments.attempt_moved.v1"):
    """An attempt came to another state, or was tried once more.

    `holds`: its basket waits for it. `reason` is a code of ours, `text` what the terminal says to people.
    `settled_by` is the manager who said by hand how it ended, `note` why.
    """

    subject_field: ClassVar[str] = "order_id"
    attempt_id: str
    order_id: str
    terminal_id: str
    shift_id: str
    act: str
    tender: str
    amount_fen: int
    state: str
    tries: int
    holds: bool
    reason: str = ""
    text: str = ""
    reference: str = ""
    scheme: str = ""
    account: str = ""
    settled_by: str | None = None
    note: str = ""


class PaymentRefunded(Event, frozen=True, kw_only=True, tag="payments.payment_refunded.v1"):
    """Money of a payment went back to the customer: Σ refunds ≤ what was paid."""

    subject_field: ClassVar[str] = "order_id"
    refund_id: str
    payment_id: str
    order_id: str
    shift_id: str
    terminal_id: str
    tender: str
    amount_fen: int
    reason: str
    approver_id: str
    reference: str = ""
    settled_by: str | None = None


class NoSaleDrawerRequested(Event, frozen=True, kw_only=True, tag="payments.no_sale_drawer_requested.v1"):
    """The drawer is to be opened without a sale, approved by a second person."""

    subject_field: ClassVar[str] = "terminal_id"
    release_id: str
    terminal_id: str
    shift_id: str | None
    reason: str
    approver_id: str


class XReportTaken(Event, frozen=True, kw_only=True, tag="payments.x_report_taken.v1"):
    """The running totals of an open shift were shown to somebody."""

    subject_field: ClassVar[str] = "shift_id"
    shift_id: str
    terminal_id: str
    cash_fen: int
    expected_fen: int
    payment_count: int
    no_sale_count: int
    tenders: tuple[TenderSum, ...] = ()


class ShiftClosed(Event, frozen=True, kw_only=True, tag="payments.shift_closed.v1"):
    """A shift ended: difference = counted − expected, expected = float + cash."""

    subject_field: ClassVar[str] = "shift_id"
    shift_id: str
    terminal_id: str
    business_date: str
    float_fen: int
    cash_fen: int
    expected_fen: int
    counted_fen: int
    difference_fen: int
    payment_count: int
    no_sale_count: int
    tenders: tuple[TenderSum, ...] = ()
    doubtful_count: int = 0
    doubtful_fen: int = 0
    by_hand_count: int = 0
    settlements: tuple[SettlementSum, ...] = ()


class SettlementAsked(Event, frozen=True, kw_only=True, tag="payments.settlement_asked.v1"):
    """A payment terminal is to close its batch: durable before the request leaves, whose id it is.

    The batch is what was asked of the terminal after `since_ms`, when it was asked to settle last.
    """

    subject_field: ClassVar[str] = "shift_id"
    settlement_id: str
    device_id: str
    terminal_id: str
    shift_id: str
    since_ms: int


class SettlementEnded(Event, frozen=True, kw_only=True, tag="payments.settlement_ended.v1"):
    """What came of it: done, failed, or unknown; of a done one the terminal's sums stand beside ours.

    `theirs` is None where the terminal tells no sums by kind. After `unknown_before` settlements of
    unknown end, a part of the batch may have been settled by one of those.
    """

    subject_field: ClassVar[str] = "shift_id"
    settlement_id: str
    device_id: str
    terminal_id: str
    shift_id: str
    state: str
    ours: BatchTotals
    their_count: int | None = None
    their_fen: int | None = None
    theirs: BatchTotals | None = None
    unknown_before: int = 0
    reason: str = ""
    text: str = ""
    reference: str = ""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """Where a terminal's sum is not ours: sales that stand, refunds, or all of it."""

    kind: str
    our_fen: int
    their_fen: int


class SettlementDiffers(Event, frozen=True, kw_only=True, tag="payments.settlement_differs.v1"):
    """A terminal settled other sums than this store has of it: for the manager to look into."""

    subject_field: ClassVar[str] = "shift_id"
    settlement_id: str
    device_id: str
    terminal_id: str
    shift_id: str
    differences: tuple[Difference, ...]
