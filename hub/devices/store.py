"""Every SELECT of the devices room, and the writes of its local table."""

from typing import Any, TypeVar

from sqlalchemy import Column, ColumnElement, Table, bindparam, delete, func, or_, select

from hub.devices.messages import (
    DeviceView,
    DrawerIncidentView,
    DrawerView,
    LabelView,
    PrintJobView,
)
from hub.devices.tables import (
    devices,
    drawer_incidents,
    drawer_releases,
    drawers,
    gateway_boots,
    labels,
    pay_routes,
    print_attempts,
    print_jobs,
    refused_scans,
)
from hub.kernel.messages import View
from hub.kernel.sql import Kept, Query, Reader, upsert

ViewT = TypeVar("ViewT", bound=View)

take_reading = upsert(gateway_boots, replace=("seq", "seen_ms"))
meet_gateway = upsert(gateway_boots, replace=("gateway_id", "seen_ms"))
forget_boots = Kept(
    delete(gateway_boots).where(
        gateway_boots.c.boot_id != bindparam("but_boot"), gateway_boots.c.seen_ms < bindparam("before_ms")
    )
)
give_job = upsert(print_attempts, replace=("device_id", "gateway_id", "given_ms"))
forget_attempt = Kept(delete(print_attempts).where(print_attempts.c.job_id == bindparam("of_job")))
_device_columns = tuple(devices.c[name] for name in DeviceView.__struct_fields__ if name != "is_open")
_job_columns = tuple(print_jobs.c[name] for name in PrintJobView.__struct_fields__)
_incident_columns = tuple(drawer_incidents.c[name] for name in DrawerIncidentView.__struct_fields__)
_drawer_columns = tuple(drawers.c[name] for name in DrawerView.__struct_fields__)


class ReadingMark(View, frozen=True):
    """How far the readings of one gateway's boot are taken."""

    seq: int


class GatewaySighting(View, frozen=True):
    """When a gateway was last seen."""

    gateway_id: str
    seen_ms: int


class RefusedReads(View, frozen=True):
    """How often what a scanner read landed on no basket."""

    device_id: str
    count: int


class WaitingView(View, frozen=True):
    """A terminal's queue for one kind of printer."""

    terminal_id: str
    printer_kind: str
    since_ms: int


class AttemptView(View, frozen=True):
    """Which gateway a job was given to."""

    device_id: str
    gateway_id: str
    given_ms: int


class ReleaseView(View, frozen=True):
    """One ordered drawer release."""

    release_id: str
    state: str
    requested_ms: int


class RouteView(View, frozen=True):
    """Where a payment is asked for."""

    device_id: str


_release_columns = tuple(drawer_releases.c[name] for name in ReleaseView.__struct_fields__)


def _by_key(table: Table, key: str, view: type[ViewT], *columns: Column[Any]) -> Query[ViewT]:
    """One row of a store's table; the columns are the view's unless they are named."""
    shown = columns or tuple(table.c[name] for name in view.__struct_fields__)
    here = table.c.store_id == bindparam("store_id")
    return Query(select(*shown).where(here, table.c[key] == bindparam(key)), view)


_device = _by_key(devices, "device_id", DeviceView, *_device_columns)
_its_drawer = (drawers.c.store_id == devices.c.store_id) & (drawers.c.device_id == devices.c.device_id)
_devices = Query(
    select(*_device_columns, drawers.c.is_open)
    .select_from(devices.outerjoin(drawers, _its_drawer))
    .where(devices.c.store_id == bindparam("store_id"))
    .order_by(devices.c.device_id)
    .limit(200),
    DeviceView,
)
_at_terminal = Query(
    select(*_device_columns)
    .where(
        devices.c.store_id == bindparam("store_id"),
        devices.c.terminal_id == bindparam("terminal_id"),
        devices.c.kind == bindparam("kind"),
    )
    .order_by(devices.c.device_id)
    .limit(20),
    DeviceView,
)
_pay_route = _by_key(pay_routes, "attempt_id", RouteView)
_mark = Query(select(gateway_boots.c.seq).where(gateway_boots.c.boot_id == bindparam("boot_id")), ReadingMark)
_sightings = Query(
    select(gateway_boots.c.gateway_id, func.max(gateway_boots.c.seen_ms).label("seen_ms")).group_by(
        gateway_boots.c.gateway_id
    ),
    GatewaySighting,
)
_job = _by_key(print_jobs, "job_id", PrintJobView)


def _jobs_at_till(state: ColumnElement[bool], *order: ColumnElement[Any], most: int) -> Query[PrintJobView]:
    at_till = (
        print_jobs.c.store_id == bindparam("store_id"),
        print_jobs.c.terminal_id == bindparam("terminal_id"),
    )
    return Query(select(*_job_columns).where(*at_till, state).order_by(*order).limit(most), PrintJobView)


_oldest = (print_jobs.c.queued_ms, print_jobs.c.job_id)
_newest = (print_jobs.c.queued_ms.desc(), print_jobs.c.job_id.desc())
_asks = or_(print_jobs.c.state == "unknown", print_jobs.c.state == "held")
_queued_jobs = _jobs_at_till(print_jobs.c.state == "queued", *_newest, most=10)
_asking_jobs = _jobs_at_till(_asks, *_oldest, most=50)
_failed_jobs = _jobs_at_till(print_jobs.c.state == "failed", *_newest, most=10)
_last_skipped = _jobs_at_till(print_jobs.c.state == "skipped", *_newest, most=1)
_jobs_of_order = Query(
    select(*_job_columns)
    .where(print_jobs.c.store_id == bindparam("store_id"), print_jobs.c.order_id == bindparam("order_id"))
    .order_by(print_jobs.c.queued_ms, print_jobs.c.is_copy, print_jobs.c.job_id)
    .limit(200),
    PrintJobView,
)
_waits_at_till = (
    print_jobs.c.store_id == bindparam("store_id"),
    print_jobs.c.state == "queued",
    print_jobs.c.terminal_id == bindparam("terminal_id"),
    print_jobs.c.printer_kind == bindparam("printer_kind"),
    print_jobs.c.device_id.is_(None),
)
_waiting_jobs = Query(
    select(*_job_columns)
    .where(*_waits_at_till)
    .order_by(print_jobs.c.queued_ms, print_jobs.c.job_id)
    .limit(50),
    PrintJobView,
)
_waiting_jobs_of = Query(
    select(*_job_columns)
    .where(
        print_jobs.c.store_id == bindparam("store_id"),
        print_jobs.c.state == "queued",
        print_jobs.c.device_id == bindparam("device_id"),
    )
    .order_by(print_jobs.c.queued_ms, print_jobs.c.job_id)
    .limit(50),
    PrintJobView,
)
_waiting_tills = Query(
    select(
        print_jobs.c.terminal_id,
        print_jobs.c.printer_kind,
        func.min(print_jobs.c.queued_ms).label("since_ms"),
    )
    .where(
        print_jobs.c.store_id == bindparam("store_id"),
        print_jobs.c.state == "queued",
        print_jobs.c.device_id.is_(None),
    )
    .group_by(print_jobs.c.terminal_id, print_jobs.c.printer_kind)
    .order_by(print_jobs.c.terminal_id, print_jobs.c.printer_kind),
    WaitingView,
)
_given_jobs = Query(
    select(*_job_columns)
    .join(print_attempts, print_attempts.c.job_id == print_jobs.c.job_id)
    .where(*_waits_at_till)
    .order_by(print_jobs.c.queued_ms, print_jobs.c.job_id)
    .limit(50),
    PrintJobView,
)
_attempt = Query(
    select(*(print_attempts.c[name] for name in AttemptView.__struct_fields__)).where(
        print_attempts.c.job_id == bindparam("job_id")
    ),
    AttemptView,
)
_drawer = _by_key(drawers, "device_id", DrawerView)
_told = (
    select(drawer_incidents.c.seq)
    .where(
        drawer_incidents.c.store_id == drawers.c.store_id,
        drawer_incidents.c.device_id == drawers.c.device_id,
        drawer_incidents.c.opened_ms == drawers.c.changed_ms,
        drawer_incidents.c.kind == "left_open",
    )
    .exists()
)
_open_drawers = Query(
    select(*_drawer_columns)
    .join(devices, _its_drawer)
    .where(
        drawers.c.store_id == bindparam("store_id"),
        drawers.c.is_open == 1,
        devices.c.state == "enabled",
        ~_told,
    )
    .order_by(drawers.c.device_id)
    .limit(200),
    DrawerView,
)
_incident = _by_key(drawer_incidents, "seq", DrawerIncidentView)
_incidents = Query(
    select(*_incident_columns)
    .where(drawer_incidents.c.store_id == bindparam("store_id"))
    .order_by(drawer_incidents.c.seq.desc())
    .limit(bindparam("limit")),
    DrawerIncidentView,
)
_refused_reads = Query(
    select(refused_scans.c.device_id, func.count().label("count"))
    .where(refused_scans.c.store_id == bindparam("store_id"))
    .group_by(refused_scans.c.device_id),
    RefusedReads,
)
_label = _by_key(labels, "label_id", LabelView)
_last_release = Query(
    select(*_release_columns)
    .where(
        drawer_releases.c.store_id == bindparam("store_id"),
        drawer_releases.c.device_id == bindparam("device_id"),
        drawer_releases.c.requested_ms >= bindparam("since_ms"),
    )
    .order_by(drawer_releases.c.requested_ms.desc())
    .limit(1),
    ReleaseView,
)
_release = _by_key(drawer_releases, "release_id", ReleaseView)


def device(read: Reader, store_id: str, device_id: str) -> DeviceView | None:
    """One device by its id."""
    return read.first(_device, store_id=store_id, device_id=device_id)


def all_devices(read: Reader, store_id: str) -> list[DeviceView]:
    """At most 200 devices, by id."""
    return read.all(_devices, store_id=store_id)


def device_at(read: Reader, store_id: str, terminal_id: str, kind: str) -> DeviceView | None:
    """The device of a kind that works for a terminal."""
    return read.first(_at_terminal, store_id=store_id, terminal_id=terminal_id, kind=kind)


def devices_at(read: Reader, store_id: str, terminal_id: str, kind: str) -> list[DeviceView]:
    """At most 20 devices of a kind that work for a terminal, by id."""
    return read.all(_at_terminal, store_id=store_id, terminal_id=terminal_id, kind=kind)


def pay_route(read: Reader, store_id: str, attempt_id: str) -> RouteView | None:
    """The terminal that is asked for a payment."""
    return read.first(_pay_route, store_id=store_id, attempt_id=attempt_id)


def taken_up_to(read: Reader, boot_id: str) -> int:
    """The last reading taken of a gateway's boot; 0 before the first."""
    mark = read.first(_mark, boot_id=boot_id)
    return mark.seq if mark else 0


def gateways_seen(read: Reader) -> dict[str, int]:
    """When each gateway was last seen, by the wall clock."""
    return {one.gateway_id: one.seen_ms for one in read.all(_sightings)}


def print_job(read: Reader, store_id: str, job_id: str) -> PrintJobView | None:
    """One print job."""
    return read.first(_job, store_id=store_id, job_id=job_id)


def queued_print_jobs(read: Reader, store_id: str, terminal_id: str) -> list[PrintJobView]:
    """The ten jobs of a till that were queued last and still wait, the newest first."""
    return read.all(_queued_jobs, store_id=store_id, terminal_id=terminal_id)


def asking_print_jobs(read: Reader, store_id: str, terminal_id: str) -> list[PrintJobView]:
    """The 50 oldest jobs of a till of which a person has to say what came of them."""
    return read.all(_asking_jobs, store_id=store_id, terminal_id=terminal_id)


def failed_print_jobs(read: Reader, store_id: str, terminal_id: str) -> list[PrintJobView]:
    """The ten jobs of a till that were queued last and could not be printed, the newest first."""
    return read.all(_failed_jobs, store_id=store_id, terminal_id=terminal_id)


def waiting_print_jobs(
    read: Reader, store_id: str, terminal_id: str, printer_kind: str = "printer"
) -> list[PrintJobView]:
    """The 50 jobs that have waited longest for a terminal's printer."""
    return read.all(_waiting_jobs, store_id=store_id, terminal_id=terminal_id, printer_kind=printer_kind)


def waiting_print_jobs_of(read: Reader, store_id: str, device_id: str) -> list[PrintJobView]:
    """The 50 jobs that have waited longest for this very printer."""
    return read.all(_waiting_jobs_of, store_id=store_id, device_id=device_id)


def waiting_tills(read: Reader, store_id: str) -> list[WaitingView]:
    """Every terminal with queued jobs, for each kind of printer."""
    return read.all(_waiting_tills, store_id=store_id)


def given_print_jobs(read: Reader, store_id: str, terminal_id: str, printer_kind: str) -> list[PrintJobView]:
    """The 50 oldest queued jobs of a terminal that a gateway was given."""
    return read.all(_given_jobs, store_id=store_id, terminal_id=terminal_id, printer_kind=printer_kind)


def last_skipped_job(read: Reader, store_id: str, terminal_id: str) -> PrintJobView | None:
    """What a till without a printer last did without."""
    return read.first(_last_skipped, store_id=store_id, terminal_id=terminal_id)


def print_attempt(read: Reader, job_id: str) -> AttemptView | None:
    """Which gateway a job was given to, if it ever was."""
    return read.first(_attempt, job_id=job_id)


def label(read: Reader, store_id: str, label_id: str) -> LabelView | None:
    """What a label says."""
    return read.first(_label, store_id=store_id, label_id=label_id)


def print_jobs_of(read: Reader, store_id: str, order_id: str) -> list[PrintJobView]:
    """Every job that printed an order, oldest first."""
    return read.all(_jobs_of_order, store_id=store_id, order_id=order_id)


def refused_reads(read: Reader, store_id: str) -> dict[str, int]:
    """How many reads of each scanner were refused; every one of them is looked at, so ask seldom."""
    return {one.device_id: one.count for one in read.all(_refused_reads, store_id=store_id)}


def drawer(read: Reader, store_id: str, device_id: str) -> DrawerView | None:
    """One drawer's position, or None before its sensor first spoke."""
    return read.first(_drawer, store_id=store_id, device_id=device_id)


def open_drawers(read: Reader, store_id: str) -> list[DrawerView]:
    """Drawers that can be felt, are open, and have not been told of as left open."""
    return read.all(_open_drawers, store_id=store_id)


def drawer_incidents_of(read: Reader, store_id: str, limit: int) -> list[DrawerIncidentView]:
    """The newest incidents with drawers."""
    return read.all(_incidents, store_id=store_id, limit=min(max(limit, 1), 200))


def drawer_incident(read: Reader, store_id: str, incident_seq: int) -> DrawerIncidentView | None:
    """One incident."""
    return read.first(_incident, store_id=store_id, seq=incident_seq)


def release_since(read: Reader, store_id: str, device_id: str, since_ms: int) -> ReleaseView | None:
    """The newest release ordered for a drawer since a time."""
    return read.first(_last_release, store_id=store_id, device_id=device_id, since_ms=since_ms)


def drawer_release(read: Reader, store_id: str, release_id: str) -> ReleaseView | None:
    """One ordered release."""
    return read.first(_release, store_id=store_id, release_id=release_id)
