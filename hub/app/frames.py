"""What the till's WebSocket says: a snapshot first, then each part of the picture as it changes."""

from typing import Literal

import msgspec

from cloud_sync.edge.status import SyncStatus
from hub.devices.messages import DeviceView, PrintJobView, WeightView
from hub.modules.orders.messages import Basket, OrderPlaced, OrderRow, Paying
from hub.modules.payments.messages import ShiftView


class Frame(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """One message; `seq` counts from 1 on each connection, so a gap shows. The snapshot is number 1."""

    seq: int


class Snapshot(Frame, frozen=True, kw_only=True, tag="snapshot"):
    """Everything that a till's page shows of its hub."""

    terminal_id: str
    clock_trusted: bool
    basket: Basket | None
    parked: list[OrderRow]
    shift: ShiftView | None
    sync: SyncStatus
    devices: list[DeviceView]
    prints: list[PrintJobView]
    paying: Paying


class BasketFrame(Frame, frozen=True, kw_only=True, tag="basket"):
    """The terminal's open basket, whole; None when there is none."""

    basket: Basket | None


class ParkedFrame(Frame, frozen=True, kw_only=True, tag="parked"):
    """Every parked basket of the store."""

    parked: list[OrderRow]


class ShiftFrame(Frame, frozen=True, kw_only=True, tag="shift"):
    """The terminal's open shift; None when there is none."""

    shift: ShiftView | None


class SyncFrame(Frame, frozen=True, kw_only=True, tag="sync"):
    """How far the cloud is behind, and whether the clock can be trusted."""

    sync: SyncStatus
    clock_trusted: bool


class DevicesFrame(Frame, frozen=True, kw_only=True, tag="devices"):
    """The devices that work for the terminal."""

    devices: list[DeviceView]


class PrintsFrame(Frame, frozen=True, kw_only=True, tag="prints"):
    """The terminal's newest print jobs that wait or failed, those that ask a person, and the last skipped."""

    prints: list[PrintJobView]


class PayingFrame(Frame, frozen=True, kw_only=True, tag="paying"):
    """The card and code payments that the terminal has to do with, whenever one of them moves."""

    paying: Paying


class PaidFrame(Frame, frozen=True, kw_only=True, tag="paid"):
    """A basket of the terminal became an order by a card's or a code's approval."""

    order: OrderPlaced


class AskFrame(Frame, frozen=True, kw_only=True, tag="ask"):
    """A scan that needs the cashier: an unknown code, a receipt, goods to weigh and what it says of them."""

    question: Literal["unknown_code", "needs_weight", "receipt"]
    code: str
    item_id: str | None
    symbology: str | None = None
    batch: str | None = None
    expires_on: str | None = None
    serial: str | None = None


class NoticeFrame(Frame, frozen=True, kw_only=True, tag="notice"):
    """Something to tell with the bad sound, in the page's language."""

    code: str
    text: str


class WeightFrame(Frame, frozen=True, kw_only=True, tag="weight"):
    """What lies on the till's scale, whenever that or its being fit for sale changes."""

    weight: WeightView


class ScanTestedFrame(Frame, frozen=True, kw_only=True, tag="scan_tested"):
    """What a scanner on trial read; `trouble` says in the page's language why that is no code."""

    device_id: str
    text: str
    symbology: str | None
    age_ms: int
    trouble: str


TillFrame = (
    Snapshot
    | BasketFrame
    | ParkedFrame
    | ShiftFrame
    | SyncFrame
    | DevicesFrame
    | PrintsFrame
    | PayingFrame
    | PaidFrame
    | AskFrame
    | NoticeFrame
    | WeightFrame
    | ScanTestedFrame
)
