"""What devices did: the evidence that an order can be matched against."""

from typing import ClassVar

from hub.kernel.messages import Event


class DeviceBound(Event, frozen=True, kw_only=True, tag="devices.device_bound.v1"):
    """A device works for a terminal, or for none."""

    subject_field: ClassVar[str] = "device_id"
    device_id: str
    terminal_id: str | None


class DeviceSeen(Event, frozen=True, kw_only=True, tag="devices.device_seen.v1"):
    """A device is new, came, went, or changed its health."""

    subject_field: ClassVar[str] = "device_id"
    device_id: str
    gateway_id: str
    kind: str
    model: str
    identity: str
    state: str
    health: str
    reason: str
    ability: str = ""


class DeviceSwapped(Event, frozen=True, kw_only=True, tag="devices.device_swapped.v1"):
    """Another unit works under a device's name; `swapped_by` is who said so at the gateway, "" if nobody."""

    subject_field: ClassVar[str] = "device_id"
    device_id: str
    gateway_id: str
    former_identity: str
    identity: str
    swapped_by: str


class ScanRead(Event, frozen=True, kw_only=True, tag="devices.scan_read.v1"):
    """A code was read for a terminal; what came of it follows in the same command."""

    subject_field: ClassVar[str] = "terminal_id"
    device_id: str
    terminal_id: str
    text: str
    age_ms: int
    symbology: str | None = None
    """The AIM code ("E0", "d2"); None where the scanner does not tell."""


class ScanRefused(Event, frozen=True, kw_only=True, tag="devices.scan_refused.v1"):
    """A code was read and lands on no basket: late, unbound, misread, or refused by the till's state."""

    subject_field: ClassVar[str] = "device_id"
    device_id: str
    terminal_id: str | None
    text: str
    age_ms: int
    reason: str
    symbology: str | None = None


class ScaleKeyPressed(Event, frozen=True, kw_only=True, tag="devices.scale_key_pressed.v1"):
    """Somebody at a till pressed a key of its scale: zero, tare, clear_tare, or preset_tare with grams."""

    subject_field: ClassVar[str] = "device_id"
    device_id: str
    terminal_id: str
    key: str
    tare_g: int | None = None


class ScanTested(Event, frozen=True, kw_only=True, tag="devices.scan_tested.v1"):
    """A scanner was tested from a till's device page: what it read, or why that is no code."""

    subject_field: ClassVar[str] = "device_id"
    device_id: str
    terminal_id: str
    text: str
    symbology: str | None
    age_ms: int
    reason: str


class DrawerMoved(Event, frozen=True, kw_only=True, tag="devices.drawer_moved.v1"):
    """A drawer was opened or closed; without a `release_id` nobody had asked for it.

    None: its position is not known any more, for its sensor is being learnt or is none.
    """

    subject_field: ClassVar[str] = "device_id"
    device_id: str
    terminal_id: str | None
    is_open: bool | None
    release_id: str | None


class DrawerShown(Event, frozen=True, kw_only=True, tag="devices.drawer_shown.v1"):
    """Somebody says of a drawer that it is shut, or open, for its sensor to be learnt."""

    subject_field: ClassVar[str] = "device_id"
    device_id: str
    terminal_id: str | None
    is_open: bool


class DrawerLearnt(Event, frozen=True, kw_only=True, tag="devices.drawer_learnt.v1"):
    """What a drawer's sensor says from now on: the level when it is open, or that it is unwired."""

    subject_field: ClassVar[str] = "device_id"
    device_id: str
    open_when: str


class DrawerOpenedUnasked(Event, frozen=True, kw_only=True, tag="devices.drawer_opened_unasked.v1"):
    """A drawer that was shut is open and nobody had asked for it; `staff_id` is who was at its till."""

    subject_field: ClassVar[str] = "device_id"
    device_id: str
    terminal_id: str | None
    staff_id: str | None
    opened_ms: int


class DrawerLeftOpen(Event, frozen=True, kw_only=True, tag="devices.drawer_left_open.v1"):
    """A drawer has been open for too long, told once for each opening; `staff_id` is who is at its till."""

    subject_field: ClassVar[str] = "device_id"
    device_id: str
    terminal_id: str | None
    staff_id: str | None
    opened_ms: int


class DrawerIncidentAnswered(Event, frozen=True, kw_only=True, tag="devices.drawer_incident_answered.v1"):
    """A manager said what an incident with a drawer was; `incident_seq` is its event's number."""

    subject_field: ClassVar[str] = "device_id"
    incident_seq: int
    device_id: str
    answered_by: str
    answer: str


class DrawerReleaseRequested(Event, frozen=True, kw_only=True, tag="devices.drawer_release_requested.v1"):
    """The terminal's drawer is to be kicked, now or not at all."""

    subject_field: ClassVar[str] = "order_id"
    release_id: str
    terminal_id: str
    device_id: str
    order_id: str
    reason: str


class DrawerReleaseFinished(Event, frozen=True, kw_only=True, tag="devices.drawer_release_finished.v1"):
    """The kick went out, or did not and why."""

    subject_field: ClassVar[str] = "release_id"
    release_id: str
    is_sent: bool
    reason: str


class PayRouted(Event, frozen=True, kw_only=True, tag="devices.pay_routed.v1"):
    """The payment terminal that an electronic payment goes to, for good."""

    subject_field: ClassVar[str] = "order_id"
    attempt_id: str
    order_id: str
    terminal_id: str
    device_id: str


class PrintQueued(Event, frozen=True, kw_only=True, tag="devices.print_queued.v1"):
    """A document is to be printed on the terminal's printer."""

    subject_field: ClassVar[str] = "order_id"
    job_id: str
    document: str
    order_id: str
    terminal_id: str
    is_copy: bool
    device_id: str | None = None
    printer_kind: str = "printer"


class LabelOrdered(Event, frozen=True, kw_only=True, tag="devices.label_ordered.v1"):
    """What a label is to say; the print job of the same id prints it."""

    subject_field: ClassVar[str] = "label_id"
    label_id: str
    terminal_id: str
    kind: str
    item_id: str
    name: str
    unit: str
    price_fen: int
    code: str
    copies: int
    weight_g: int | None = None
    amount_fen: int | None = None


class PrintFinished(Event, frozen=True, kw_only=True, tag="devices.print_finished.v1"):
    """A job came out, or nobody can say, or it will not."""

    subject_field: ClassVar[str] = "order_id"
    job_id: str
    order_id: str
    terminal_id: str
    state: str
    reason: str


class PrintsSkipped(Event, frozen=True, kw_only=True, tag="devices.prints_skipped.v1"):
    """A terminal has no printer of a kind: what was queued for it up to then goes nowhere."""

    subject_field: ClassVar[str] = "terminal_id"
    terminal_id: str
    printer_kind: str
    queued_up_to_ms: int
