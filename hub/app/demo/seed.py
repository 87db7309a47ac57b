"""What the demo shop starts with: staff, tills, goods, stock, devices at their till."""

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec

from hub.app.routes import DemoLogin
from hub.devices.messages import BindDevice, SeeDevice
from hub.kernel.artifacts import dispatch_as_system
from hub.kernel.context import SYSTEM
from hub.kernel.engine import Engine
from hub.kernel.errors import Refused
from hub.kernel.messages import Command
from hub.modules.catalogue import demo as shelf
from hub.modules.catalogue.artifact import KIND
from hub.modules.catalogue.messages import ActivateVersion, Item, RecallGoods
from hub.modules.identity.messages import AddStaff, RegisterTerminal
from hub.modules.inventory.messages import ReceivedLine, ReceiveStock

TILL, SECOND_TILL = "T01", "T02"
CASHIER = DemoLogin("1001", "1357", "cashier")
MANAGER = DemoLogin("9001", "2468", "manager")
LOGINS = [CASHIER, MANAGER]
"""They exist in demo mode only, and the till's page says so."""

_NAMES = {"1001": "收银员 01", "9001": "店长 01"}
_TILLS = {TILL: "一号收银台", SECOND_TILL: "二号收银台"}
_AT_SECOND_TILL = ("printer-2", "drawer-2")
_STOCK_MILLI = 500_000
RECALLED_BATCH = "R001"


class Good(msgspec.Struct, frozen=True):
    """One thing on the bench's shelf."""

    name: str
    name_en: str
    barcode: str
    category: str
    price_fen: int
    each_g: int = 0


class WiredDevice(msgspec.Struct, frozen=True):
    """What the simulator says of one of its devices, as far as the hub cares."""

    device_id: str
    kind: str
    profile: str
    link: str


def goods() -> list[Good]:
    """What can be held under the bench's scanners, or laid on its scale."""
    grams = shelf.typical_grams()
    return [
        Good(
            name=item.name,
            name_en=item.name_en,
            barcode=item.barcodes[0] if item.barcodes else "",
            category=item.category,
            price_fen=item.price_fen,
            each_g=grams.get(item.item_id, 0),
        )
        for item in shelf.items()
    ]


def recalled_item() -> Item:
    """The item of which a batch is recalled from the start."""
    return next(item for item in shelf.items() if item.category == "dairy" and item.barcodes)


def seed_shop(engine: Engine) -> None:
    """Staff, tills, catalogue, opening stock and a recall; what is there already is left as it is."""
    for command in _shop_commands():
        _send(engine, command)
    sha256 = engine.artifacts.store.put(shelf.artifact_bytes())
    engine.artifacts.load(KIND, sha256, engine.readers, dispatch_as_system(engine.bus.dispatch))
    _send(engine, ActivateVersion(command_id=_id("activate", sha256), version=shelf.VERSION, sha256=sha256))
    _send(engine, _opening_stock())
    _send(
        engine,
        RecallGoods(
            command_id=_id("recall", RECALLED_BATCH),
            item_id=recalled_item().item_id,
            batch=RECALLED_BATCH,
            reason="供应商通知",
        ),
    )


def bind_devices(engine: Engine, devices: list[WiredDevice], gateway_id: str) -> None:
    """Let every simulated device work for the first till, but a printer and a drawer for the second."""
    for device in devices:
        _send(
            engine,
            SeeDevice(
                command_id=_id("see", device.device_id),
                device_id=device.device_id,
                gateway_id=gateway_id,
                kind=device.kind,
                model=device.profile.partition("/")[2],
                state="closed",
                health="ok",
            ),
        )
        bind = BindDevice(
            command_id=_id("bind", device.device_id),
            device_id=device.device_id,
            terminal_id=SECOND_TILL if device.device_id in _AT_SECOND_TILL else TILL,
        )
        _send(engine, bind)


def _shop_commands() -> Iterator[Command]:
    for login in LOGINS:
        yield AddStaff(
            command_id=_id("staff", login.staff_no),
            staff_id=_id("person", login.staff_no),
            staff_no=login.staff_no,
            name=_NAMES[login.staff_no],
            role=login.role,  # type: ignore[arg-type]
            pin=login.pin,
        )
    for terminal_id, name in _TILLS.items():
        yield RegisterTerminal(command_id=_id("till", terminal_id), terminal_id=terminal_id, name=name)


def _opening_stock() -> ReceiveStock:
    lines = [ReceivedLine(item_id=item.item_id, qty_milli=_STOCK_MILLI) for item in shelf.items()]
    return ReceiveStock(
        command_id=_id("stock", "opening"), receipt_id=_id("receipt", "opening"), kind="opening", lines=lines
    )


def _id(*names: str) -> str:
    """Always the same id for the same name: seeding twice changes nothing."""
    return hashlib.sha256("/".join(("dianshu demo", *names)).encode()).hexdigest()[:32]


def _send(engine: Engine, command: Command) -> Any:
    outcome = engine.bus.dispatch(command, SYSTEM)
    if outcome.refusal is not None:
        raise Refused.of(outcome.refusal)
    return outcome.answer
