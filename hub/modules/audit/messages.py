"""Approval as a field of other modules' commands, and the trail's views."""

from typing import Literal

import msgspec

from hub.kernel.messages import View


class Approval(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A second person's consent, given at the till: their staff number and PIN."""

    staff_no: str
    pin: str


class ApprovalView(View, frozen=True):
    """One approval asked for: of whom, for what act on which subject, and what came of it."""

    approval_id: str
    act: str
    about: str
    approver_id: str
    requested_by: str | None
    terminal_id: str | None
    result: Literal["granted", "denied"]
    at_ms: int


class TrailEntry(View, frozen=True):
    """One journal record of a subject, in the journal's order; `body` is the JSON that was hashed."""

    seq: int
    at_ms: int
    type: str
    body: str
