"""Ledger and balances from stock moved."""

from hub.kernel.journal import Record
from hub.kernel.module import Rows
from hub.kernel.sql import insert_into, upsert
from hub.modules.inventory.events import StockMoved
from hub.modules.inventory.tables import balances, movements

_book = insert_into(movements)
_change = upsert(balances, add=("qty_milli",))


def stock_moved(record: Record[StockMoved]) -> Rows:
    """Each movement into the ledger, and each onto its balance."""
    event, store_id = record.event, record.store_id
    ledger = [
        (
            _book,
            {
                "store_id": store_id,
                "ref_id": event.ref_id,
                "kind": event.kind,
                "line_no": line_no,
                "item_id": movement.item_id,
                "qty_milli": movement.qty_milli,
                "at_ms": record.at_ms,
            },
        )
        for line_no, movement in enumerate(event.movements, start=1)
    ]
    changes = [
        (_change, {"store_id": store_id, "item_id": movement.item_id, "qty_milli": movement.qty_milli})
        for movement in event.movements
    ]
    return [*ledger, *changes]
