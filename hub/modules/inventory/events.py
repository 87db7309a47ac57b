"""Stock coming in and going out."""

from typing import ClassVar

import msgspec

from hub.kernel.messages import Event


class Movement(msgspec.Struct, frozen=True):
    """One item's change, in thousandths of its unit: out is negative."""

    item_id: str
    qty_milli: int


class StockMoved(Event, frozen=True, kw_only=True, tag="inventory.stock_moved.v1"):
    """All movements of one cause, booked together; kind is sale, return, opening or delivery."""

    subject_field: ClassVar[str] = "ref_id"
    ref_id: str
    kind: str
    movements: tuple[Movement, ...]
    note: str = ""
