"""What a device shows of itself and of its paper: shared by devices, bench and tests."""

from typing import Annotated, Literal

import msgspec

from hardware_sim.faults import Fault

DeviceKind = Literal["scanner", "printer", "display", "scale", "payment_terminal", "drawer"]
Choice = Literal["approve", "decline", "cancel"]
ScaleKey = Literal["zero", "tare", "clear_tare"]
EntryAct = Literal["sale", "refund"]
EntryState = Literal["waiting", "taken", "declined", "cancelled", "reversed"]
PaperState = Literal["ok", "near_end", "out"]
Align = Literal["left", "center", "right"]
Lamp = Literal["price", "total", "collect", "change"]
LineKind = Literal["text", "barcode", "qr", "image", "feed", "cut"]


class ScannerView(msgspec.Struct, frozen=True, kw_only=True):
    scans: int
    last_code: str | None


class PrinterView(msgspec.Struct, frozen=True, kw_only=True):
    """`waiting_bytes` is what the printer holds and has not printed yet."""

    paper: PaperState
    cover_open: bool
    online: bool
    error: str | None
    columns: int
    lines_printed: int
    waiting_bytes: int
    prints_labels: bool = False


class DrawerView(msgspec.Struct, frozen=True, kw_only=True):
    open: bool
    kicks: int


class DisplayView(msgspec.Struct, frozen=True, kw_only=True):
    """`lines` are the two of a pole, or the one of a price display; `clears` is how often it went dark."""

    lines: tuple[str, ...]
    lit: tuple[Lamp, ...] = ()
    brightness: int | None = None
    clears: int = 0


class ScaleView(msgspec.Struct, frozen=True, kw_only=True):
    """`load_g` lies on the pan; `shown_g` is what the scale makes of it, None when it is out of range."""

    load_g: int
    shown_g: int | None
    tare_g: int
    moving: bool
    over: bool
    under: bool


class LedgerEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One sale or refund in the acquirer's book; `number` is the acquirer's own."""

    request_id: str
    act: EntryAct
    amount_fen: int
    state: EntryState
    number: str
    original_id: str = ""
    scheme: str = ""
    account: str = ""


class Movement(msgspec.Struct, frozen=True, kw_only=True):
    """Money that moved: to the shop above zero, from the shop below."""

    request_id: str
    amount_fen: int


class CustomerPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What the customer at a terminal does, and after how long; `hand` waits for a hand on the bench."""

    choice: Choice | Literal["hand"] = "approve"
    after_ms: Annotated[int, msgspec.Meta(ge=0, le=600_000)] = 0


class TerminalView(msgspec.Struct, frozen=True, kw_only=True):
    """`asking` is the sale a customer stands before; `ledger` is the acquirer's book, the newest last."""

    plan: CustomerPlan
    asking: LedgerEntry | None
    ledger: tuple[LedgerEntry, ...]
    movements: int
    held_fen: int


class DeviceView(msgspec.Struct, frozen=True, kw_only=True):
    """`plugged` is our end of the wire; `connected` is whether a host holds the other end open.

    `can_suffer` names the faults that such a device may have.
    """

    device_id: str
    kind: DeviceKind
    model: str
    name: str
    name_en: str
    link: str
    plugged: bool
    connected: bool
    faults: tuple[Fault, ...] = ()
    can_suffer: tuple[str, ...] = ()
    scanner: ScannerView | None = None
    printer: PrinterView | None = None
    drawer: DrawerView | None = None
    display: DisplayView | None = None
    scale: ScaleView | None = None
    terminal: TerminalView | None = None


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """A run of text in one style; `width` and `height` are magnifications, 1 to 8."""

    text: str
    bold: bool = False
    underline: bool = False
    inverse: bool = False
    width: int = 1
    height: int = 1


class PaperLine(msgspec.Struct, frozen=True, kw_only=True):
    """One thing on the paper. A barcode or a qr carries `data`; a feed carries `lines`.

    `bars` are widths in modules, bar and space by turns; `matrix` is rows of "0" and "1"; `module_dots` is
    the width of one module in dots (the paper has 12 dots to a column).
    """

    kind: LineKind
    align: Align = "left"
    spans: tuple[Span, ...] = ()
    data: str | None = None
    symbology: str | None = None
    bars: str | None = None
    matrix: tuple[str, ...] | None = None
    module_dots: int = 3
    lines: int = 1


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """The paper between two cuts. `number` counts the receipts of the whole bench from 1."""

    number: int
    device_id: str
    columns: int
    lines: tuple[PaperLine, ...]
    text: str


class ScanOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """`heard` is false when no host has the device open, so the code went nowhere."""

    device_id: str
    code: str
    heard: bool


class FaultMet(msgspec.Struct, frozen=True, kw_only=True):
    """How often a fault struck a device since the counter was set up."""

    device_id: str
    fault: str
    times: int
