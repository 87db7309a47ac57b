"""What the bench page sends and is told: HTTP bodies, answers, and the frames of its WebSocket."""

from typing import Annotated

import msgspec

from hardware_sim.faults import Fault
from hardware_sim.views import (
    Choice,
    CustomerPlan,
    DeviceView,
    LedgerEntry,
    Movement,
    PaperLine,
    PaperState,
    Receipt,
    ScaleKey,
    ScanOutcome,
)

Code = Annotated[str, msgspec.Meta(min_length=1, max_length=512)]
DeviceId = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class Good(msgspec.Struct, frozen=True):
    """One thing on the shelf: held under a scanner, or with `each_g`, what one weighs, laid on a scale."""

    name: str
    name_en: str
    barcode: str
    category: str
    price_fen: int
    each_g: int = 0


class Scan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """POST /api/scan: hold a code under a scanner."""

    device_id: DeviceId
    code: Code


class SetPaper(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """POST /api/devices/{device_id}/paper; `after_lines` only with `out`."""

    paper: PaperState
    after_lines: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 0


class SetCover(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """POST /api/devices/{device_id}/cover."""

    open: bool


class SetDrawer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """POST /api/devices/{device_id}/drawer (the printer's id): a hand on the drawer."""

    open: bool


class SetWeight(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """POST /api/devices/{device_id}/weight: what lies on the scale, and whether it drifts or is shaken."""

    load_g: Annotated[int, msgspec.Meta(ge=-1_000_000, le=1_000_000)]
    drift_g_per_min: Annotated[int, msgspec.Meta(ge=-10_000, le=10_000)] = 0
    shaken: bool = False


class PressKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """POST /api/devices/{device_id}/key: one of the scale's own keys; in motion it does nothing."""

    key: ScaleKey


class SetPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """POST /api/devices/{device_id}/plan: what the customers at a payment terminal do."""

    plan: CustomerPlan


class Choose(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """POST /api/devices/{device_id}/customer: the hand of the customer who is asked; nothing if nobody is."""

    choice: Choice


class AcquirersBook(msgspec.Struct, frozen=True, kw_only=True):
    """GET /api/devices/{device_id}/ledger: every entry, and every movement of money, as they came."""

    entries: tuple[LedgerEntry, ...]
    movements: tuple[Movement, ...]


class SetFault(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """POST /api/devices/{device_id}/faults. DELETE there heals the device, DELETE …/faults/{name} of one."""

    fault: Fault


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """A refusal, in both languages of the page."""

    code: str
    text: str
    text_en: str


class Bench(msgspec.Struct, frozen=True, kw_only=True):
    """GET /api/bench: everything at one glance. `notice` says what this machine cannot simulate."""

    devices: tuple[DeviceView, ...]
    goods: tuple[Good, ...]
    notice: str | None = None


class Snapshot(msgspec.Struct, frozen=True, kw_only=True, tag="snapshot", tag_field="type"):
    """The first frame of /ws/bench: devices, the paper hanging out of each printer, recent receipts."""

    seq: int
    devices: tuple[DeviceView, ...]
    paper: dict[str, tuple[PaperLine, ...]]
    receipts: tuple[Receipt, ...]


class DeviceChanged(msgspec.Struct, frozen=True, kw_only=True, tag="device_changed", tag_field="type"):
    seq: int
    device: DeviceView


class Printed(msgspec.Struct, frozen=True, kw_only=True, tag="printed", tag_field="type"):
    """One more line came out of a printer."""

    seq: int
    device_id: str
    line: PaperLine


class ReceiptCut(msgspec.Struct, frozen=True, kw_only=True, tag="receipt_cut", tag_field="type"):
    """The paper was cut; the lines hanging out so far are this receipt."""

    seq: int
    receipt: Receipt


class Scanned(msgspec.Struct, frozen=True, kw_only=True, tag="scanned", tag_field="type"):
    seq: int
    outcome: ScanOutcome


BenchFrame = Snapshot | DeviceChanged | Printed | ReceiptCut | Scanned
