"""Whatever is taken back in whatever parts, it is paid back once and never more than was paid."""

from hypothesis import given
from hypothesis import strategies as st

from hub.modules.returns.model import Payable, Share, split_back

fen = st.integers(0, 1_000_000)


@given(st.integers(1, 100_000), fen, fen, st.lists(st.integers(1, 40_000), max_size=12))
def test_parts_of_a_line_add_up_and_never_exceed_it(
    qty_milli: int, amount_fen: int, tax_fen: int, wanted: list[int]
) -> None:
    back_milli = back_fen = back_tax_fen = 0
    for one in [*wanted, qty_milli]:
        share = Share(qty_milli, amount_fen, tax_fen, back_milli)
        part_milli = min(one, share.left_milli)
        worth_fen, tax = share.worth_fen(part_milli), share.tax_of_fen(part_milli)
        assert worth_fen >= 0
        assert tax >= 0
        back_milli, back_fen, back_tax_fen = back_milli + part_milli, back_fen + worth_fen, back_tax_fen + tax
        assert back_fen <= amount_fen
        assert Share(qty_milli, amount_fen, tax_fen, back_milli).returned_fen == back_fen
    assert (back_milli, back_fen, back_tax_fen) == (qty_milli, amount_fen, tax_fen)


@given(fen, st.lists(st.tuples(st.sampled_from(("cash", "card", "code")), fen), max_size=8))
def test_money_goes_back_by_its_payments_and_stops_when_they_are_used_up(
    refund_fen: int, paid: list[tuple[str, int]]
) -> None:
    payments = [Payable(str(number), tender, left) for number, (tender, left) in enumerate(paid)]
    parts = split_back(refund_fen, payments)
    assert sum(part for _, part in parts) == min(refund_fen, sum(left for _, left in paid))
    assert all(0 < part <= payment.left_fen for payment, part in parts)
    assert len({payment.payment_id for payment, _ in parts}) == len(parts)


def test_cash_goes_back_last() -> None:
    payments = [Payable("a", "cash", 500), Payable("b", "card", 300)]
    assert [(one.payment_id, part) for one, part in split_back(400, payments)] == [("b", 300), ("a", 100)]
