"""A store's past, written into a stopped hub's journal through its own gate: many orders to a command."""

from typing import Any

from bench.shop import PIECES, TILLS, scanner_of
from hub.app.settings import HubSettings
from hub.app.wiring import ROOMS
from hub.devices.events import ScanRead
from hub.kernel.clock import SystemClock
from hub.kernel.context import SYSTEM, Context
from hub.kernel.decision import Decision
from hub.kernel.engine import Engine, Folder
from hub.kernel.ids import new_id
from hub.kernel.ledger import Origin
from hub.kernel.messages import Command, Event
from hub.kernel.module import CommandSpec, Durability, Manifest
from hub.modules.catalogue.artifact import KIND, load
from hub.modules.inventory.events import Movement, StockMoved
from hub.modules.orders.events import BasketOpened, LineAdded, OrderPaid, PaidBy
from hub.modules.orders.model import line_of, sums
from hub.modules.payments.events import PaymentTaken

LINES = 5
EVENTS_AN_ORDER = 2 * LINES + 4
ORDERS_A_COMMAND = 100


class Remember(Command, frozen=True, kw_only=True):
    """Take these orders for paid, from one number to another."""

    first: int
    last: int


def _remember(command: Remember, context: Context) -> Decision:
    return Decision(
        tuple(
            event
            for number in range(command.first, command.last)
            for event in _order(number, context.business_date_today)
        )
    )


PAST = Manifest(
    name="past",
    package="bench",
    commands=(CommandSpec(Remember, _remember, durability=Durability.NORMAL),),
)


def write_past(settings: HubSettings, events: int) -> int:
    """At least so many events of scanned, paid baskets; returns where the journal ends."""
    engine = Engine(
        Folder(settings.data_path),
        Origin(settings.hub_id, settings.store_id, settings.epoch),
        (*ROOMS, PAST),
        SystemClock(battery_backed=True),
        {KIND: load},
    )
    orders = -(-events // EVENTS_AN_ORDER)
    for first in range(0, orders, ORDERS_A_COMMAND):
        last = min(first + ORDERS_A_COMMAND, orders)
        outcome = engine.bus.dispatch(Remember(command_id=new_id(), first=first, last=last), SYSTEM)
        if outcome.refusal is not None:
            raise RuntimeError(str(outcome.refusal))
    head = engine.head()
    engine.close()
    return head.seq if head else 0


def _order(number: int, day: str) -> list[Event]:
    order_id, till = f"{number:032x}", TILLS[number % len(TILLS)]
    goods = [PIECES[(number * 3 + line) % len(PIECES)] for line in range(LINES)]
    lines = tuple(
        line_of(item, f"{number:024x}{at:08x}", at, 1000, item.barcodes[0])  # type: ignore[arg-type]
        for at, item in enumerate(goods, 1)
    )
    total_fen, tax_fen = sums(lines)
    events: list[Event] = [BasketOpened(order_id=order_id, terminal_id=till)]
    for at, line in enumerate(lines, 1):
        so_far_fen, so_far_tax_fen = sums(lines[:at])
        events.append(ScanRead(device_id=scanner_of(till), terminal_id=till, text=line.code or "", age_ms=3))
        events.append(
            LineAdded(
                order_id=order_id, terminal_id=till, line=line, total_fen=so_far_fen, tax_fen=so_far_tax_fen
            )
        )
    money: dict[str, Any] = {"amount_fen": total_fen, "tendered_fen": total_fen, "change_fen": 0}
    paid = PaidBy(payment_id=order_id, tender="cash", **money)
    return [
        *events,
        OrderPaid(
            order_id=order_id, terminal_id=till, receipt_no=f"S001-{till}-{number:06}", receipt_seq=number,
            business_date=day, shift_id="0" * 32, cashier_id=None, lines=lines, total_fen=total_fen,
            tax_fen=tax_fen, change_fen=0, payments=(paid,), at_once=False,
        ),
        PaymentTaken(
            payment_id=order_id, order_id=order_id, shift_id="0" * 32, terminal_id=till, tender="cash",
            **money,
        ),
        StockMoved(
            ref_id=order_id, kind="sale", movements=tuple(Movement(item.item_id, -1000) for item in goods)
        ),
    ]  # fmt: skip
