"""Settlement of a payment terminal: never lost, held against our own books, and no shift waits for it."""

from typing import Any

from hub.kernel.context import SYSTEM
from hub.modules.payments import settled, store
from hub.modules.payments.events import BatchTotals, SettlementDiffers, SettlementEnded
from hub.modules.payments.messages import CloseShift, SettlementView, SettleTerminal, TakeSettlementAnswer
from tests.modules.shop import STORE, TILL, Shop

CARD = "card-1"


def ask(shop: Shop, device_id: str = CARD) -> str:
    settlement_id = shop.new_id()
    shop.do(SettleTerminal, settlement_id=settlement_id, terminal_id=TILL, device_id=device_id)
    return settlement_id


def say(shop: Shop, settlement_id: str, state: str, **told: Any) -> None:
    shop.do(TakeSettlementAnswer, SYSTEM, settlement_id=settlement_id, state=state, **told)


def view(shop: Shop, settlement_id: str) -> SettlementView:
    found = settled.find(shop.read, STORE, settlement_id)
    assert found is not None
    return found


def test_a_terminal_is_asked_once_at_a_time(shop: Shop) -> None:
    first = ask(shop)
    again = {"settlement_id": shop.new_id(), "terminal_id": TILL, "device_id": CARD}
    assert shop.refused(SettleTerminal, **again).code == "payments.settlement_under_way"
    ask(shop, "code-1")
    say(shop, first, "refused", reason="terminal.declined")
    assert view(shop, first).state == "failed"
    shop.do(SettleTerminal, **again)
    assert shop.refused(SettleTerminal, **again).code == "payments.settlement_exists"


def test_a_settlement_needs_an_open_shift(bare: Shop) -> None:
    bare.staff("cashier")
    bare.till()
    asked = {"settlement_id": bare.new_id(), "terminal_id": TILL, "device_id": CARD}
    assert bare.refused(SettleTerminal, **asked).code == "payments.no_open_shift"


def test_a_late_answer_ends_an_unknown_one_and_a_known_end_stays(shop: Shop) -> None:
    settlement_id = ask(shop)
    say(shop, settlement_id, "unknown", reason="terminal.no_answer")
    assert view(shop, settlement_id).state == "unknown"
    say(shop, settlement_id, "unknown", reason="terminal.no_answer")
    say(shop, settlement_id, "approved", count=0, net_fen=0)
    assert view(shop, settlement_id).state == "done"
    say(shop, settlement_id, "refused")
    assert view(shop, settlement_id).state == "done"
    assert [event.state for event in shop.events(SettlementEnded)] == ["unknown", "done"]


def test_what_goes_with_an_unknown_one_is_said_with_the_next(shop: Shop) -> None:
    say(shop, ask(shop), "unknown")
    second = ask(shop)
    say(shop, second, "approved", count=0, net_fen=0)
    assert view(shop, second).unknown_before == 1
    third = ask(shop)
    say(shop, third, "approved", count=0, net_fen=0)
    assert (view(shop, third).unknown_before, view(shop, third).since_ms) == (0, view(shop, second).asked_ms)


def test_another_sum_than_ours_is_an_event_and_a_mark(shop: Shop) -> None:
    settlement_id = ask(shop)
    totals = BatchTotals(
        sale_count=2, sale_fen=5_000, refund_count=1, refund_fen=700, reversal_count=1, reversal_fen=2_000
    )
    say(shop, settlement_id, "approved", count=4, net_fen=2_300, totals=totals, reference="B-1")
    found = view(shop, settlement_id)
    assert (found.their_count, found.their_fen, found.our_fen, found.difference_fen) == (4, 2_300, 0, 2_300)
    assert (found.their_sale_fen, found.their_reversal_fen, found.their_refund_count) == (5_000, 2_000, 1)
    (event,) = shop.events(SettlementDiffers)
    assert [(one.kind, one.our_fen, one.their_fen) for one in event.differences] == [
        ("sale", 0, 3_000),
        ("refund", 0, 700),
    ]


def test_a_terminal_that_tells_the_net_alone_is_compared_by_it(shop: Shop) -> None:
    say(shop, ask(shop), "approved", count=1, net_fen=-50)
    assert [one.kind for one in shop.events(SettlementDiffers)[0].differences] == ["net"]


def test_sums_that_do_not_agree_are_believed_by_nobody(shop: Shop) -> None:
    for told in ({}, {"count": 1, "net_fen": 100, "totals": BatchTotals(sale_count=1, sale_fen=99)}):
        settlement_id = ask(shop)
        say(shop, settlement_id, "approved", **told)
        found = view(shop, settlement_id)
        assert (found.state, found.reason) == ("unknown", "payments.settlement_unsound")
        assert found.difference_fen is None


def test_no_shift_waits_for_a_settlement_and_its_figures_tell_of_it(shop: Shop) -> None:
    shift = store.open_shift(shop.read, STORE, TILL)
    assert shift is not None
    say(shop, ask(shop), "approved", count=1, net_fen=100)
    say(shop, ask(shop, "code-1"), "not_started", reason="terminal.gateway_gone")
    late = ask(shop)
    totals = shop.do(CloseShift, shift_id=shift.shift_id, counted_fen=20_000)
    assert [(one.device_id, one.state, one.difference_fen) for one in totals.settlements] == [
        (CARD, "done", 100),
        ("code-1", "failed", None),
        (CARD, "requested", None),
    ]
    say(shop, late, "approved", count=0, net_fen=0)
    assert view(shop, late).state == "done"
    assert len(settled.at_till(shop.read, STORE, TILL)) == 3
