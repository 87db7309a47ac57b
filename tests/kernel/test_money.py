"""Integer fen and thousandths, whatever the numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.kernel.errors import Refusal, Texts
from hub.kernel.money import (
    MAX_AMOUNT_FEN,
    allocate_fen,
    in_range,
    line_amount_fen,
    tax_included_fen,
    yuan,
)

amounts = st.integers(-MAX_AMOUNT_FEN, MAX_AMOUNT_FEN)
weights = st.lists(st.integers(0, 10_000), min_size=1, max_size=30).filter(any)


@given(amounts, weights)
def test_the_parts_of_an_allocation_sum_to_the_total(total_fen: int, shares: list[int]) -> None:
    parts = allocate_fen(total_fen, shares)
    assert sum(parts) == total_fen
    assert len(parts) == len(shares)


@given(amounts, weights)
def test_no_part_is_a_fen_away_from_its_exact_share(total_fen: int, shares: list[int]) -> None:
    whole = sum(shares)
    for part, share in zip(allocate_fen(total_fen, shares), shares, strict=True):
        assert abs(part * whole - total_fen * share) < whole


@given(amounts, weights)
def test_who_weighs_nothing_gets_nothing_and_giving_back_is_giving(total_fen: int, shares: list[int]) -> None:
    parts = allocate_fen(total_fen, shares)
    assert all(part == 0 for part, share in zip(parts, shares, strict=True) if share == 0)
    assert allocate_fen(-total_fen, shares) == [-part for part in parts]


@pytest.mark.parametrize("shares", [[], [0, 0], [3, -1]])
def test_weights_that_mean_nothing_are_refused(shares: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        allocate_fen(100, shares)


@given(st.integers(0, 10**8), st.integers(-(10**8), 10**8))
def test_a_line_is_within_half_a_fen_of_price_times_quantity(unit_price_fen: int, qty_milli: int) -> None:
    amount = line_amount_fen(unit_price_fen, qty_milli)
    assert abs(2 * (amount * 1000 - unit_price_fen * qty_milli)) <= 1000
    assert line_amount_fen(unit_price_fen, -qty_milli) == -amount


@pytest.mark.parametrize(
    ("unit_price_fen", "qty_milli", "amount_fen"),
    [(199, 1000, 199), (333, 1500, 500), (1, 500, 1), (1, 499, 0), (1, -500, -1), (0, 9_999, 0)],
)
def test_half_a_fen_goes_away_from_zero(unit_price_fen: int, qty_milli: int, amount_fen: int) -> None:
    assert line_amount_fen(unit_price_fen, qty_milli) == amount_fen


@given(amounts, st.integers(0, 10_000))
def test_the_tax_inside_an_amount(amount_fen: int, rate_bp: int) -> None:
    tax = tax_included_fen(amount_fen, rate_bp)
    divisor = 10_000 + rate_bp
    assert abs(2 * (tax * divisor - amount_fen * rate_bp)) <= divisor
    assert tax_included_fen(-amount_fen, rate_bp) == -tax


def test_thirteen_percent_of_a_known_receipt() -> None:
    assert tax_included_fen(113_00, 1300) == 13_00


def test_the_bound_is_ten_million_yuan_both_ways() -> None:
    assert in_range(MAX_AMOUNT_FEN)
    assert in_range(-MAX_AMOUNT_FEN)
    assert not in_range(MAX_AMOUNT_FEN + 1)
    assert not in_range(3_000_000_000)


@given(amounts)
def test_yuan_reads_back(amount_fen: int) -> None:
    sign = -1 if yuan(amount_fen).startswith("-") else 1
    whole, cents = yuan(amount_fen).lstrip("-").split(".")
    assert sign * (int(whole) * 100 + int(cents)) == amount_fen


def test_a_refusal_shows_money_as_money_and_survives_a_missing_fact() -> None:
    texts = Texts(("hub.kernel",))
    refusal = Refusal("money.out_of_range", 400, {"amount_fen": -3_000_000_05})
    assert "-¥3000000.05" in texts.render(refusal, "en")
    assert "…" in texts.render(Refusal("money.out_of_range"), "zh-CN")
    assert texts.render(Refusal("no.such_code"), "en") == "no.such_code"
