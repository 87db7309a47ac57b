"""Ledger and balances from stock moved."""

from hub.kernel.journal import Record
from hub.kernel.module import Rows
from hub.kernel.sql import Row, insert_into, upsert
from hub.modules.inventory.events import Movement, StockMoved
from hub.modules.inventory.model import day_of
from hub.modules.inventory.tables import balances, days, movements

_book = insert_into(movements)
_change = upsert(balances, add=("qty_milli",))
_count = upsert(days, add=("in_milli", "out_milli"))


def stock_moved(record: Record[StockMoved]) -> Rows:
    """Each movement into the ledger, onto its balance and onto its day."""
    movements_of = record.event.movements
    for line_no in range(len(movements_of)):
        yield _book, _ledger_row(record, line_no)
    for movement in movements_of:
        yield (
            _change,
            {"store_id": record.store_id, "item_id": movement.item_id, "qty_milli": movement.qty_milli},
        )
    for movement in movements_of:
        yield _count, _day_row(record, movement)


def _day_row(record: Record[StockMoved], movement: Movement) -> Row:
    return {
        "store_id": record.store_id,
        "day": day_of(record.at_ms),
        "item_id": movement.item_id,
        "in_milli": max(movement.qty_milli, 0),
        "out_milli": max(-movement.qty_milli, 0),
    }


def _ledger_row(record: Record[StockMoved], line_no: int) -> Row:
    event = record.event
    movement = event.movements[line_no]
    return {
        "store_id": record.store_id,
        "ref_id": event.ref_id,
        "kind": event.kind,
        "line_no": line_no + 1,
        "item_id": movement.item_id,
        "qty_milli": movement.qty_milli,
        "at_ms": record.at_ms,
    }
