"""Every frame between a gateway and the hub, as tagged structs: JSON text over one WebSocket.

The shared token travels in the ``Authorization: Bearer`` header only, never in a frame.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta

from drivers.document import (
    AnyBlock,
    Barcode,
    Block,
    Cell,
    Columns,
    Cut,
    Document,
    Drawer,
    Feed,
    Label,
    LabelBarcode,
    LabelPrice,
    LabelText,
    Picture,
    Qr,
    Rule,
    Text,
    content_hash,
)
from drivers.readings import (
    AnyReading,
    DrawerPosition,
    Misread,
    PrinterStatus,
    Readable,
    Scan,
    Weight,
    WeightUnit,
)

__all__ = [
    "MAX_FRAME_BYTES", "MAX_PRESET_TARE_G", "PROTOCOL_VERSION", "Ability", "Ack", "AnyBlock",
    "AnyReading", "Barcode",
    "Block", "Cell", "Columns", "Cut", "DeviceChanged", "DeviceInfo", "DeviceState", "DeviceStatistics",
    "Document", "Drawer", "DrawerLearnt", "DrawerPosition", "DrawerReleased", "Feed", "Frame",
    "FrameError", "GatewayFrame", "Health", "Heartbeat", "Hello", "HubFrame", "Id", "JobAnswer",
    "JobState", "Kind", "Label", "LabelBarcode", "LabelPrice", "LabelText", "Lamp", "LearnDrawer",
    "Misread", "OpenWhen", "Pay", "PayAct", "PayAnswer", "PayState", "Picture", "Print",
    "PrinterStatus", "Qr", "QueryJob", "Readable", "Reading", "ReleaseDrawer", "Rule", "ScaleAct",
    "ScaleCommand", "ScaleKey", "Scan", "Show", "ShownLine", "Statistics", "Text", "Weight", "WeightUnit",
    "Welcome", "content_hash", "decode_gateway_frame", "decode_hub_frame", "encode",
]  # fmt: skip

MAX_FRAME_BYTES = 256 * 1024
PROTOCOL_VERSION = 1
MAX_PRESET_TARE_G = 9_999

Id = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._:-]+$")]
StatisticName = Annotated[str, Meta(max_length=48, pattern=r"^[A-Za-z]+$")]
Reason = Annotated[str, Meta(max_length=200)]
Kind = Literal["label_printer", "scanner", "scale", "printer", "display", "drawer", "payment_terminal"]
# What sets a model apart from others of its kind: the tender that a payment terminal takes, and whether a
# drawer has a connector through which its position is felt.
Ability = Literal["", "card", "code", "position"]
# The level of the connector's pin 3 while the drawer is open; unwired: it says nothing of the drawer.
OpenWhen = Literal["high", "low", "unwired"]
# As UnifiedPOS has it: closed (no link, being retried) -> claimed (ours alone) -> enabled (working);
# refused = a person must decide first (two look-alikes, a profile that does not fit).
DeviceState = Literal["closed", "claimed", "enabled", "refused"]
ShownLine = Annotated[str, Meta(max_length=200)]
Lamp = Literal["price", "total", "collect", "change"]
Health = Literal["ok", "attention", "failed"]
# not_started: not one byte has left, so sending it again is safe. unknown: paper may exist, ask a person.
# failed: no byte left and sending it again will not help.
JobState = Literal["printing", "printed", "unknown", "not_started", "failed"]
# A sale or refund moves money; a reversal undoes one that nobody knows the end of; a query only asks.
PayAct = Literal["sale", "refund", "reversal", "query", "settlement"]
# not_started: not one byte has left. unknown: money may have moved, so query, then reverse; never a failure.
PayState = Literal["pending", "approved", "refused", "unknown", "not_started"]
ScaleAct = Literal["zero", "tare", "clear_tare"]
ScaleKey = Literal["zero", "tare", "clear_tare", "preset_tare"]


class DeviceInfo(msgspec.Struct, frozen=True, kw_only=True):
    """One configured device as the gateway sees it at hello; identity is "" until the device was opened.

    swapped_by is who put this unit in another's place, "" if nobody did.
    """

    device_id: Id
    kind: Kind
    model: str
    ability: Ability = ""
    link: str
    identity: str = ""
    state: DeviceState = "closed"
    health: Health = "ok"
    reason: Reason = ""
    swapped_by: Reason = ""


class Frame(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """One WebSocket text message; unknown fields are tolerated so that either end can be newer."""


class Hello(Frame, frozen=True, kw_only=True, tag="hello"):
    """First frame from a gateway; boot_id is new at each start of its process, at is as in a heartbeat."""

    gateway_id: Id
    boot_id: Id
    version: str
    protocol: int = PROTOCOL_VERSION
    at: int = 0
    devices: Annotated[tuple[DeviceInfo, ...], Meta(max_length=64)] = ()


class Reading(Frame, frozen=True, kw_only=True, tag="reading"):
    """A reading, re-sent until acked; seq rises with each of a boot_id, age_ms runs from device to sending.

    A weight is never acked for itself: a newer one of its scale takes its place, which leaves a gap in seq.
    at is when it was sent, by the clock of the heartbeats: what it waited on the wire is the hub's to add.
    """

    device_id: Id
    boot_id: Id
    seq: Annotated[int, Meta(ge=1)]
    age_ms: Annotated[int, Meta(ge=0)]
    at: int = 0
    reading: AnyReading


class DeviceChanged(Frame, frozen=True, kw_only=True, tag="device"):
    """A device was plugged, lost, refused, or changed its health."""

    device_id: Id
    state: DeviceState
    health: Health = "ok"
    reason: Reason = ""
    identity: str = ""
    swapped_by: Reason = ""


class JobAnswer(Frame, frozen=True, kw_only=True, tag="job"):
    """Where a print job stands, by the gateway's durable log."""

    job_id: Id
    state: JobState
    reason: Reason = ""


class DrawerReleased(Frame, frozen=True, kw_only=True, tag="drawer_released"):
    """Whether the kick was sent; that the drawer opened comes as a reading."""

    release_id: Id
    ok: bool
    reason: Reason = ""


class DrawerLearnt(Frame, frozen=True, kw_only=True, tag="drawer_learnt"):
    """What came of a LearnDrawer; `open_when` once both levels were seen."""

    request_id: Id
    ok: bool
    reason: Reason
    open_when: OpenWhen | None = None


class SettledTotals(msgspec.Struct, frozen=True, kw_only=True):
    """A settled batch by kind, where the terminal tells it; each sum is positive, a reversal undid a sale."""

    sale_count: Annotated[int, Meta(ge=0)]
    sale_fen: Annotated[int, Meta(ge=0, le=10**15)]
    refund_count: Annotated[int, Meta(ge=0)]
    refund_fen: Annotated[int, Meta(ge=0, le=10**15)]
    reversal_count: Annotated[int, Meta(ge=0)]
    reversal_fen: Annotated[int, Meta(ge=0, le=10**15)]


class PayAnswer(Frame, frozen=True, kw_only=True, tag="pay_answer"):
    """Where a payment request stands, by the gateway's durable log and the terminal's own word.

    For a query, `state` is that of the request asked about; `refused` with terminal.no_such_request says that
    it never came there, with terminal.reversed that it was undone. `pending` asks for patience (the customer
    types a PIN) and is followed by another answer. `amount_fen` is what the acquirer approved.
    """

    request_id: Id
    state: PayState
    reason: Reason = ""
    """A code of ours such as terminal.declined, terminal.cancelled, terminal.busy, terminal.no_answer."""
    text: Reason = ""
    """What the terminal says to people, in its own language."""
    amount_fen: Annotated[int, Meta(ge=0, le=10**12)] | None = None
    reference: Annotated[str, Meta(max_length=64)] = ""
    """The acquirer's own number of the transaction."""
    scheme: Annotated[str, Meta(max_length=32)] = ""
    """unionpay, visa, wechat, alipay …"""
    account: Annotated[str, Meta(max_length=32)] = ""
    """Masked by the terminal: the last four digits at most."""
    settled_count: Annotated[int, Meta(ge=0)] | None = None
    """Of a settlement: how many transactions the terminal's batch holds."""
    settled_fen: Annotated[int, Meta(ge=-(10**15), le=10**15)] | None = None
    settled_totals: SettledTotals | None = None


class DeviceStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """What one unit has done in its life here, by UnifiedPOS's names where there is one."""

    device_id: Id
    counts: Annotated[dict[StatisticName, Annotated[int, Meta(ge=0, le=2**53)]], Meta(max_length=32)]
    scans_a_minute: Annotated[int, Meta(ge=0, le=100_000)] = 0


class Statistics(Frame, frozen=True, kw_only=True, tag="statistics"):
    """Every device's counts, about once a minute; lossy: the next one says it all again."""

    devices: Annotated[tuple[DeviceStatistics, ...], Meta(max_length=64)] = ()


class Heartbeat(Frame, frozen=True, kw_only=True, tag="heartbeat"):
    """Sent both ways; at is the sender's own steady milliseconds: only differences mean anything.

    wall_ms is a gateway's clock as people read it, 0 if it does not say.
    """

    at: int = 0
    wall_ms: int = 0


class Welcome(Frame, frozen=True, kw_only=True, tag="welcome"):
    """The hub's answer to hello."""

    heartbeat_s: Annotated[float, Meta(gt=0, le=60)] = 5.0
    now_ms: int = 0


class Print(Frame, frozen=True, kw_only=True, tag="print"):
    """Print this once; the same job_id again is answered from the log, never printed twice."""

    job_id: Id
    device_id: Id
    content_hash: Annotated[str, Meta(max_length=64)]
    document: Document


class ReleaseDrawer(Frame, frozen=True, kw_only=True, tag="release_drawer"):
    """Kick the drawer now or not at all; device_id is the drawer, or the printer it hangs on."""

    release_id: Id
    device_id: Id
    expires_in_ms: Annotated[int, Meta(ge=0, le=60_000)]


class LearnDrawer(Frame, frozen=True, kw_only=True, tag="learn_drawer"):
    """A person sees the drawer shut, and then open: its sensor's levels are learnt from that, for good."""

    request_id: Id
    device_id: Id
    is_open: bool
    by: Reason = ""


class Show(Frame, frozen=True, kw_only=True, tag="show"):
    """Put this on a customer display; the newest takes the place of one not shown yet.

    Text displays show the lines, price displays the amount and its lamp. In a line, what follows a tab goes
    to the right edge. The plain lines are for displays that have no Chinese; "" there means the same line.
    """

    device_id: Id
    upper: ShownLine = ""
    lower: ShownLine = ""
    upper_plain: ShownLine = ""
    lower_plain: ShownLine = ""
    amount_fen: Annotated[int, Meta(ge=-(10**12), le=10**12)] | None = None
    lamp: Lamp | None = None


class ScaleCommand(Frame, frozen=True, kw_only=True, tag="scale_command"):
    """Press a scale's key, or have it take off a tare that is known; what came of it shows in its readings.

    A scale whose wire knows no preset tare gets it from the gateway: its readings are net then all the same.
    """

    device_id: Id
    command: ScaleKey
    tare_g: Annotated[int, Meta(ge=0, le=MAX_PRESET_TARE_G)] = 0


class Pay(Frame, frozen=True, kw_only=True, tag="pay"):
    """Ask a payment terminal or acquirer for this once; the same request_id again is answered from the log.

    `code` is the customer's payment code, for a sale by code. `original_id` names the request that a refund,
    a reversal or a query is about; `amount_fen` of a reversal or a query is that one's own, 0 if not known.
    A terminal has one request in hand: another is not_started with terminal.busy, save a reversal of the one
    in hand, which ends the waiting for it.
    """

    request_id: Id
    device_id: Id
    act: PayAct
    amount_fen: Annotated[int, Meta(ge=0, le=10**12)] = 0
    code: Annotated[str, Meta(max_length=64)] = ""
    original_id: Id | None = None
    original_reference: Annotated[str, Meta(max_length=64)] = ""
    """The acquirer's own number of the original, where it is known."""
    timeout_s: Annotated[float, Meta(gt=0, le=300)] = 90.0


class QueryJob(Frame, frozen=True, kw_only=True, tag="query_job"):
    """Ask where a job stands; answered not_started if it was never begun here."""

    job_id: Id


class Ack(Frame, frozen=True, kw_only=True, tag="ack"):
    """Every reading of this boot up to and including seq is the hub's now."""

    boot_id: Id
    seq: Annotated[int, Meta(ge=0)]


GatewayFrame = (
    Hello
    | Reading
    | DeviceChanged
    | JobAnswer
    | DrawerReleased
    | DrawerLearnt
    | PayAnswer
    | Statistics
    | Heartbeat
)
HubFrame = (
    Welcome | Print | Show | ReleaseDrawer | LearnDrawer | ScaleCommand | Pay | QueryJob | Ack | Heartbeat
)

T = TypeVar("T")

_encoder = msgspec.json.Encoder()
_hub_decoder: msgspec.json.Decoder[HubFrame] = msgspec.json.Decoder(HubFrame)
_gateway_decoder: msgspec.json.Decoder[GatewayFrame] = msgspec.json.Decoder(GatewayFrame)


class FrameError(ValueError):
    """A frame that cannot be read: code is gateway.frame_too_long or gateway.frame_invalid."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code


def encode(frame: GatewayFrame | HubFrame) -> str:
    """A frame as the text to send."""
    return _encoder.encode(frame).decode("utf-8")


def decode_hub_frame(text: str | bytes) -> HubFrame:
    """What the hub said; FrameError if it is not a frame."""
    return _decode(_hub_decoder, text)


def decode_gateway_frame(text: str | bytes) -> GatewayFrame:
    """What a gateway said; FrameError if it is not a frame."""
    return _decode(_gateway_decoder, text)


def _decode(decoder: msgspec.json.Decoder[T], text: str | bytes) -> T:
    if len(text) > MAX_FRAME_BYTES:
        raise FrameError("gateway.frame_too_long", f"{len(text)} > {MAX_FRAME_BYTES}")
    try:
        return decoder.decode(text)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise FrameError("gateway.frame_invalid", str(error)) from error
