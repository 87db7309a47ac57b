"""Goods coming back, from the cashier's side."""

import json

import msgspec

from hub.modules.inventory import store as inventory
from hub.modules.inventory.events import StockMoved
from hub.modules.payments import store as payments
from hub.modules.payments.events import PaymentRefunded
from hub.modules.payments.messages import CloseShift, RefundPayment, SettleAttempt
from hub.modules.returns.events import GoodsReturned, ReturnSettled
from hub.modules.returns.messages import LineWanted, RetryRefund, ReturnGoods
from tests.modules.electronic import answer
from tests.modules.returns.counter_of_returns import (
    all_of,
    body,
    order_of,
    sold_by_card,
    sold_for_cash,
    take_back,
)
from tests.modules.shop import STORE, TILL, Shop, approval, by_piece, by_weight


def test_one_of_three_pieces_comes_back_at_its_price_and_goes_to_the_shelf(shop: Shop) -> None:
    sold = sold_for_cash(shop)
    milk = sold.lines[0]
    before = inventory.balances_of(shop.read, STORE, [by_piece().item_id])[by_piece().item_id]
    taken = take_back(shop, sold, [LineWanted(line_id=milk.line_id, qty_milli=1000)])
    assert (taken.kind, taken.is_settled) == ("return", True)
    assert taken.refund_fen == by_piece().price_fen
    assert taken.return_no == f"{sold.order.receipt_no}-R1"
    after = inventory.balances_of(shop.read, STORE, [by_piece().item_id])[by_piece().item_id]
    assert after == before + 1000
    shown = order_of(shop, sold.order.order_id)
    assert shown.extent == "part"
    assert (shown.lines[0].returned_milli, shown.lines[0].returned_fen) == (1000, by_piece().price_fen)
    (refund,) = payments.refunds_of(shop.read, STORE, sold.order.order_id)
    assert (refund.tender, refund.amount_fen) == ("cash", by_piece().price_fen)


def test_a_whole_order_on_its_day_is_a_void(shop: Shop) -> None:
    sold = sold_for_cash(shop)
    taken = take_back(shop, sold, all_of(sold))
    assert (taken.kind, taken.refund_fen) == ("void", sold.order.total_fen)
    assert order_of(shop, sold.order.order_id).extent == "all"
    moved: dict[str, int] = {}
    for event in shop.events(StockMoved):
        for movement in event.movements:
            moved[movement.item_id] = moved.get(movement.item_id, 0) + movement.qty_milli * (
                event.kind in ("sale", "return")
            )
    assert moved[by_piece().item_id] == moved[by_weight().item_id] == 0


def test_a_whole_order_on_another_day_is_a_return(shop: Shop) -> None:
    sold = sold_for_cash(shop)
    shift = payments.open_shift(shop.read, STORE, TILL)
    assert shift is not None
    shop.do(CloseShift, shift_id=shift.shift_id, counted_fen=0)
    shop.clock.pass_s(24 * 3600)
    shop.shift()
    assert take_back(shop, sold, all_of(sold)).kind == "return"


def test_what_is_left_after_a_part_is_a_return_and_ends_the_order(shop: Shop) -> None:
    sold = sold_for_cash(shop)
    first = take_back(shop, sold, [LineWanted(line_id=sold.lines[1].line_id, qty_milli=400)])
    left = order_of(shop, sold.order.order_id)
    second = take_back(shop, left, all_of(left))
    assert second.kind == "return"
    assert second.return_no.endswith("-R2")
    assert first.refund_fen + second.refund_fen == sold.order.total_fen
    ended = order_of(shop, sold.order.order_id)
    assert ended.extent == "all"
    refused = shop.refused(ReturnGoods, **body(shop, ended, all_of(sold)), approval=approval())
    assert refused.code == "returns.more_than_sold"


def test_a_return_needs_a_manager_and_a_wrong_pin_is_kept(shop: Shop) -> None:
    sold = sold_for_cash(shop)
    assert shop.refused(ReturnGoods, **body(shop, sold, all_of(sold))).code == "audit.approval_needed"
    wrong = shop.refused(ReturnGoods, **body(shop, sold, all_of(sold)), approval=approval("000000"))
    assert wrong.code == "audit.approval_pin_wrong"
    assert shop.types()[-1] == "audit.approval_denied.v1"
    assert shop.events(GoodsReturned) == []


def test_card_goods_are_back_at_once_and_the_money_when_the_terminal_says_so(shop: Shop) -> None:
    sold = sold_by_card(shop)
    taken = take_back(shop, sold, all_of(sold))
    assert not taken.is_settled
    (back,) = order_of(shop, sold.order.order_id).returns
    assert [one.state for one in back.refunds] == ["under_way"]
    answer(shop, back.refunds[0].refund_id, "approved", reference="R-9")
    assert shop.events(ReturnSettled)[0].refund_fen == sold.order.total_fen
    (back,) = order_of(shop, sold.order.order_id).returns
    assert back.is_settled
    assert [one.state for one in back.refunds] == ["given"]


def test_an_unknown_card_refund_is_neither_lost_nor_given_twice(shop: Shop) -> None:
    sold = sold_by_card(shop)
    take_back(shop, sold, all_of(sold))
    refund_id = order_of(shop, sold.order.order_id).returns[0].refunds[0].refund_id
    answer(shop, refund_id, "unknown")
    retry = {"refund_id": refund_id, "new_refund_id": shop.new_id(), "terminal_id": TILL}
    assert shop.refused(RetryRefund, **retry).code == "returns.refund_not_refused"
    answer(shop, refund_id, "approved", asked="query")
    assert len(shop.events(PaymentRefunded)) == len(shop.events(ReturnSettled)) == 1


def test_a_refused_card_refund_is_asked_for_again_and_then_settles(shop: Shop) -> None:
    sold = sold_by_card(shop)
    take_back(shop, sold, all_of(sold))
    first = order_of(shop, sold.order.order_id).returns[0].refunds[0]
    answer(shop, first.refund_id, "refused", reason="terminal.declined", text="请重试")
    (refused,) = order_of(shop, sold.order.order_id).returns[0].refunds
    assert (refused.state, refused.text) == ("refused", "请重试")
    retry = {"refund_id": first.refund_id, "new_refund_id": shop.new_id(), "terminal_id": TILL}
    shop.do(RetryRefund, **retry)
    again = shop.refused(RetryRefund, **{**retry, "new_refund_id": shop.new_id()})
    assert again.code == "returns.refund_not_refused"
    answer(shop, retry["new_refund_id"], "approved")
    (back,) = order_of(shop, sold.order.order_id).returns
    assert back.is_settled
    assert [one.refund_id for one in back.refunds] == [retry["new_refund_id"]]
    given = shop.events(PaymentRefunded)
    assert [one.amount_fen for one in given] == [sold.order.total_fen]


def test_a_refund_that_was_replaced_and_came_to_pass_settles_the_return_and_no_retry_pays_again(
    shop: Shop,
) -> None:
    sold = sold_by_card(shop)
    half = [LineWanted(line_id=sold.lines[0].line_id, qty_milli=1000)]
    taken = take_back(shop, sold, half)
    assert 2 * taken.refund_fen <= sold.order.total_fen  # the payment alone would bear it twice
    first = order_of(shop, sold.order.order_id).returns[0].refunds[0].refund_id
    answer(shop, first, "refused")
    second, third = shop.new_id(), shop.new_id()
    shop.do(RetryRefund, refund_id=first, new_refund_id=second, terminal_id=TILL)
    answer(shop, first, "approved")  # too late: now it is in doubt
    answer(shop, second, "refused")
    once_more = {"refund_id": second, "new_refund_id": third, "terminal_id": TILL}
    assert shop.refused(RetryRefund, **once_more).code == "returns.refund_not_owed"
    by_hand = {"attempt_id": first, "is_paid": True, "reason": "终端流水"}
    shop.do(SettleAttempt, **by_hand, approval=approval())
    assert len(shop.events(ReturnSettled)) == 1
    assert shop.refused(RetryRefund, **once_more).code == "returns.refund_not_owed"
    assert [one.amount_fen for one in shop.events(PaymentRefunded)] == [taken.refund_fen]


def test_money_goes_back_by_card_first_and_then_in_cash(shop: Shop) -> None:
    sold = sold_by_card(shop, cash_fen=100)
    taken = take_back(shop, sold, all_of(sold))
    (cash,) = shop.events(PaymentRefunded)
    assert (cash.tender, cash.amount_fen) == ("cash", 100)
    assert not taken.is_settled
    parts = {one.tender: one for one in order_of(shop, sold.order.order_id).returns[0].refunds}
    assert parts["card"].amount_fen == sold.order.total_fen - 100
    answer(shop, parts["card"].refund_id, "approved")
    assert len(shop.events(ReturnSettled)) == 1


def test_money_that_went_back_without_goods_is_not_paid_twice(shop: Shop) -> None:
    sold = sold_for_cash(shop)
    (paid,) = payments.payments_of(shop.read, STORE, sold.order.order_id)
    shop.do(
        RefundPayment,
        refund_id=shop.new_id(),
        payment_id=paid.payment_id,
        terminal_id=TILL,
        amount_fen=300,
        reason="价格投诉",
        approval=approval(),
    )
    taken = take_back(shop, sold, all_of(sold))
    assert taken.refund_fen == sold.order.total_fen - 300
    (event,) = shop.events(GoodsReturned)
    assert (event.amount_fen, event.refund_fen) == (sold.order.total_fen, sold.order.total_fen - 300)


def test_a_double_submit_is_one_return(shop: Shop) -> None:
    sold = sold_for_cash(shop)
    sent = ReturnGoods(command_id=shop.new_id(), **body(shop, sold, all_of(sold)), approval=approval())
    first = shop.engine.bus.dispatch(sent, shop.caller())
    second = shop.engine.bus.dispatch(sent, shop.caller())
    assert first.refusal is None
    assert (second.answer, second.repeated) == (json.loads(msgspec.json.encode(first.answer)), True)
    anew = msgspec.structs.replace(sent, command_id=shop.new_id())
    third = shop.engine.bus.dispatch(anew, shop.caller())
    assert third.refusal is not None
    assert third.refusal.code == "returns.return_exists"
    assert len(shop.events(GoodsReturned)) == len(shop.events(PaymentRefunded)) == 1


def test_a_return_is_refused_for_what_is_wrong_with_it(shop: Shop) -> None:
    sold = sold_for_cash(shop)
    milk, pears = sold.lines
    wrong: dict[str, dict[str, object]] = {
        "returns.lines_malformed": {"lines": []},
        "returns.line_unknown": {"lines": [LineWanted(line_id="f" * 32, qty_milli=1000)]},
        "orders.quantity_not_whole": {"lines": [LineWanted(line_id=milk.line_id, qty_milli=500)]},
        "quantity.out_of_range": {"lines": [LineWanted(line_id=pears.line_id, qty_milli=0)]},
        "returns.more_than_sold": {"lines": [LineWanted(line_id=milk.line_id, qty_milli=4000)]},
        "returns.amount_changed": {"refund_fen": 1},
        "returns.reason_missing": {"reason": " "},
        "returns.order_unknown": {"order_id": "e" * 32},
        "id.malformed": {"return_id": "no id"},
    }
    for code, changes in wrong.items():
        sent = {**body(shop, sold, all_of(sold)), **changes}
        assert shop.refused(ReturnGoods, **sent, approval=approval()).code == code
    twice = [LineWanted(line_id=milk.line_id, qty_milli=1000)] * 2
    refused = shop.refused(ReturnGoods, **body(shop, sold, twice), approval=approval())
    assert refused.code == "returns.lines_malformed"


def test_a_return_at_a_till_without_a_shift_is_refused(shop: Shop) -> None:
    sold = sold_for_cash(shop)
    shop.till("T02")
    sent = body(shop, sold, all_of(sold), terminal_id="T02")
    refused = shop.refused(ReturnGoods, shop.caller(terminal_id="T02"), **sent, approval=approval())
    assert refused.code == "payments.no_open_shift"


def test_goods_sold_at_one_till_come_back_at_another(shop: Shop) -> None:
    sold = sold_for_cash(shop)
    shop.till("T02")
    there = shop.shift("T02")
    sent = body(shop, sold, all_of(sold), terminal_id="T02")
    shop.do(ReturnGoods, shop.caller(terminal_id="T02"), **sent, approval=approval())
    totals = shop.do(CloseShift, shop.caller(terminal_id="T02"), shift_id=there, counted_fen=0)
    assert totals.cash_fen == -sold.order.total_fen
    assert totals.tenders[0].refund_fen == sold.order.total_fen
