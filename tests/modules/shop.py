"""A whole shop on a temporary folder, with a clock of its own: what the modules' tests trade in."""

import itertools
from pathlib import Path
from typing import Any

from hub.kernel.clock import Instant
from hub.kernel.context import SYSTEM, Actor, Caller
from hub.kernel.engine import Engine, Folder
from hub.kernel.errors import Refusal
from hub.kernel.journal import Record, read_page
from hub.kernel.ledger import Origin
from hub.kernel.messages import Command
from hub.kernel.writer import Outcome
from hub.modules.audit.messages import Approval
from hub.modules.audit.module import MODULE as AUDIT
from hub.modules.catalogue import demo
from hub.modules.catalogue.artifact import KIND, load
from hub.modules.catalogue.messages import ActivateVersion, Item
from hub.modules.catalogue.module import MODULE as CATALOGUE
from hub.modules.gateways.module import MODULE as GATEWAYS
from hub.modules.identity.messages import AddStaff, RegisterTerminal
from hub.modules.identity.model import permissions_of
from hub.modules.identity.module import MODULE as IDENTITY
from hub.modules.inventory.messages import ReceivedLine, ReceiveStock
from hub.modules.inventory.module import MODULE as INVENTORY
from hub.modules.orders.module import MODULE as ORDERS
from hub.modules.payments.messages import OpenShift
from hub.modules.payments.module import MODULE as PAYMENTS
from hub.modules.returns.module import MODULE as RETURNS

MODULES = (IDENTITY, GATEWAYS, AUDIT, CATALOGUE, INVENTORY, PAYMENTS, ORDERS, RETURNS)
STORE = "S001"
MORNING_MS = 1_795_309_200_000
"""2026-11-22, nine in the morning in China."""
DATE = "2026-11-22"
TILL = "T01"
CASHIER_PIN = "135790"
MANAGER_PIN = "246801"
STAFF = {
    "cashier": ("1001", "收银员 01", CASHIER_PIN),
    "manager": ("9001", "店长 01", MANAGER_PIN),
    "admin": ("9901", "管理员 01", "975310"),
}


class OwnClock:
    """Time that stands still until a test moves it."""

    def __init__(self, wall_ms: int = MORNING_MS) -> None:
        self.wall_ms = wall_ms
        self.monotonic_s = 1_000.0

    def read(self) -> Instant:
        return Instant(self.wall_ms, True, self.monotonic_s)

    def pass_s(self, seconds: int) -> None:
        self.wall_ms += seconds * 1000
        self.monotonic_s += seconds


class Shop:
    """An engine over our modules, and short ways to use it."""

    def __init__(self, folder: Path) -> None:
        self.clock = OwnClock()
        self.folder = Folder(folder)
        self.engine = Engine(self.folder, Origin("hub-test", STORE), MODULES, self.clock, {KIND: load})
        self._ids = itertools.count(1)

    @property
    def read(self) -> Any:
        return self.engine.readers

    def new_id(self) -> str:
        return f"{next(self._ids):032x}"

    def staff_id(self, role: str) -> str:
        return f"{list(STAFF).index(role) + 1:0>32}"

    def caller(self, role: str = "cashier", terminal_id: str | None = TILL) -> Caller:
        return Caller(Actor(self.staff_id(role), role, permissions_of(role), "0" * 32), terminal_id)

    def send(self, kind: type[Command], caller: Caller | None = None, /, **fields: Any) -> Outcome:
        fields.setdefault("command_id", self.new_id())
        return self.engine.bus.dispatch(kind(**fields), caller or self.caller())

    def send_as_system(self, command: Command) -> Outcome:
        return self.engine.bus.dispatch(command, SYSTEM)

    def do(self, kind: type[Command], caller: Caller | None = None, /, **fields: Any) -> Any:
        """Send a command that must succeed; its answer."""
        outcome = self.send(kind, caller, **fields)
        assert outcome.refusal is None, outcome.refusal
        return outcome.answer

    def refused(self, kind: type[Command], caller: Caller | None = None, /, **fields: Any) -> Refusal:
        """Send a command that must be refused; the refusal."""
        outcome = self.send(kind, caller, **fields)
        assert outcome.refusal is not None, outcome
        return outcome.refusal

    def records(self) -> list[Record[Any]]:
        head = self.engine.head()
        entries = read_page(self.read, 0, head.seq, 100_000) if head else []
        return [self.engine.types.decode(entry.body) for entry in entries]

    def events(self, kind: type[Any]) -> list[Any]:
        return [record.event for record in self.records() if isinstance(record.event, kind)]

    def types(self) -> list[str]:
        return [record.event.type_name() for record in self.records()]

    # -- getting ready

    def staff(self, *roles: str) -> None:
        for role in roles:
            number, name, pin = STAFF[role]
            self.do(
                AddStaff,
                SYSTEM,
                staff_id=self.staff_id(role),
                staff_no=number,
                name=name,
                role=role,
                pin=pin,
            )

    def till(self, terminal_id: str = TILL) -> None:
        self.do(RegisterTerminal, SYSTEM, terminal_id=terminal_id, name=f"收银台 {terminal_id}")

    def catalogue(self, content: bytes | None = None, version: int = demo.VERSION) -> str:
        content = demo.artifact_bytes(version) if content is None else content
        sha256 = self.engine.artifacts.store.put(content)
        self.engine.artifacts.load(KIND, sha256, self.read, self.send_as_system)
        self.do(ActivateVersion, SYSTEM, version=version, sha256=sha256)
        return sha256

    def stock(self, **qty_by_item: int) -> None:
        """Opening stock; without arguments all of the demo's."""
        wanted = qty_by_item or demo.opening_stock_milli()
        lines = [ReceivedLine(item_id=item_id, qty_milli=qty) for item_id, qty in wanted.items()]
        self.do(ReceiveStock, SYSTEM, receipt_id=self.new_id(), kind="opening", lines=lines)

    def shift(self, terminal_id: str = TILL, float_fen: int = 20_000) -> str:
        shift_id = self.new_id()
        self.do(
            OpenShift,
            self.caller(terminal_id=terminal_id),
            shift_id=shift_id,
            terminal_id=terminal_id,
            float_fen=float_fen,
        )
        return shift_id

    def ready(self) -> str:
        """Staff, a till with an open shift, goods on the shelves; the shift's id."""
        self.staff("cashier", "manager")
        self.till()
        self.catalogue()
        self.stock()
        return self.shift()

    def close(self) -> None:
        self.engine.close()


def approval(pin: str = MANAGER_PIN, staff_no: str = "9001") -> Approval:
    return Approval(staff_no=staff_no, pin=pin)


def by_piece(at_least_fen: int = 0) -> Item:
    """A demo item sold by the piece, of which stock may not fall below zero."""
    return next(
        item
        for item in demo.items()
        if item.stock_policy == "forbid" and item.sold_by == "piece" and item.price_fen >= at_least_fen
    )


def by_weight() -> Item:
    """A demo item sold by weight."""
    return next(item for item in demo.items() if item.sold_by == "weight")
