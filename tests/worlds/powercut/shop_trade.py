"""A whole shop to trade in: the hub's real rooms, staff, tills with open shifts, goods on the shelves."""

from __future__ import annotations

from collections import Counter, defaultdict
from hashlib import sha256

from hub.app.wiring import ROOMS
from hub.kernel.context import SYSTEM, Actor, Caller
from hub.kernel.engine import Engine
from hub.kernel.journal import Entry
from hub.kernel.messages import Command
from hub.modules.catalogue import artifact
from hub.modules.catalogue.events import VersionActivated
from hub.modules.catalogue.messages import ActivateVersion, Category, Item
from hub.modules.identity.events import StaffAdded
from hub.modules.identity.messages import AddStaff, RegisterTerminal, Role
from hub.modules.identity.model import permissions_of
from hub.modules.inventory.messages import ReceivedLine, ReceiveStock
from hub.modules.orders.events import OrderPaid
from hub.modules.orders.messages import AddItem, PayCash, PlacedLine, PlacedPayment, PlaceOrder, ScanCode
from hub.modules.payments.messages import OpenShift
from tests.worlds.powercut.trades import Trade, command_id

MOST_TILLS = 4
CYCLE = 5
"""Two items onto a basket, the basket paid, a whole order at once, a code nobody knows."""
VERSION = 1
STAFF: tuple[tuple[str, Role, str], ...] = (("1001", "cashier", "收银员 01"), ("9001", "manager", "店长 01"))


def an_id(*parts: object) -> str:
    """An id that is the same in each run."""
    return sha256(repr(parts).encode()).hexdigest()[:32]


GOODS = tuple(
    Item(
        item_id=an_id("item", number),
        sku=f"SKU{number:03d}",
        name=f"东北大米 {number} 号",
        name_en=f"Rice no. {number}",
        category="grain",
        unit="袋",
        sold_by="piece",
        price_fen=990 + 10 * number,
        tax_rate_bp=900,
        barcodes=(),
        stock_policy="forbid",
    )
    for number in range(6)
)


def _open_store(engine: Engine) -> None:
    def do(command: Command) -> None:
        outcome = engine.bus.dispatch(command, SYSTEM)
        assert outcome.refusal is None, outcome.refusal

    for staff_no, role, name in STAFF:
        staff_id = an_id("staff", staff_no)
        added = AddStaff(
            command_id=an_id("add", staff_no),
            staff_id=staff_id,
            staff_no=staff_no,
            name=name,
            role=role,
            pin="135790",
        )
        do(added)
    shelves = [Category(category="grain", name="粮油", name_en="Grain")]
    name = engine.artifacts.store.put(artifact.build(VERSION, shelves, GOODS))
    engine.artifacts.load(
        artifact.KIND, name, engine.readers, lambda chunk: engine.bus.dispatch(chunk, SYSTEM)
    )
    do(ActivateVersion(command_id=an_id("activate"), version=VERSION, sha256=name))
    lines = [ReceivedLine(item_id=item.item_id, qty_milli=10_000_000) for item in GOODS]
    do(ReceiveStock(command_id=an_id("stock"), receipt_id=an_id("receipt"), kind="opening", lines=lines))
    for till in range(MOST_TILLS):
        place, shift_id = terminal(till), an_id("shift", till)
        do(RegisterTerminal(command_id=an_id("till", till), terminal_id=place, name=f"收银台 {till + 1}"))
        do(OpenShift(command_id=an_id("open", till), shift_id=shift_id, terminal_id=place, float_fen=20_000))


def terminal(till: int) -> str:
    """A till's name."""
    return f"T{till + 1:02d}"


def _caller(till: int) -> Caller:
    cashier = Actor(an_id("staff", "1001"), "cashier", permissions_of("cashier"), an_id("session", till))
    return Caller(cashier, terminal(till))


def _item(till: int, turn: int) -> Item:
    return GOODS[int(command_id(till, turn)[:4], 16) % len(GOODS)]


def _command(till: int, turn: int) -> Command:
    sending, place = command_id(till, turn), terminal(till)
    basket, item = an_id("basket", till, turn // CYCLE), _item(till, turn)
    match turn % CYCLE:
        case 0 | 1:
            line_id = an_id("line", till, turn)
            return AddItem(
                command_id=sending, terminal_id=place, item_id=item.item_id, order_id=basket, line_id=line_id
            )
        case 2:
            due_fen = _item(till, turn - 1).price_fen + _item(till, turn - 2).price_fen
            paid = an_id("payment", till, turn)
            return PayCash(
                command_id=sending, order_id=basket, payment_id=paid, due_fen=due_fen, tendered_fen=10_000
            )
        case 3:
            return _whole_order(till, turn)
        case _:
            return ScanCode(command_id=sending, terminal_id=place, code=f"69{int(sending[:8], 16)}")


def _whole_order(till: int, turn: int) -> PlaceOrder:
    lines = [
        PlacedLine(line_id=an_id("line", till, turn, item.sku), qty_milli=2_000, item_id=item.item_id)
        for item in GOODS[: 1 + turn % len(GOODS)]
    ]
    cash = PlacedPayment(payment_id=an_id("payment", till, turn), tender="cash", amount_fen=20_000)
    return PlaceOrder(
        command_id=command_id(till, turn),
        order_id=an_id("order", till, turn),
        terminal_id=terminal(till),
        lines=lines,
        payments=[cash],
    )


def _check(engine: Engine, kept: list[Entry]) -> None:
    """What the journal names is there, in the other files too; receipt numbers run without a gap."""
    numbers: dict[str, list[int]] = defaultdict(list)
    events = [engine.types.decode(entry.body).event for entry in kept]
    for event in events:
        if isinstance(event, StaffAdded):
            assert engine.keystore.open(event.staff_id, event.name_sealed) in {name for _, _, name in STAFF}
        if isinstance(event, VersionActivated):
            assert engine.artifacts.store.read(event.sha256)
        if isinstance(event, OrderPaid):
            numbers[event.terminal_id].append(event.receipt_seq)
    for given in numbers.values():
        assert given == list(range(1, len(given) + 1))
    sold = Counter(event.order_id for event in events if isinstance(event, OrderPaid))
    assert max(sold.values(), default=1) == 1


SHOP = Trade(
    manifests=ROOMS,
    command=_command,
    caller=_caller,
    open_store=_open_store,
    check=_check,
    loaders={artifact.KIND: artifact.load},
)
