"""Commands about devices, and what pages see of them."""

from typing import ClassVar, Literal

import msgspec

from hub.kernel.messages import Command, View

PrintState = Literal["queued", "printed", "unknown", "failed", "held", "settled", "skipped"]
"""`unknown` and `held` ask a person; `settled` is what a person said of one of them. `skipped`: no printer
works for the till, so nothing was sent anywhere.
"""

ScaleAct = Literal["zero", "tare", "clear_tare"]
ScaleKey = Literal["zero", "tare", "clear_tare", "preset_tare"]
DocumentKind = Literal["receipt", "return_slip", "z_report", "test", "label"]


class BindDevice(Command, frozen=True, kw_only=True):
    """A device works for this terminal from now on; None unbinds it."""

    device_id: str
    terminal_id: str | None


class SeeDevice(Command, frozen=True, kw_only=True):
    """A gateway told of a device or of a change in it."""

    device_id: str
    gateway_id: str
    kind: str | None = None
    model: str | None = None
    ability: str | None = None
    identity: str = ""
    swapped_by: str = ""
    state: str
    health: str
    reason: str = ""


class TakeScan(Command, frozen=True, kw_only=True):
    """A scanner read a code, perhaps a customer's own; `boot_id` and `gateway_seq` name the reading."""

    secret_fields: ClassVar[tuple[str, ...]] = ("text",)
    device_id: str
    boot_id: str
    gateway_seq: int
    age_ms: int
    text: str
    symbology: str | None = None
    tested_at: str | None = None
    """The till that tests this scanner: the scan is shown there and lands nowhere."""


class TakeMisread(Command, frozen=True, kw_only=True):
    """A scanner said something that is not a whole code."""

    device_id: str
    boot_id: str
    gateway_seq: int
    reason: str
    tested_at: str | None = None


class TakeDrawerPosition(Command, frozen=True, kw_only=True):
    """A drawer's sensor changed, so long ago; None: it is not known any more what it says."""

    device_id: str
    boot_id: str
    gateway_seq: int
    is_open: bool | None
    age_ms: int = 0


class LearnDrawer(Command, frozen=True, kw_only=True):
    """A person shows a drawer shut, and then open: its gateway learns what its sensor says."""

    device_id: str
    is_open: bool


class KeepDrawerMeaning(Command, frozen=True, kw_only=True):
    """A gateway has learnt what a drawer's sensor says: the level when it is open, or that it is unwired."""

    device_id: str
    open_when: str


class NoteOpenDrawer(Command, frozen=True, kw_only=True):
    """The drawer that was opened then has been seen open since, for so long by steady time."""

    device_id: str
    opened_ms: int
    open_for_ms: int


class AnswerDrawerIncident(Command, frozen=True, kw_only=True):
    """A manager says what an incident with a drawer was."""

    incident_seq: int
    answer: str


class MeetGateway(Command, frozen=True, kw_only=True):
    """A gateway has come, is still there, or has just gone; boot_id is this life of its process."""

    gateway_id: str
    boot_id: str


class GivePrint(Command, frozen=True, kw_only=True):
    """A print job is about to be given to a gateway: kept on disk before it is."""

    job_id: str
    device_id: str
    gateway_id: str


class TakeBackPrint(Command, frozen=True, kw_only=True):
    """The gateway that was given a job never began it: any may have it."""

    job_id: str


class FinishPrint(Command, frozen=True, kw_only=True):
    """What the gateway, or time, says of a print job."""

    job_id: str
    state: Literal["printed", "unknown", "failed", "held"]
    reason: str = ""


class SkipPrints(Command, frozen=True, kw_only=True):
    """What has waited long enough at a till that has no printer of this kind will not be printed."""

    terminal_id: str
    printer_kind: str


class LabelView(View, frozen=True):
    """What a label says; `weight_g` and `amount_fen` stand on a scale label only."""

    label_id: str
    kind: Literal["shelf", "scale"]
    item_id: str
    name: str
    unit: str
    price_fen: int
    code: str
    copies: int
    weight_g: int | None
    amount_fen: int | None


class SettlePrint(Command, frozen=True, kw_only=True):
    """A person looked: the paper is there, or it is not and a copy is to be printed."""

    job_id: str
    is_printed: bool


class Reprint(Command, frozen=True, kw_only=True):
    """Print a receipt again, marked as a copy."""

    job_id: str
    order_id: str


class PrintTest(Command, frozen=True, kw_only=True):
    """Print a test slip on this very printer, whichever till it works for."""

    job_id: str
    device_id: str


class FinishDrawerRelease(Command, frozen=True, kw_only=True):
    """Whether the kick went out."""

    release_id: str
    is_sent: bool
    reason: str = ""


class PressScaleKey(Command, frozen=True, kw_only=True):
    """Press a key of the till's scale; what came of it shows in its readings."""

    terminal_id: str
    key: ScaleAct


class PresetTare(Command, frozen=True, kw_only=True):
    """Have the till's scale take off a tare that is known, for one weighing: a bowl's, a box's."""

    terminal_id: str
    tare_g: int


class DeviceView(View, frozen=True):
    """One device as the store knows it."""

    device_id: str
    gateway_id: str
    kind: str
    model: str
    identity: str
    terminal_id: str | None
    state: str
    health: str
    reason: str
    ability: str = ""
    """Of a payment terminal: card or code. Of a drawer: position, where one can be felt."""
    is_open: int | None = None
    """Of a drawer: what its sensor said last."""


class PrintJobView(View, frozen=True):
    """One print job; `order_id` is the subject that it prints."""

    job_id: str
    document: DocumentKind
    order_id: str
    terminal_id: str
    printer_kind: str
    is_copy: int
    state: PrintState
    reason: str
    queued_ms: int
    changed_ms: int
    device_id: str | None = None
    """The printer it is for; None: whichever works for the till."""


class DrawerView(View, frozen=True):
    """One drawer: its position, None if it is not known, and the last release ordered for it."""

    device_id: str
    is_open: int | None
    changed_ms: int
    release_id: str | None


class DrawerIncidentView(View, frozen=True):
    """A drawer that opened and nobody had asked for it, or that was left open; `staff_id` was at the till."""

    seq: int
    kind: Literal["unasked", "left_open"]
    device_id: str
    terminal_id: str | None
    staff_id: str | None
    opened_ms: int
    told_ms: int
    answer: str | None
    answered_by: str | None
    answered_ms: int | None


class DeviceStatisticsView(View, frozen=True):
    """What one device has done, by UnifiedPOS's names where there is one; `at_ms` is when it was told."""

    device_id: str
    counts: dict[str, int]
    scans_a_minute: int
    at_ms: int


class PrintQueuedAnswer(msgspec.Struct, frozen=True):
    """Answer to Reprint and SettlePrint: the job that prints the copy, if one does."""

    job_id: str | None


class KeyPressed(msgspec.Struct, frozen=True):
    """Answer to PressScaleKey and PresetTare: the scale that was asked."""

    device_id: str


class WeightView(View, frozen=True):
    """What a till's scale says; `reason` is why it may not be sold now, "" if it may."""

    device_id: str
    grams: int | None
    reason: str
    age_ms: int
    net: bool | None = None
    tare_g: int | None = None
    is_preset: bool = False
    """Whether the tare was told by the till: it ends with the goods that are sold with it."""
