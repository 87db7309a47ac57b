"""Pure rules: a shift's states, what its drawer should hold, what change a customer gets."""

from enum import StrEnum

TENDERS = ("cash", "card", "code")


class ShiftState(StrEnum):
    """A shift takes money while it is open; a closed one never opens again."""

    OPEN = "open"
    CLOSED = "closed"


class ShiftAct(StrEnum):
    """What may be done with a shift."""

    TAKE = "take"
    REPORT = "report"
    CLOSE = "close"


TRANSITIONS: dict[tuple[ShiftState, ShiftAct], ShiftState] = {
    (ShiftState.OPEN, ShiftAct.TAKE): ShiftState.OPEN,
    (ShiftState.OPEN, ShiftAct.REPORT): ShiftState.OPEN,
    (ShiftState.OPEN, ShiftAct.CLOSE): ShiftState.CLOSED,
}


def move(state: str, act: ShiftAct) -> ShiftState | None:
    """The state after an act, or None where the act is not allowed."""
    return TRANSITIONS.get((ShiftState(state), act))


SETTLEMENT_ENDS: dict[str, str] = {
    "approved": "done",
    "refused": "failed",
    "not_started": "failed",
    "unknown": "unknown",
}
"""What a terminal's word makes of a settlement."""


def expected_fen(float_fen: int, cash_fen: int) -> int:
    """What the drawer should hold: the float and the cash taken since."""
    return float_fen + cash_fen


def change_fen(due_fen: int, tendered_fen: int) -> int | None:
    """What goes back to the customer, or None when too little was handed over."""
    return tendered_fen - due_fen if tendered_fen >= due_fen else None
