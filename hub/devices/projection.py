"""Events of devices → rows."""

from sqlalchemy import bindparam, update

from hub.devices import events
from hub.devices.tables import (
    devices,
    drawer_incidents,
    drawer_releases,
    drawers,
    labels,
    pay_routes,
    print_jobs,
    refused_scans,
)
from hub.kernel.journal import Record
from hub.kernel.module import Rows
from hub.kernel.sql import Kept, Row, insert_into, upsert

_see = upsert(
    devices, replace=("gateway_id", "kind", "model", "identity", "state", "health", "reason", "ability")
)
_bind = Kept(
    update(devices)
    .where(devices.c.store_id == bindparam("of_store"), devices.c.device_id == bindparam("of_device"))
    .values(terminal_id=bindparam("terminal_id"))
)
_refuse_scan = insert_into(refused_scans)
_move_drawer = upsert(drawers, replace=("is_open", "changed_ms", "release_id"))
_keep_incident = insert_into(drawer_incidents)
_answer_incident = Kept(
    update(drawer_incidents)
    .where(
        drawer_incidents.c.store_id == bindparam("of_store"),
        drawer_incidents.c.seq == bindparam("of_incident"),
    )
    .values(
        answer=bindparam("answer"),
        answered_by=bindparam("answered_by"),
        answered_ms=bindparam("answered_ms"),
    )
)
_request_release = insert_into(drawer_releases)
_finish_release = Kept(
    update(drawer_releases)
    .where(
        drawer_releases.c.store_id == bindparam("of_store"),
        drawer_releases.c.release_id == bindparam("of_release"),
    )
    .values(state=bindparam("state"))
)
_route_payment = insert_into(pay_routes)
_queue_job = insert_into(print_jobs)
_order_label = insert_into(labels)
_skip_jobs = Kept(
    update(print_jobs)
    .where(
        print_jobs.c.store_id == bindparam("of_store"),
        print_jobs.c.state == "queued",
        print_jobs.c.terminal_id == bindparam("of_terminal"),
        print_jobs.c.printer_kind == bindparam("of_kind"),
        print_jobs.c.device_id.is_(None),
        print_jobs.c.queued_ms <= bindparam("up_to_ms"),
    )
    .values(state="skipped", reason="no_printer", changed_ms=bindparam("changed_ms"))
)
_finish_job = Kept(
    update(print_jobs)
    .where(print_jobs.c.store_id == bindparam("of_store"), print_jobs.c.job_id == bindparam("of_job"))
    .values(state=bindparam("state"), reason=bindparam("reason"), changed_ms=bindparam("changed_ms"))
)


def device_bound(record: Record[events.DeviceBound]) -> Rows:
    """A device's terminal."""
    event = record.event
    yield (
        _bind,
        {"of_store": record.store_id, "of_device": event.device_id, "terminal_id": event.terminal_id},
    )


def device_seen(record: Record[events.DeviceSeen]) -> Rows:
    """A device, new or changed; its terminal stays."""
    event = record.event
    yield (
        _see,
        {
            "store_id": record.store_id,
            "device_id": event.device_id,
            "gateway_id": event.gateway_id,
            "kind": event.kind,
            "model": event.model,
            "identity": event.identity,
            "terminal_id": None,
            "state": event.state,
            "health": event.health,
            "reason": event.reason,
            "ability": event.ability,
        },
    )


def scan_refused(record: Record[events.ScanRefused]) -> Rows:
    """A code that landed on no basket."""
    event = record.event
    yield (
        _refuse_scan,
        {
            "store_id": record.store_id,
            "seq": record.seq,
            "device_id": event.device_id,
            "terminal_id": event.terminal_id,
            "text": event.text,
            "age_ms": event.age_ms,
            "reason": event.reason,
            "at_ms": record.at_ms,
            "symbology": event.symbology,
        },
    )


def drawer_moved(record: Record[events.DrawerMoved]) -> Rows:
    """A drawer's position."""
    event = record.event
    yield (
        _move_drawer,
        {
            "store_id": record.store_id,
            "device_id": event.device_id,
            "is_open": None if event.is_open is None else int(event.is_open),
            "changed_ms": record.at_ms,
            "release_id": event.release_id,
        },
    )


def drawer_opened_unasked(record: Record[events.DrawerOpenedUnasked]) -> Rows:
    """An opening that nobody had asked for."""
    yield _keep_incident, _incident(record, "unasked")


def drawer_left_open(record: Record[events.DrawerLeftOpen]) -> Rows:
    """A drawer that nobody shut."""
    yield _keep_incident, _incident(record, "left_open")


def _incident(record: Record[events.DrawerOpenedUnasked] | Record[events.DrawerLeftOpen], kind: str) -> Row:
    event = record.event
    return {
        "store_id": record.store_id,
        "seq": record.seq,
        "kind": kind,
        "device_id": event.device_id,
        "terminal_id": event.terminal_id,
        "staff_id": event.staff_id,
        "opened_ms": event.opened_ms,
        "told_ms": record.at_ms,
        "answer": None,
        "answered_by": None,
        "answered_ms": None,
    }


def drawer_incident_answered(record: Record[events.DrawerIncidentAnswered]) -> Rows:
    """What a manager said of an incident."""
    event = record.event
    yield (
        _answer_incident,
        {
            "of_store": record.store_id,
            "of_incident": event.incident_seq,
            "answer": event.answer,
            "answered_by": event.answered_by,
            "answered_ms": record.at_ms,
        },
    )


def drawer_release_requested(record: Record[events.DrawerReleaseRequested]) -> Rows:
    """An ordered release."""
    event = record.event
    yield (
        _request_release,
        {
            "store_id": record.store_id,
            "release_id": event.release_id,
            "terminal_id": event.terminal_id,
            "device_id": event.device_id,
            "order_id": event.order_id,
            "reason": event.reason,
            "state": "requested",
            "requested_ms": record.at_ms,
        },
    )


def drawer_release_finished(record: Record[events.DrawerReleaseFinished]) -> Rows:
    """What came of a release."""
    event = record.event
    state = "sent" if event.is_sent else "dropped"
    yield (
        _finish_release,
        {"of_store": record.store_id, "of_release": event.release_id, "state": state},
    )


def pay_routed(record: Record[events.PayRouted]) -> Rows:
    """Which terminal is asked for a payment."""
    event = record.event
    yield (
        _route_payment,
        {
            "store_id": record.store_id,
            "attempt_id": event.attempt_id,
            "device_id": event.device_id,
            "routed_ms": record.at_ms,
        },
    )


def print_queued(record: Record[events.PrintQueued]) -> Rows:
    """A new print job."""
    event = record.event
    yield (
        _queue_job,
        {
            "store_id": record.store_id,
            "job_id": event.job_id,
            "document": event.document,
            "order_id": event.order_id,
            "terminal_id": event.terminal_id,
            "printer_kind": event.printer_kind,
            "is_copy": int(event.is_copy),
            "device_id": event.device_id,
            "state": "queued",
            "reason": "",
            "queued_ms": record.at_ms,
            "changed_ms": record.at_ms,
        },
    )


def label_ordered(record: Record[events.LabelOrdered]) -> Rows:
    """What a label says."""
    event = record.event
    yield (
        _order_label,
        {
            "store_id": record.store_id,
            "label_id": event.label_id,
            "kind": event.kind,
            "item_id": event.item_id,
            "name": event.name,
            "unit": event.unit,
            "price_fen": event.price_fen,
            "code": event.code,
            "copies": event.copies,
            "weight_g": event.weight_g,
            "amount_fen": event.amount_fen,
        },
    )


def print_finished(record: Record[events.PrintFinished]) -> Rows:
    """What came of a print job."""
    event = record.event
    yield (
        _finish_job,
        {
            "of_store": record.store_id,
            "of_job": event.job_id,
            "state": event.state,
            "reason": event.reason,
            "changed_ms": record.at_ms,
        },
    )


def prints_skipped(record: Record[events.PrintsSkipped]) -> Rows:
    """Jobs that no printer was there for."""
    event = record.event
    yield (
        _skip_jobs,
        {
            "of_store": record.store_id,
            "of_terminal": event.terminal_id,
            "of_kind": event.printer_kind,
            "up_to_ms": event.queued_up_to_ms,
            "changed_ms": record.at_ms,
        },
    )
