"""Approvals from their events."""

from hub.kernel.journal import Record
from hub.kernel.module import Rows
from hub.kernel.sql import Row, insert_into
from hub.modules.audit.events import ApprovalDenied, ApprovalGranted
from hub.modules.audit.tables import approvals

_add = insert_into(approvals)


def approval_granted(record: Record[ApprovalGranted]) -> Rows:
    """An approval given."""
    return _approval(record, "granted")


def approval_denied(record: Record[ApprovalDenied]) -> Rows:
    """An approval asked for and not given."""
    return _approval(record, "denied")


def _approval(record: Record[ApprovalGranted] | Record[ApprovalDenied], result: str) -> Rows:
    event = record.event
    row: Row = {
        "store_id": record.store_id,
        "approval_id": event.approval_id,
        "act": event.act,
        "about": event.about,
        "approver_id": event.approver_id,
        "requested_by": event.requested_by,
        "terminal_id": record.terminal_id,
        "result": result,
        "at_ms": record.at_ms,
    }
    return [(_add, row)]
