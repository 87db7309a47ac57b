"""The ceiling writes the hub's own tables: where those change it must follow, or the ratio means nothing."""

import sqlite3

import msgspec

from bench.bare_rows import BY_CODE, Order, Rows, Scan
from bench.shop import orders


def test_the_bare_hub_writes_an_order_and_a_scan_into_the_hubs_tables() -> None:
    cursor = sqlite3.connect(":memory:").cursor()
    rows = Rows(cursor)
    (body,) = orders(1)
    order = msgspec.json.decode(body, type=Order)
    rows.order(order)
    rows.scan(Scan("c" * 32, "T01", next(iter(BY_CODE))))
    counts = {
        table: cursor.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for table in ("orders_orders", "orders_lines", "inventory_movements", "inventory_days", "journal")
    }
    assert counts == {
        "orders_orders": 1,
        "orders_lines": len(order.lines),
        "inventory_movements": len(order.lines),
        "inventory_days": len(order.lines),
        "journal": 5,
    }
