"""HTTP: shifts, the drawer, an order's payments."""

from litestar import Controller, get, post

from hub.kernel.bus import Bus
from hub.kernel.context import Caller
from hub.kernel.db import Readers
from hub.kernel.http import require, send
from hub.modules.payments import settled, store
from hub.modules.payments.messages import (
    AskAgain,
    AttemptChanged,
    AttemptView,
    CancelAttempt,
    ClosedShiftView,
    CloseShift,
    DrawerRequested,
    OpenDrawer,
    OpenShift,
    PaymentView,
    PresentCode,
    RefundPayment,
    RefundStarted,
    RefundView,
    ReleaseAttempt,
    SettleAttempt,
    SettlementStarted,
    SettlementView,
    SettleTerminal,
    ShiftStarted,
    ShiftTotals,
    ShiftView,
    TakeXReport,
)

SHIFT = "payments.shift"


class PaymentsController(Controller):
    """Money in the drawer."""

    path = "/api/payments"
    tags = ("payments",)

    @get("/shifts/current", sync_to_thread=True)
    def current_shift(self, readers: Readers, caller: Caller, store_id: str) -> ShiftView | None:
        """The open shift of the caller's till; null when none is open."""
        require(caller, SHIFT)
        return store.current_shift(readers, store_id, caller.terminal_id or "")

    @get("/shifts/closed", sync_to_thread=True)
    def closed_shifts(
        self, readers: Readers, caller: Caller, store_id: str, limit: int = 50
    ) -> list[ClosedShiftView]:
        """The shifts closed last, with their counts."""
        require(caller, "audit.read")
        return store.closed_shifts(readers, store_id, limit)

    @get("/orders/{order_id:str}", sync_to_thread=True)
    def payments(self, readers: Readers, caller: Caller, store_id: str, order_id: str) -> list[PaymentView]:
        """An order's payments."""
        require(caller, SHIFT)
        return store.payments_of(readers, store_id, order_id)

    @get("/orders/{order_id:str}/attempts", sync_to_thread=True)
    def attempts(self, readers: Readers, caller: Caller, store_id: str, order_id: str) -> list[AttemptView]:
        """An order's electronic payments, those that came to nothing included."""
        require(caller, SHIFT)
        return store.attempts_of(readers, store_id, order_id)

    @get("/orders/{order_id:str}/refunds", sync_to_thread=True)
    def refunds(self, readers: Readers, caller: Caller, store_id: str, order_id: str) -> list[RefundView]:
        """What went back of an order's payments."""
        require(caller, SHIFT)
        return store.refunds_of(readers, store_id, order_id)

    @post("/shifts/open", status_code=200)
    async def open_shift(self, data: OpenShift, bus: Bus, caller: Caller) -> ShiftStarted:
        """Start taking money at a till."""
        answer: ShiftStarted = await send(bus, data, caller)
        return answer

    @post("/shifts/close", status_code=200)
    async def close_shift(self, data: CloseShift, bus: Bus, caller: Caller) -> ShiftTotals:
        """End a shift with a blind count."""
        answer: ShiftTotals = await send(bus, data, caller)
        return answer

    @post("/shifts/x-report", status_code=200)
    async def x_report(self, data: TakeXReport, bus: Bus, caller: Caller) -> ShiftTotals:
        """The running totals of an open shift, with an approval."""
        answer: ShiftTotals = await send(bus, data, caller)
        return answer

    @post("/drawer/open", status_code=200)
    async def open_drawer(self, data: OpenDrawer, bus: Bus, caller: Caller) -> DrawerRequested:
        """Open the drawer without a sale, with an approval."""
        answer: DrawerRequested = await send(bus, data, caller)
        return answer

    @get("/settlements", sync_to_thread=True)
    def settlements(
        self, readers: Readers, caller: Caller, store_id: str, limit: int = 50
    ) -> list[SettlementView]:
        """The settlements of payment terminals that the caller's till asked for, the newest first."""
        require(caller, SHIFT)
        return settled.at_till(readers, store_id, caller.terminal_id or "", limit)

    @post("/settle-terminal", status_code=200)
    async def settle_terminal(self, data: SettleTerminal, bus: Bus, caller: Caller) -> SettlementStarted:
        """Ask a payment terminal to close its batch."""
        answer: SettlementStarted = await send(bus, data, caller)
        return answer

    @post("/refund", status_code=200)
    async def refund(self, data: RefundPayment, bus: Bus, caller: Caller) -> RefundStarted:
        """Give money of a payment back, with an approval."""
        answer: RefundStarted = await send(bus, data, caller)
        return answer


class AttemptController(Controller):
    """Electronic payments under way."""

    path = "/api/payments/attempts"
    tags = ("payments",)

    @post("/code", status_code=200)
    async def code(self, data: PresentCode, bus: Bus, caller: Caller) -> AttemptChanged:
        """The customer's payment code."""
        answer: AttemptChanged = await send(bus, data, caller)
        return answer

    @post("/cancel", status_code=200)
    async def cancel(self, data: CancelAttempt, bus: Bus, caller: Caller) -> AttemptChanged:
        """Give a payment up, or back."""
        answer: AttemptChanged = await send(bus, data, caller)
        return answer

    @post("/release", status_code=200)
    async def release(self, data: ReleaseAttempt, bus: Bus, caller: Caller) -> AttemptChanged:
        """Go on without a payment of unknown end."""
        answer: AttemptChanged = await send(bus, data, caller)
        return answer

    @post("/ask-again", status_code=200)
    async def ask_again(self, data: AskAgain, bus: Bus, caller: Caller) -> AttemptChanged:
        """Ask about an unknown payment once more."""
        answer: AttemptChanged = await send(bus, data, caller)
        return answer

    @post("/settle", status_code=200)
    async def settle(self, data: SettleAttempt, bus: Bus, caller: Caller) -> AttemptChanged:
        """Say by hand how a payment ended, with an approval."""
        answer: AttemptChanged = await send(bus, data, caller)
        return answer


CONTROLLERS = (PaymentsController, AttemptController)
