"""Approval by a second person, for the handlers of the modules above."""

from typing import Protocol

import msgspec

from hub.kernel.context import Context
from hub.kernel.decision import Decision
from hub.kernel.errors import Refusal
from hub.kernel.sql import Reader
from hub.modules.audit.events import ApprovalDenied, ApprovalGranted
from hub.modules.audit.messages import Approval
from hub.modules.audit.model import reason_against
from hub.modules.identity.model import permissions_of
from hub.modules.identity.pins import PinCheck, Verdict, check_pin, judge


class Approvable(Protocol):
    """A command that may carry an approval."""

    @property
    def approval(self) -> Approval | None: ...


class Approved(msgspec.Struct, frozen=True):
    """Who approved, or None; either way the decision is to be part of the handler's own."""

    approver_id: str | None
    decision: Decision


def check_approval(command: Approvable, read: Reader) -> PinCheck | None:
    """Prepare: check the approver's PIN, if an approval came with the command."""
    return check_pin(command.approval, read) if command.approval else None


def approve(ctx: Context, act: str, about: str) -> Approved:
    """Judge the approval that `check_approval` found; without one, refuse and ask for it."""
    check: PinCheck | None = ctx.evidence
    if check is None:
        return Approved(None, Decision.refuse("audit.approval_needed", 403, act=act))
    verdict = judge(ctx, check)
    reason = "wrong_pin" if verdict.staff is None else reason_against(permissions_of(verdict.staff.role))
    if verdict.staff is None or reason is not None:
        return Approved(None, _denied(ctx, act, about, verdict, reason or "wrong_pin"))
    granted = ApprovalGranted(
        approval_id=ctx.new_id(),
        act=act,
        about=about,
        approver_id=verdict.staff.staff_id,
        requested_by=ctx.actor.staff_id if ctx.actor else None,
    )
    return Approved(verdict.staff.staff_id, verdict.decision + Decision.of(granted))


def _denied(ctx: Context, act: str, about: str, verdict: Verdict, reason: str) -> Decision:
    judged = verdict.decision
    locked = judged.refusal if judged.refusal and judged.refusal.code == "identity.pin_locked" else None
    code = "audit.approver_not_allowed" if verdict.staff else "audit.approval_pin_wrong"
    refused = Decision(judged.events, locked or Refusal(code, 403), None, judged.local)
    if verdict.known_staff_id is None or (verdict.staff is None and not judged.events):
        return refused  # a stranger's number, or a PIN that is locked: nothing new to record
    denied = ApprovalDenied(
        approval_id=ctx.new_id(),
        act=act,
        about=about,
        approver_id=verdict.known_staff_id,
        requested_by=ctx.actor.staff_id if ctx.actor else None,
        reason=reason,
    )
    return refused + Decision.of(denied)
