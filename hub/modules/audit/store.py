"""Every SELECT of audit."""

from sqlalchemy import bindparam, select

from hub.kernel.journal import read_subject
from hub.kernel.sql import Query, Reader
from hub.modules.audit.messages import ApprovalView, TrailEntry
from hub.modules.audit.tables import approvals

PAGE = 200

_recent = Query(
    select(
        approvals.c.approval_id,
        approvals.c.act,
        approvals.c.about,
        approvals.c.approver_id,
        approvals.c.requested_by,
        approvals.c.terminal_id,
        approvals.c.result,
        approvals.c.at_ms,
    )
    .where(approvals.c.store_id == bindparam("store_id"))
    .order_by(approvals.c.at_ms.desc(), approvals.c.approval_id)
    .limit(bindparam("limit")),
    ApprovalView,
)


def recent_approvals(read: Reader, store_id: str, limit: int = 50) -> list[ApprovalView]:
    """The newest approvals, at most 200."""
    return read.all(_recent, store_id=store_id, limit=max(1, min(limit, PAGE)))


def trail(read: Reader, subject: str) -> list[TrailEntry]:
    """The first 500 journal records of one order, shift, person or till."""
    return [
        TrailEntry(entry.seq, entry.at_ms, entry.type, entry.body.decode())
        for entry in read_subject(read, subject)
    ]
