"""Where rooms that must not know each other are joined: scans to baskets, sales to paper and drawers."""

from hub.app.label_orders import (
    PrintShelfLabel,
    PrintWeighedLabel,
    print_shelf_label,
    print_weighed_label,
)
from hub.devices import handlers as devices
from hub.devices import printing
from hub.devices import store as device_store
from hub.devices.paying.terminal_batch import terminal_batch
from hub.kernel.context import Context
from hub.kernel.decision import Decision
from hub.kernel.ids import new_id
from hub.kernel.module import CommandSpec, Manifest
from hub.modules.orders import handlers as orders
from hub.modules.orders.events import OrderPaid
from hub.modules.orders.messages import ScanCode
from hub.modules.payments import attempts
from hub.modules.payments import store as payments
from hub.modules.payments.events import (
    AttemptOpened,
    BatchTotals,
    NoSaleDrawerRequested,
    PaymentRefunded,
    PaymentTaken,
    SettlementAsked,
    ShiftClosed,
)
from hub.modules.payments.pay_codes import pay_scheme
from hub.modules.returns.events import ReturnSettled


def scan_lands(terminal_id: str, code: str, symbology: str | None, context: Context) -> Decision:
    """A customer's code goes to the payment that waits for one; any other good scan to its till's basket."""
    waiting = payments.awaiting_code(context.read, context.store_id, terminal_id)
    if waiting is not None and pay_scheme(code):
        return attempts.take_code(waiting, code)
    scanned = ScanCode(command_id=context.command_id, terminal_id=terminal_id, code=code, symbology=symbology)
    return orders.scan_code(scanned, context)


def scale_works(terminal_id: str, ctx: Context) -> bool:
    """Whether a till's scale could tell a weight that is being typed."""
    scale = device_store.device_at(ctx.read, ctx.store_id, terminal_id, "scale")
    return scale is not None and scale.state == "enabled"


def ask_terminal(event: AttemptOpened, context: Context) -> Decision:
    """A card or code payment needs a terminal that works; money goes back to the one it came from."""
    if event.act == "refund":
        return devices.route_refund(
            context, event.attempt_id, event.order_id, event.terminal_id, event.original_id or ""
        )
    return devices.route_payment(context, event.attempt_id, event.order_id, event.terminal_id, event.tender)


def ask_for_settlement(event: SettlementAsked, context: Context) -> Decision:
    """A settlement needs a terminal of the till that works."""
    return devices.check_settled(context, event.device_id, event.terminal_id)


def our_batch(device_id: str, since_ms: int, until_ms: int, ctx: Context) -> BatchTotals:
    """What a terminal's batch should hold by our own books."""
    return terminal_batch(ctx.read, ctx.store_id, device_id, since_ms, until_ms)


def open_for_refund(event: PaymentRefunded, context: Context) -> Decision:
    """Cash goes back out of the drawer."""
    if event.tender != "cash":
        return Decision()
    return devices.release_drawer(context, new_id(), event.terminal_id, event.order_id, "refund")


def print_receipt(event: OrderPaid, context: Context) -> Decision:
    """A paid order is printed where it was paid."""
    return printing.queue_print(context, new_id(), "receipt", event.order_id, event.terminal_id, copy=False)


def open_for_cash(event: PaymentTaken, context: Context) -> Decision:
    """Cash needs the drawer."""
    if event.tender != "cash":
        return Decision()
    return devices.release_drawer(context, new_id(), event.terminal_id, event.order_id, "sale")


def open_without_sale(event: NoSaleDrawerRequested, context: Context) -> Decision:
    """A drawer that somebody asked for, with an approval."""
    return devices.release_drawer(
        context, event.release_id, event.terminal_id, event.shift_id or "", "no_sale"
    )


def print_return_slip(event: ReturnSettled, context: Context) -> Decision:
    """A return leaves its slip once all its money is back."""
    return printing.queue_print(
        context, new_id(), "return_slip", event.return_id, event.terminal_id, copy=False
    )


def print_shift_report(event: ShiftClosed, context: Context) -> Decision:
    """A closed shift leaves its slip."""
    return printing.queue_print(context, new_id(), "z_report", event.shift_id, event.terminal_id, copy=False)


JOINS = Manifest(
    name="joins",
    package="hub.app",
    commands=(
        CommandSpec(PrintShelfLabel, print_shelf_label, "orders.sell"),
        CommandSpec(PrintWeighedLabel, print_weighed_label, "orders.sell"),
    ),
    reactions={
        OrderPaid: print_receipt,
        PaymentTaken: open_for_cash,
        AttemptOpened: ask_terminal,
        SettlementAsked: ask_for_settlement,
        PaymentRefunded: open_for_refund,
        NoSaleDrawerRequested: open_without_sale,
        ShiftClosed: print_shift_report,
        ReturnSettled: print_return_slip,
    },
)
