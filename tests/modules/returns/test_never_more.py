"""No sequence of returns pays back more than was paid, by line and by payment, and the stock adds up."""

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.modules.inventory import store as inventory
from hub.modules.inventory.events import StockMoved
from hub.modules.payments import store as payments
from hub.modules.payments.messages import RefundPayment, SettleAttempt
from hub.modules.returns import store as returns
from hub.modules.returns.messages import LineWanted, RetryRefund, ReturnGoods
from tests.modules.electronic import answer
from tests.modules.returns.counter_of_returns import body, order_of, sold_by_card, sold_for_cash
from tests.modules.shop import STORE, TILL, Shop, approval

ENDS = ("approved", "refused", "unknown", "pending")
wanted = st.lists(st.tuples(st.integers(0, 2), st.sampled_from((1000, 2000, 400, 835, 5000))), max_size=3)
steps = st.lists(st.tuples(wanted, st.sampled_from(ENDS), st.integers(0, 500)), max_size=6)


@pytest.fixture(scope="module")
def trading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    shop = Shop(tmp_path_factory.mktemp("returns") / "hub")
    shop.ready()
    yield shop
    shop.close()


@given(st.sampled_from(("cash", "card", "both")), steps)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_returns_never_pay_back_more_than_was_paid(
    trading: Shop, tender: str, done: list[tuple[list[tuple[int, int]], str, int]]
) -> None:
    shop = trading
    sold = sold_for_cash(shop) if tender == "cash" else sold_by_card(shop, 100 if tender == "both" else 0)
    order_id = sold.order.order_id
    for lines, end, extra_fen in done:
        chosen = [
            LineWanted(line_id=sold.lines[at % len(sold.lines)].line_id, qty_milli=qty) for at, qty in lines
        ]
        shop.send(ReturnGoods, **body(shop, sold, chosen), approval=approval())
        _terminals_say(shop, order_id, end)
        if extra_fen:
            _give_without_goods(shop, order_id, extra_fen)
    _check(shop, order_id)


def _terminals_say(shop: Shop, order_id: str, end: str) -> None:
    """They answer all that is under way; what was refused is asked for again."""
    for back in order_of(shop, order_id).returns:
        for refund in back.refunds:
            if refund.state == "under_way":
                answer(shop, refund.refund_id, end)
            if end == "refused":
                again = {"refund_id": refund.refund_id, "new_refund_id": shop.new_id(), "terminal_id": TILL}
                shop.send(RetryRefund, **again)
                answer(shop, refund.refund_id, "approved")  # too late: the retry stands for it
                by_hand = {"attempt_id": refund.refund_id, "is_paid": True, "reason": "终端流水"}
                shop.send(SettleAttempt, **by_hand, approval=approval())


def _give_without_goods(shop: Shop, order_id: str, amount_fen: int) -> None:
    for paid in payments.payments_of(shop.read, STORE, order_id):
        shop.send(
            RefundPayment,
            refund_id=shop.new_id(),
            payment_id=paid.payment_id,
            terminal_id=TILL,
            amount_fen=amount_fen,
            reason="价格投诉",
            approval=approval(),
        )


def _check(shop: Shop, order_id: str) -> None:
    given_back: Counter[str] = Counter()
    for refund in payments.refunds_of(shop.read, STORE, order_id):
        given_back[refund.payment_id] += refund.amount_fen
    for paid in payments.payments_of(shop.read, STORE, order_id):
        assert given_back[paid.payment_id] <= paid.amount_fen
    shown = order_of(shop, order_id)
    worth: Counter[str] = Counter()
    for back in shown.returns:
        for line in returns.lines_of(shop.read, STORE, back.return_id):
            worth[line.line_id] += line.amount_fen
    for left in shown.lines:
        assert left.returned_fen == worth[left.line_id] <= left.amount_fen
        assert left.returned_milli <= left.qty_milli
    is_all = all(line.returned_milli == line.qty_milli for line in shown.lines)
    assert (shown.extent == "all") == is_all
    moved: Counter[str] = Counter()
    for event in shop.events(StockMoved):
        for movement in event.movements:
            moved[movement.item_id] += movement.qty_milli
    assert inventory.balances_of(shop.read, STORE, list(moved)) == dict(moved)
