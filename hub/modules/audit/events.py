"""Consent asked for, given and denied."""

from typing import ClassVar

from hub.kernel.messages import Event


class ApprovalGranted(Event, frozen=True, kw_only=True, tag="audit.approval_granted.v1"):
    """A second person allowed one act; `about` is the id the act was on (an order, a shift, a terminal)."""

    subject_field: ClassVar[str] = "about"
    approval_id: str
    act: str
    about: str
    approver_id: str
    requested_by: str | None


class ApprovalDenied(Event, frozen=True, kw_only=True, tag="audit.approval_denied.v1"):
    """Consent was asked for and not given: a wrong PIN, or a person who may not approve."""

    subject_field: ClassVar[str] = "about"
    approval_id: str
    act: str
    about: str
    approver_id: str
    requested_by: str | None
    reason: str
