"""What happened to money and shifts; amounts in fen."""

from typing import ClassVar

from hub.kernel.messages import Event


class ShiftOpened(Event, frozen=True, kw_only=True, tag="payments.shift_opened.v1"):
    """A till began to take money; every order of the shift carries its business_date."""

    subject_field: ClassVar[str] = "shift_id"
    shift_id: str
    terminal_id: str
    business_date: str
    float_fen: int


class PaymentTaken(Event, frozen=True, kw_only=True, tag="payments.payment_taken.v1"):
    """A customer paid: tendered − change = amount, and amount belongs to the order."""

    subject_field: ClassVar[str] = "order_id"
    payment_id: str
    order_id: str
    shift_id: str
    terminal_id: str
    tender: str
    amount_fen: int
    tendered_fen: int
    change_fen: int


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
