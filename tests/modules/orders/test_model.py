"""States, limits and sums, as pure rules."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from hub.modules.catalogue.messages import ItemView
from hub.modules.orders.model import (
    TRANSITIONS,
    VOID_LIMIT_FEN,
    BasketAct,
    BasketState,
    is_whole,
    line_of,
    move,
    needs_approval,
    receipt_no,
    split_due,
    sums,
)

FEN = st.integers(0, 10**9)


def item(price_fen: int, tax_rate_bp: int) -> ItemView:
    return ItemView("i", "s", "名", "name", "c", "件", "weight", price_fen, tax_rate_bp, "allow", "1")


LINES = st.lists(
    st.builds(
        lambda price_fen, rate_bp, qty_milli: line_of(item(price_fen, rate_bp), "l", 1, qty_milli, None),
        st.integers(0, 10**6),
        st.sampled_from((0, 900, 1300)),
        st.integers(1, 10**5),
    ),
    max_size=30,
)


def test_only_the_moves_in_the_table_are_moves() -> None:
    for state, act in product(BasketState, BasketAct):
        assert move(state, act) == TRANSITIONS.get((state, act))
    assert {state for state, _ in TRANSITIONS} == {BasketState.OPEN, BasketState.PARKED, BasketState.PAYING}


@given(st.lists(st.sampled_from(BasketAct), max_size=20))
def test_what_is_paid_or_cleared_stays_so(acts: list[BasketAct]) -> None:
    state = BasketState.OPEN
    for act in acts:
        after = move(state, act)
        if state in (BasketState.PAID, BasketState.CLEARED):
            assert after is None
        state = after or state


@given(LINES)
def test_lines_sum_to_the_total_and_tax_is_part_of_it(lines: list) -> None:  # type: ignore[type-arg]
    total_fen, tax_fen = sums(lines)
    assert total_fen == sum(line.amount_fen for line in lines)
    assert tax_fen == sum(line.tax_fen for line in lines)
    for line in lines:
        assert 0 <= line.tax_fen <= line.amount_fen
        assert abs(line.amount_fen * 1000 - line.unit_price_fen * line.qty_milli) <= 500
        net_fen = line.amount_fen - line.tax_fen
        assert abs(line.tax_fen * 10_000 - net_fen * line.tax_rate_bp) <= 10_000 + line.tax_rate_bp


@given(FEN, st.lists(FEN, max_size=8))
def test_payments_cover_the_total_exactly_or_not_at_all(total_fen: int, tendered_fen: list[int]) -> None:
    parts = split_due(total_fen, tendered_fen)
    if sum(tendered_fen) < total_fen or not tendered_fen:
        assert parts is None
    if parts is not None:
        assert sum(parts) == total_fen
        assert all(0 <= part <= given_fen for part, given_fen in zip(parts, tendered_fen, strict=True))
        assert sum(parts[:-1]) < total_fen or len(parts) == 1, "only the last payment gives change"


@given(FEN, FEN)
def test_approval_is_needed_over_the_limit(before_fen: int, taken_off_fen: int) -> None:
    needed = needs_approval(before_fen, taken_off_fen)
    assert needed == (taken_off_fen > 0 and before_fen + taken_off_fen > VOID_LIMIT_FEN)
    assert not needs_approval(before_fen, -taken_off_fen)


def test_pieces_are_whole_and_weight_is_not() -> None:
    assert is_whole("piece", 2000)
    assert not is_whole("piece", 1500)
    assert is_whole("weight", 1501)


def test_receipt_numbers_read_as_people_expect() -> None:
    assert receipt_no("S001", "T01", "2026-11-22", 1) == "S001-T01-20261122-0001"
    assert receipt_no("S001", "T01", "2026-11-22", 12_345) == "S001-T01-20261122-12345"
