"""What the pay desk needs of any payment terminal, whatever its wire, and what an answer is worth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, Protocol

import msgspec
from msgspec import Meta

from drivers.base import Driver
from drivers.messages import Pay, PayAct, PayAnswer, SettledTotals

MAX_FEN = 10**12
MAX_SETTLED_FEN = 10**15
QUESTION_S = 20.0
PROBE_ANSWER_S = 3.0
"""A terminal asks its acquirer before it answers."""

# absent: the terminal never saw the request it was asked about. reversed: it was undone.
# in_doubt: the terminal itself does not know.
Verdict = Literal["approved", "refused", "pending", "in_doubt", "absent", "reversed"]

_ACTS_WITH_AMOUNT: tuple[PayAct, ...] = ("sale", "refund")


class TerminalOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every payment terminal's profile may set.

    grace_s: the terminal is given this much less time than the hub gave us, so that its own word comes first.
    """

    grace_s: Annotated[int, Meta(ge=0, le=60)] = 5
    write_timeout_s: Annotated[float, Meta(gt=0, le=60)] = 5


class PaymentTerminal(Driver, Protocol):
    """A driver that turns requests into bytes and believes only answers to the one in hand."""

    @property
    def write_timeout_s(self) -> float:
        """How long the terminal may take the bytes of one request."""

    def cannot(self, request: Pay) -> str:
        """Why this request cannot be put on this wire; "" if it can."""

    def begin(self, request: Pay) -> bytes:
        """The request's bytes; from now on answers to it, and to it alone, are heard."""

    def done(self) -> None:
        """Nothing is in hand any more: whatever still comes answers nobody."""

    def silence(self) -> str:
        """The reason to give when no answer came: nothing at all, or only what could not be believed."""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A whole, unharmed answer as its wire says it, before it is held against the request."""

    request_id: str
    act: PayAct
    original_id: str
    verdict: Verdict
    reason: str = ""
    text: str = ""
    amount_fen: int | None = None
    reference: str = ""
    scheme: str = ""
    account: str = ""
    settled_count: int | None = None
    settled_fen: int | None = None
    settled_totals: SettledTotals | None = None


def totals(counts: Sequence[int | None], sums_fen: Sequence[int | None]) -> SettledTotals | None:
    """Sales, refunds and reversals of a settled batch; None unless the terminal tells each, none below 0."""
    told = [one for one in (*counts, *sums_fen) if one is not None and 0 <= one <= MAX_SETTLED_FEN]
    if len(told) != 6:
        return None
    return SettledTotals(
        sale_count=told[0],
        refund_count=told[1],
        reversal_count=told[2],
        sale_fen=told[3],
        refund_fen=told[4],
        reversal_fen=told[5],
    )


def ask_for_nothing(question_id: str = "look", timeout_s: float = QUESTION_S) -> Pay:
    """A query for a payment that never was: no money moves, and a terminal that is fit must answer."""
    return Pay(
        request_id=f"{question_id}.test",
        device_id="probe",
        act="query",
        original_id=f"{question_id}.never",
        timeout_s=timeout_s,
    )


def unfit(request: Pay) -> str:
    """Why no terminal at all could be asked this; "" if it could."""
    if request.act in _ACTS_WITH_AMOUNT and not 0 < request.amount_fen <= MAX_FEN:
        return "terminal.amount_invalid"
    if request.act in {"query", "reversal"} and request.original_id is None:
        return "terminal.original_missing"
    reference = request.original_reference
    return "" if reference.isascii() and reference.isprintable() else "terminal.reference_invalid"


def judge(request: Pay, said: Said) -> PayAnswer | None:
    """What the answer is worth for the request; None if it answers another one."""
    if (said.request_id, said.act, said.original_id) != (
        request.request_id,
        request.act,
        request.original_id or "",
    ):
        return None
    match said.verdict:
        case "approved":
            return _approved(request, said)
        case "refused":
            return _answer(said, "refused", said.reason or "terminal.declined")
        case "pending" if request.act == "query":
            return _answer(said, "unknown", "terminal.in_progress")
        case "pending":
            return _answer(said, "pending", said.reason)
        case "absent" | "reversed":
            return _nothing_held(request, said)
    return _answer(said, "unknown", said.reason or "terminal.in_doubt")


def clean(text: str, longest: int) -> str:
    """A terminal's words as people and frames can bear them."""
    return "".join(character for character in text if character.isprintable())[:longest].strip()


def masked(account: str) -> str:
    """The last four digits, however much a terminal gives away."""
    digits = "".join(character for character in account if character in "0123456789")
    return f"*{digits[-4:]}" if digits else ""


def _approved(request: Pay, said: Said) -> PayAnswer:
    if request.act == "settlement":
        complete = said.settled_count is not None and said.settled_fen is not None
        return (
            _answer(said, "approved") if complete else _answer(said, "unknown", "terminal.answer_incomplete")
        )
    asked = request.amount_fen if request.amount_fen or request.act in _ACTS_WITH_AMOUNT else said.amount_fen
    if said.amount_fen is None or said.amount_fen != asked:
        return _answer(said, "unknown", "terminal.amount_differs")
    return _answer(said, "approved", said.reason)


def _nothing_held(request: Pay, said: Said) -> PayAnswer:
    """No money is held: what a reversal wanted, and no to everything else; of a sale that is no answer."""
    reason = "terminal.no_such_request" if said.verdict == "absent" else "terminal.reversed"
    if request.act == "reversal":
        return _answer(said, "approved", reason)
    if said.verdict == "absent" and request.act not in {"query", "refund"}:
        return _answer(said, "unknown", "terminal.answer_differs")
    return _answer(said, "refused", reason)


def _answer(
    said: Said, state: Literal["pending", "approved", "refused", "unknown"], reason: str = ""
) -> PayAnswer:
    believable = said.amount_fen is not None and 0 <= said.amount_fen <= MAX_FEN
    return PayAnswer(
        request_id=said.request_id,
        state=state,
        reason=reason,
        text=clean(said.text, 200),
        amount_fen=said.amount_fen if believable else None,
        reference=clean(said.reference, 64),
        scheme=clean(said.scheme, 32),
        account=masked(said.account),
        settled_count=said.settled_count,
        settled_fen=said.settled_fen,
        settled_totals=said.settled_totals,
    )
