"""The manifest of orders."""

from typing import Any

from hub.kernel.module import CommandSpec, Durability, Manifest
from hub.modules.audit.handlers import check_approval
from hub.modules.orders import electronic, events, handlers, lines, messages, paying, projection, reactions
from hub.modules.orders.tables import TABLES
from hub.modules.payments.events import AttemptMoved


def _routes() -> list[Any]:
    from hub.modules.orders.routes import CONTROLLERS  # noqa: PLC0415 (the HTTP library only where it serves)

    return list(CONTROLLERS)


SELL = "orders.sell"
EDIT = Durability.NORMAL


def manifest(scale_works: handlers.ScaleWorks) -> Manifest:
    """Orders, joined to the scales that a typed weight is held against."""
    by_hand = handlers.ByHand(scale_works)
    return Manifest(
        name="orders",
        package="hub.modules.orders",
        commands=(
            CommandSpec(messages.ScanCode, handlers.scan_code, SELL, EDIT),
            CommandSpec(messages.AddItem, by_hand.add_item, SELL, EDIT, prepare=check_approval),
            CommandSpec(messages.AddWeighed, handlers.add_weighed, SELL, EDIT),
            CommandSpec(messages.SetQuantity, lines.set_quantity, SELL, EDIT, prepare=check_approval),
            CommandSpec(messages.VoidLine, lines.void_line, SELL, EDIT, prepare=check_approval),
            CommandSpec(messages.ParkBasket, handlers.park_basket, SELL, EDIT),
            CommandSpec(messages.ResumeBasket, handlers.resume_basket, SELL, EDIT),
            CommandSpec(messages.ClearBasket, handlers.clear_basket, SELL, EDIT, prepare=check_approval),
            CommandSpec(messages.PayCash, paying.pay_cash, SELL),
            CommandSpec(messages.StartPayment, electronic.start_payment, SELL),
            CommandSpec(messages.FinishSale, electronic.finish_sale, SELL),
            CommandSpec(messages.PlaceOrder, paying.place_order, SELL),
        ),
        events=(
            events.BasketOpened,
            events.LineAdded,
            events.QuantityChanged,
            events.LineVoided,
            events.BasketParked,
            events.BasketResumed,
            events.BasketCleared,
            events.PayingBegan,
            events.PayingEnded,
            events.UnknownCodeScanned,
            events.OrderPaid,
        ),
        projections={
            events.BasketOpened: projection.basket_opened,
            events.LineAdded: projection.line_added,
            events.QuantityChanged: projection.quantity_changed,
            events.LineVoided: projection.line_voided,
            events.BasketParked: projection.basket_parked,
            events.BasketResumed: projection.basket_resumed,
            events.BasketCleared: projection.basket_cleared,
            events.PayingBegan: projection.paying_began,
            events.PayingEnded: projection.paying_ended,
            events.UnknownCodeScanned: projection.unknown_code_scanned,
            events.OrderPaid: projection.order_paid,
        },
        tables=TABLES,
        reactions={AttemptMoved: reactions.attempt_moved},
        routes=_routes,
    )


MODULE = manifest(lambda terminal_id, ctx: False)
"""Orders where there are no devices: in the chain's cloud."""
