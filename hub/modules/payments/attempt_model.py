"""Pure rules of an electronic payment: what may become of it, by whose word, and when it is given up.

Nobody knows what became of an unknown one: it is asked about, then reversed, and at the end a person says.
"""

from enum import StrEnum
from typing import Literal

import msgspec

MAX_QUERIES = 4
"""So often an unknown payment is asked about before it is reversed, or left to a person."""
MAX_REVERSALS = 5
"""So often a reversal is tried before the payment is left to a person."""
IN_PROGRESS = "terminal.in_progress"
"""What a terminal says to a query while the customer is still at it."""

Act = Literal["sale", "refund"]
Asked = Literal["request", "query", "reversal"]
"""What an answer answers: the request itself, a question about it, or its reversal."""
Answer = Literal["pending", "approved", "refused", "unknown", "not_started"]


class AttemptState(StrEnum):
    """Where an attempt stands; money has surely moved in approved and booked alone."""

    AWAITING_CODE = "awaiting_code"
    REQUESTED = "requested"
    PENDING = "pending"
    UNKNOWN = "unknown"
    REVERSING = "reversing"
    DOUBTFUL = "doubtful"
    APPROVED = "approved"
    BOOKED = "booked"
    REFUSED = "refused"
    REVERSED = "reversed"


class AttemptAct(StrEnum):
    """What may be done with an attempt."""

    PRESENT = "present"
    WAIT = "wait"
    APPROVE = "approve"
    REFUSE = "refuse"
    LOSE = "lose"
    REVERSE = "reverse"
    UNDO = "undo"
    DOUBT = "doubt"
    CANCEL = "cancel"
    RELEASE = "release"
    ASK = "ask"
    SETTLE_PAID = "settle_paid"
    SETTLE_UNPAID = "settle_unpaid"
    BOOK = "book"


S, A = AttemptState, AttemptAct
TRANSITIONS: dict[AttemptState, dict[AttemptAct, AttemptState]] = {
    S.AWAITING_CODE: {A.PRESENT: S.REQUESTED, A.CANCEL: S.REFUSED},
    S.REQUESTED: {
        A.WAIT: S.PENDING,
        A.APPROVE: S.APPROVED,
        A.REFUSE: S.REFUSED,
        A.LOSE: S.UNKNOWN,
        A.REVERSE: S.REVERSING,
        A.CANCEL: S.REVERSING,
        A.DOUBT: S.DOUBTFUL,
    },
    S.PENDING: {
        A.APPROVE: S.APPROVED,
        A.REFUSE: S.REFUSED,
        A.LOSE: S.UNKNOWN,
        A.REVERSE: S.REVERSING,
        A.CANCEL: S.REVERSING,
        A.DOUBT: S.DOUBTFUL,
    },
    S.UNKNOWN: {
        A.APPROVE: S.APPROVED,
        A.REFUSE: S.REFUSED,
        A.LOSE: S.UNKNOWN,
        A.REVERSE: S.REVERSING,
        A.CANCEL: S.REVERSING,
        A.RELEASE: S.REVERSING,
        A.DOUBT: S.DOUBTFUL,
        A.ASK: S.UNKNOWN,
        A.SETTLE_PAID: S.APPROVED,
        A.SETTLE_UNPAID: S.REFUSED,
    },
    S.REVERSING: {
        A.REFUSE: S.REFUSED,
        A.LOSE: S.REVERSING,
        A.UNDO: S.REVERSED,
        A.DOUBT: S.DOUBTFUL,
        A.RELEASE: S.REVERSING,
        A.SETTLE_PAID: S.APPROVED,
        A.SETTLE_UNPAID: S.REFUSED,
    },
    S.DOUBTFUL: {
        A.APPROVE: S.APPROVED,
        A.REFUSE: S.REFUSED,
        A.REVERSE: S.REVERSING,
        A.RELEASE: S.DOUBTFUL,
        A.ASK: S.UNKNOWN,
        A.SETTLE_PAID: S.APPROVED,
        A.SETTLE_UNPAID: S.REFUSED,
    },
    S.APPROVED: {A.CANCEL: S.REVERSING, A.BOOK: S.BOOKED},
    S.BOOKED: {},
    S.REFUSED: {A.REVERSE: S.REVERSING, A.DOUBT: S.DOUBTFUL},
    S.REVERSED: {A.REVERSE: S.REVERSING},
}
"""A sale that is approved after its refusal or reversal is reversed (again); such a refund asks a person."""

WORKING = (S.REQUESTED, S.PENDING, S.UNKNOWN, S.REVERSING)
"""The hub has something to do for these, or to wait for."""
OPEN = (S.AWAITING_CODE, *WORKING, S.DOUBTFUL)
"""Nobody knows yet how these end."""


class Step(msgspec.Struct, frozen=True):
    """What an answer does to an attempt, and the tries counted from there."""

    act: AttemptAct
    tries: int = 0


def move(state: str, act: AttemptAct) -> AttemptState | None:
    """The state after an act, or None where the act is not allowed."""
    return TRANSITIONS[AttemptState(state)].get(act)


def heard(asked: Asked, answer: Answer, reason: str) -> Answer:
    """What an answer says of the money: a question that could not be put asks for patience."""
    if asked != "request" and (answer == "not_started" or reason == IN_PROGRESS):
        return "pending"
    return answer


def after_answer(
    act: Act, state: str, tries: int, holds: bool, asked: Asked, answer: Answer, sound: bool = True
) -> Step | None:
    """What an answer changes; None when it says nothing new.

    `holds`: a basket still waits for this payment. `sound`: the approved amount is the one asked for. An
    approval that nobody waits for, or of another amount, is reversed.
    """
    now = AttemptState(state)
    if now == AttemptState.AWAITING_CODE:
        return None  # nobody was asked
    if asked == "reversal":
        return _after_reversal(now, tries, answer)
    if answer == "pending":
        return Step(AttemptAct.WAIT) if now == AttemptState.REQUESTED else None
    if answer == "approved":
        return _after_approval(act, now, holds, sound)
    if answer in ("refused", "not_started"):
        return Step(AttemptAct.REFUSE, tries) if now in (*WORKING, AttemptState.DOUBTFUL) else None
    return _after_silence(act, now, tries, asked)


def _after_approval(act: Act, now: AttemptState, holds: bool, sound: bool) -> Step | None:
    if now in (AttemptState.REVERSING, AttemptState.APPROVED, AttemptState.BOOKED):
        return None  # to be undone already, or known
    is_over = now in (AttemptState.REFUSED, AttemptState.REVERSED)
    if act == "sale" and (is_over or not (holds and sound)):
        return Step(AttemptAct.REVERSE)
    if is_over or not sound:
        return Step(AttemptAct.DOUBT) if move(now, AttemptAct.DOUBT) else None
    return Step(AttemptAct.APPROVE)


def _after_silence(act: Act, now: AttemptState, tries: int, asked: Asked) -> Step | None:
    if now in (AttemptState.REQUESTED, AttemptState.PENDING):
        return Step(AttemptAct.LOSE)
    if now != AttemptState.UNKNOWN or asked != "query":
        return None
    if tries + 1 < MAX_QUERIES:
        return Step(AttemptAct.LOSE, tries + 1)
    return Step(AttemptAct.REVERSE if act == "sale" else AttemptAct.DOUBT)


def _after_reversal(now: AttemptState, tries: int, answer: Answer) -> Step | None:
    if now != AttemptState.REVERSING or answer == "pending":
        return None
    if answer == "approved":
        return Step(AttemptAct.UNDO, tries)
    if tries + 1 < MAX_REVERSALS:
        return Step(AttemptAct.LOSE, tries + 1)
    return Step(AttemptAct.DOUBT)
