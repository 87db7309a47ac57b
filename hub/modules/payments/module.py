"""The manifest of payments."""

from typing import Any

from hub.kernel.module import CommandSpec, Manifest
from hub.modules.audit.handlers import check_approval
from hub.modules.payments import attempts, events, handlers, messages, projection, refunds, settlements
from hub.modules.payments.tables import TABLES


def _routes() -> list[Any]:
    from hub.modules.payments.routes import CONTROLLERS  # noqa: PLC0415 (the HTTP library only where it serves)

    return list(CONTROLLERS)


SHIFT = "payments.shift"


def manifest(our_batch: settlements.OurBatch) -> Manifest:
    """Payments, joined to what this store has of each terminal."""
    answers = settlements.Answers(our_batch)
    return Manifest(
        name="payments",
        package="hub.modules.payments",
        commands=(
            CommandSpec(messages.OpenShift, handlers.open_shift, SHIFT),
            CommandSpec(messages.CloseShift, handlers.close_shift, SHIFT),
            CommandSpec(messages.TakeXReport, handlers.take_x_report, SHIFT, prepare=check_approval),
            CommandSpec(messages.OpenDrawer, handlers.open_drawer, SHIFT, prepare=check_approval),
            CommandSpec(messages.PresentCode, attempts.present_code, SHIFT),
            CommandSpec(messages.CancelAttempt, attempts.cancel_attempt, SHIFT),
            CommandSpec(messages.ReleaseAttempt, attempts.release_attempt, SHIFT),
            CommandSpec(messages.AskAgain, attempts.ask_again, SHIFT),
            CommandSpec(messages.SettleAttempt, attempts.settle_attempt, SHIFT, prepare=check_approval),
            CommandSpec(messages.TakePayAnswer, attempts.take_pay_answer, "devices.gateway"),
            CommandSpec(messages.SettleTerminal, settlements.settle_terminal, SHIFT),
            CommandSpec(messages.TakeSettlementAnswer, answers.take, "devices.gateway"),
            CommandSpec(messages.RefundPayment, refunds.refund_payment, SHIFT, prepare=check_approval),
        ),
        events=(
            events.ShiftOpened,
            events.PaymentTaken,
            events.AttemptOpened,
            events.AttemptMoved,
            events.PaymentRefunded,
            events.NoSaleDrawerRequested,
            events.XReportTaken,
            events.ShiftClosed,
            events.SettlementAsked,
            events.SettlementEnded,
            events.SettlementDiffers,
        ),
        projections={
            events.ShiftOpened: projection.shift_opened,
            events.PaymentTaken: projection.payment_taken,
            events.AttemptOpened: projection.attempt_opened,
            events.AttemptMoved: projection.attempt_moved,
            events.PaymentRefunded: projection.payment_refunded,
            events.NoSaleDrawerRequested: projection.no_sale_drawer_requested,
            events.ShiftClosed: projection.shift_closed,
            events.SettlementAsked: projection.settlement_asked,
            events.SettlementEnded: projection.settlement_ended,
        },
        tables=TABLES,
        routes=_routes,
    )


MODULE = manifest(lambda device_id, since_ms, until_ms, ctx: events.BatchTotals())
"""Payments where there are no devices: in the chain's cloud."""
