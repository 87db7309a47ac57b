"""Approvals asked for, granted or not."""

from sqlalchemy import Index

from hub.kernel.tables import integer, projected, text

approvals = projected(
    "audit_approvals",
    "store",
    text("approval_id"),
    text("act"),
    text("about"),
    text("approver_id"),
    text("requested_by", nullable=True),
    text("terminal_id", nullable=True),
    text("result"),
    integer("at_ms"),
    Index("audit_approvals_by_time", "store_id", "at_ms"),
    key=("approval_id",),
)

TABLES = (approvals,)
