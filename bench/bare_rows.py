"""The rows of a paid order and of a scan, written as plainly as Python can: what the bare hub keeps."""

import hashlib
import time
from typing import Any

import msgspec

from hub.devices import tables as devices
from hub.kernel.journal import journal
from hub.kernel.schema import definition
from hub.modules.catalogue import demo as shelf
from hub.modules.inventory import tables as inventory
from hub.modules.orders import tables as orders
from hub.modules.payments import tables as payments

STORE, SHIFT, DAY = "S001", "s" * 32, "2026-11-22"
TABLES = (*orders.TABLES, *payments.TABLES, *inventory.TABLES, *devices.TABLES, journal)
ITEMS = {item.item_id: item for item in shelf.items()}
BY_CODE = {code: item for item in ITEMS.values() for code in item.barcodes}


class Line(msgspec.Struct):
    """A line of an order as it is sent."""

    line_id: str
    qty_milli: int
    item_id: str


class Payment(msgspec.Struct):
    """A payment as it is sent."""

    payment_id: str
    tender: str
    amount_fen: int


class Order(msgspec.Struct):
    """The body of POST /api/orders/place."""

    command_id: str
    order_id: str
    terminal_id: str
    lines: list[Line]
    payments: list[Payment]


class Scan(msgspec.Struct):
    """The body of POST /api/orders/scan."""

    command_id: str
    terminal_id: str
    code: str


def _insert(table: str, columns: int) -> str:
    return f"INSERT INTO {table} VALUES ({', '.join('?' * columns)})"


ORDER = _insert("orders_orders", 19)
LINE = _insert("orders_lines", 24)
RECEIPT = _insert("orders_receipt_numbers", 4) + " ON CONFLICT DO UPDATE SET last_seq = excluded.last_seq"
PAYMENT = _insert("payments_payments", 14)
TAKEN = (
    "UPDATE payments_shifts SET cash_fen = cash_fen + ?, payment_count = payment_count + 1 WHERE shift_id = ?"
)
MOVEMENT = _insert("inventory_movements", 7)
BALANCE = (
    _insert("inventory_balances", 3) + " ON CONFLICT DO UPDATE SET qty_milli = qty_milli + excluded.qty_milli"
)
MOVED = _insert("inventory_days", 5) + " ON CONFLICT DO UPDATE SET out_milli = out_milli + excluded.out_milli"
JOB = _insert("print_jobs", 12)
ENTRY = _insert("journal", 9)
MORE = (
    "UPDATE orders_lines SET qty_milli = qty_milli + 1000 WHERE store_id = ? AND order_id = ? AND item_id = ?"
)
TOUCH = (
    "UPDATE orders_orders SET total_fen = total_fen + ?, changed_ms = ? WHERE store_id = ? AND order_id = ?"
)
MARK = (
    _insert("gateway_boots", 4) + " ON CONFLICT DO UPDATE SET seq = excluded.seq, seen_ms = excluded.seen_ms"
)


class Rows:
    """Writes orders and scans with one cursor, and chains the journal; no rule is asked."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor
        self._seq = 0
        self._hash = bytes(32)
        for table in TABLES:
            for statement in definition(table):
                cursor.execute(statement)

    def order(self, order: Order) -> dict[str, Any]:
        """The rows of a paid order, the same as the hub's own."""
        execute, many = self._cursor.execute, self._cursor.executemany
        now_ms, till, number = time.time_ns() // 1_000_000, order.terminal_id, self._seq
        sold = [(line, ITEMS[line.item_id]) for line in order.lines]
        total = sum(item.price_fen for _, item in sold)
        receipt_no = f"{STORE}-{till}-20261122-{number:06}"
        execute(ORDER, (STORE, order.order_id, till, "paid", now_ms, now_ms, total, 0, len(sold), len(sold),
                        0, None, "", "c" * 32, receipt_no, DAY, SHIFT, now_ms, 0))  # fmt: skip
        many(LINE, [(STORE, order.order_id, at, line.line_id, item.item_id, item.sku, None, item.name,
                     item.name_en, item.unit, item.sold_by, item.price_fen, line.qty_milli, item.price_fen,
                     item.tax_rate_bp, 0, "live", None, None, None, None, None, "catalogue", None)
                    for at, (line, item) in enumerate(sold, 1)])  # fmt: skip
        execute(RECEIPT, (STORE, till, DAY, number))
        for paid in order.payments:
            execute(PAYMENT, (STORE, paid.payment_id, order.order_id, SHIFT, till, paid.tender, total,
                              paid.amount_fen, 0, "", "", "", None, now_ms))  # fmt: skip
            execute(TAKEN, (total, SHIFT))
        many(MOVEMENT, [(STORE, order.order_id, "sale", at, item.item_id, -line.qty_milli, now_ms)
                        for at, (line, item) in enumerate(sold, 1)])  # fmt: skip
        many(BALANCE, [(STORE, item.item_id, -line.qty_milli) for line, item in sold])
        many(MOVED, [(STORE, now_ms // 86_400_000, item.item_id, 0, line.qty_milli) for line, item in sold])
        job_id = f"j{order.order_id[1:]}"
        execute(JOB, (STORE, job_id, "receipt", order.order_id, till, "printer", 0, "queued", "", now_ms,
                      now_ms, None))  # fmt: skip
        lines = [{"line": line, "name": item.name, "name_en": item.name_en, "sku": item.sku,
                  "unit": item.unit, "unit_price_fen": item.price_fen, "tax_rate_bp": item.tax_rate_bp,
                  "amount_fen": item.price_fen} for line, item in sold]  # fmt: skip
        self._record(now_ms, order.command_id, order.order_id, [
            {"type": "paid", "order": order.order_id, "lines": lines, "total_fen": total},
            {"type": "payment", "payments": order.payments},
            {"type": "moved", "movements": order.lines},
            {"type": "print", "job_id": job_id},
        ])  # fmt: skip
        return {"order_id": order.order_id, "receipt_no": receipt_no, "total_fen": total}

    def scan(self, scan: Scan) -> dict[str, Any]:
        """One more of a line, the basket's total, and the journal's entry."""
        item, now_ms = BY_CODE[scan.code], time.time_ns() // 1_000_000
        self._cursor.execute(MORE, (STORE, scan.terminal_id, item.item_id))
        self._cursor.execute(TOUCH, (item.price_fen, now_ms, STORE, scan.terminal_id))
        self._record(now_ms, scan.command_id, scan.terminal_id, [{"type": "more", "item": item}])
        return {"item_id": item.item_id}

    def reading(self, boot_id: str, seq: int, scan: Scan) -> None:
        """A scan that came by a gateway: its mark besides."""
        self._cursor.execute(MARK, (boot_id, "", seq, time.time_ns() // 1_000_000))
        self.scan(scan)

    def _record(self, now_ms: int, command_id: str, subject: str, events: list[dict[str, Any]]) -> None:
        entries = []
        for event in events:
            self._seq += 1
            body = msgspec.json.encode(
                {"seq": self._seq, "at_ms": now_ms, "subject": subject, "event": event}
            )
            self._hash = hashlib.sha256(self._hash + body).digest()
            first = command_id if event is events[0] else None
            entries.append((self._seq, 1, event["type"], subject, first, first, now_ms, body, self._hash))
        self._cursor.executemany(ENTRY, entries)
