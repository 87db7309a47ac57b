"""The demo shop under load: its goods, its tills, and commands made ready as bytes."""

from collections.abc import Iterator
from itertools import count

import msgspec

from bench.load import Connection
from hub.app.demo.seed import CASHIER, seed_shop
from hub.devices.messages import BindDevice, SeeDevice
from hub.kernel.context import SYSTEM
from hub.kernel.engine import Engine
from hub.kernel.ids import new_id
from hub.kernel.messages import Command
from hub.modules.catalogue import demo as shelf
from hub.modules.identity.messages import RegisterTerminal
from hub.modules.inventory.messages import ReceivedLine, ReceiveStock

TILLS = [f"T{number:02}" for number in range(1, 21)]
LINES = 10
_PLENTY_MILLI = 90_000_000
PIECES = [item for item in shelf.items() if item.sold_by == "piece" and item.barcodes]


def scanner_of(till: str) -> str:
    """The scanner at a till."""
    return f"scanner-{till}"


def furnish(engine: Engine) -> None:
    """The demo shop with twenty tills, a scanner at each, and more stock than a benchmark can sell."""
    seed_shop(engine)
    for till in TILLS:
        _send(engine, RegisterTerminal(command_id=new_id(), terminal_id=till, name=till))
        _send(
            engine,
            SeeDevice(
                command_id=new_id(),
                device_id=scanner_of(till),
                gateway_id="bench",
                kind="scanner",
                model="generic_serial",
                state="closed",
                health="ok",
            ),
        )
        _send(engine, BindDevice(command_id=new_id(), device_id=scanner_of(till), terminal_id=till))
    lines = [ReceivedLine(item_id=item.item_id, qty_milli=_PLENTY_MILLI) for item in PIECES]
    _send(engine, ReceiveStock(command_id=new_id(), receipt_id=new_id(), kind="opening", lines=lines))


async def open_till(port: int, till: str) -> str:
    """Sign the cashier in at a till and open its shift; returns the session's cookie."""
    async with Connection(port) as connection:
        await connection.call(
            "/api/sign-in",
            command_id=new_id(),
            terminal_id=till,
            staff_no=CASHIER.staff_no,
            pin=CASHIER.pin,
        )
        await connection.call(
            "/api/payments/shifts/open",
            command_id=new_id(),
            shift_id=new_id(),
            terminal_id=till,
            float_fen=10_000,
        )
        return connection.cookie


def orders(how_many: int, till: str = TILLS[0]) -> list[bytes]:
    """Paid ten-line orders, as bodies of POST /api/orders/place."""
    return [_order(number, till) for number in range(how_many)]


def scans(till: str = TILLS[0]) -> Iterator[bytes]:
    """Scans of ten goods round and round, as bodies of POST /api/orders/scan."""
    for number in count():
        code = PIECES[number % LINES].barcodes[0]
        yield msgspec.json.encode({"command_id": new_id(), "terminal_id": till, "code": code})


def _order(number: int, till: str) -> bytes:
    goods = [PIECES[(number * 7 + line) % len(PIECES)] for line in range(LINES)]
    return msgspec.json.encode(
        {
            "command_id": new_id(),
            "order_id": new_id(),
            "terminal_id": till,
            "lines": [{"line_id": new_id(), "qty_milli": 1000, "item_id": item.item_id} for item in goods],
            "payments": [
                {
                    "payment_id": new_id(),
                    "tender": "cash",
                    "amount_fen": sum(item.price_fen for item in goods),
                }
            ],
        }
    )


def _send(engine: Engine, command: Command) -> None:
    outcome = engine.bus.dispatch(command, SYSTEM)
    if outcome.refusal is not None:
        raise RuntimeError(f"{type(command).__name__}: {outcome.refusal}")
