"""Shift states and change, as pure rules."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from hub.modules.payments.model import ShiftAct, ShiftState, change_fen, expected_fen, move

FEN = st.integers(0, 10**9)


def test_a_closed_shift_does_nothing_more() -> None:
    moves = {(state, act): move(state, act) for state, act in product(ShiftState, ShiftAct)}
    assert {key: to for key, to in moves.items() if to is not None} == {
        ("open", "take"): "open",
        ("open", "report"): "open",
        ("open", "close"): "closed",
    }


@given(FEN, FEN)
def test_change_and_due_are_what_was_tendered(due_fen: int, tendered_fen: int) -> None:
    change = change_fen(due_fen, tendered_fen)
    assert (change is None) == (tendered_fen < due_fen)
    if change is not None:
        assert change >= 0
        assert due_fen + change == tendered_fen


@given(FEN, FEN)
def test_the_drawer_should_hold_float_and_cash(float_fen: int, cash_fen: int) -> None:
    assert expected_fen(float_fen, cash_fen) == float_fen + cash_fen
