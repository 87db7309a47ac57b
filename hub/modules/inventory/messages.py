"""Commands in, balances and movements out; quantities in thousandths of the item's unit."""

from typing import Literal

import msgspec

from hub.kernel.messages import Command, View


class ReceivedLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So much of one item came in."""

    item_id: str
    qty_milli: int


class ReceiveStock(Command, frozen=True, kw_only=True):
    """Book opening stock or a delivery; receipt_id is client-made and books once."""

    receipt_id: str
    kind: Literal["opening", "delivery"]
    lines: list[ReceivedLine]
    note: str = ""


class StockReceived(msgspec.Struct, frozen=True, kw_only=True):
    """Answer to ReceiveStock."""

    receipt_id: str
    line_count: int


class BalanceView(View, frozen=True):
    """What there is of one item, in thousandths of its unit; below zero where the item allows it."""

    item_id: str
    qty_milli: int


class MovementView(View, frozen=True):
    """One entry of the ledger; `ref_id` is the order or the delivery that moved it."""

    ref_id: str
    kind: str
    line_no: int
    item_id: str
    qty_milli: int
    at_ms: int


class DayView(View, frozen=True):
    """What came in and went out of an item on one day; `day` counts days of UTC since 1970."""

    day: int
    in_milli: int
    out_milli: int
