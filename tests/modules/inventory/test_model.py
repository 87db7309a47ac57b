"""What a sale takes, as pure rules."""

from hypothesis import given
from hypothesis import strategies as st

from hub.modules.inventory.model import Wanted, shortage, totals

LINES = st.lists(st.builds(Wanted, st.sampled_from("abcde"), st.integers(1, 10**8)), max_size=30)
BALANCES = st.dictionaries(st.sampled_from("abcde"), st.integers(-(10**9), 10**9))


@given(LINES)
def test_totals_lose_nothing(lines: list[Wanted]) -> None:
    sums = totals(lines)
    assert sum(sums.values()) == sum(line.qty_milli for line in lines)
    assert set(sums) == {line.item_id for line in lines}


@given(LINES, BALANCES)
def test_a_sale_is_short_exactly_when_a_balance_would_fall_below_zero(
    lines: list[Wanted], balances: dict[str, int]
) -> None:
    sums = totals(lines)
    found = shortage(sums, balances, list(sums))
    falls = {item_id for item_id, qty in sums.items() if balances.get(item_id, 0) - qty < 0}
    assert (found is not None) == bool(falls)
    if found is not None:
        assert found.item_id in falls
        assert found.have_milli == balances.get(found.item_id, 0)
    assert shortage(sums, balances, []) is None
