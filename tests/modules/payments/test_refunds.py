"""Money back: by the way it came, with a manager, and never more of it than came."""

from hub.modules.payments import store
from hub.modules.payments.events import PaymentRefunded
from hub.modules.payments.messages import CloseShift, RefundPayment, SettleAttempt
from tests.modules.electronic import answer, approve, fill, start, state_of
from tests.modules.payments.test_shifts import sell
from tests.modules.shop import STORE, TILL, Shop, approval


def sold_by_card(shop: Shop) -> tuple[str, int]:
    basket = fill(shop)
    attempt_id = start(shop)
    approve(shop, attempt_id)
    return attempt_id, basket.total_fen


def body(shop: Shop, payment_id: str, amount_fen: int) -> dict[str, object]:
    return {
        "refund_id": shop.new_id(),
        "payment_id": payment_id,
        "terminal_id": TILL,
        "amount_fen": amount_fen,
        "reason": "顾客退货",
    }


def test_a_refund_needs_a_manager(shop: Shop) -> None:
    payment_id, total_fen = sold_by_card(shop)
    assert shop.refused(RefundPayment, **body(shop, payment_id, total_fen)).code == "audit.approval_needed"


def test_a_card_refund_is_given_when_the_terminal_says_so(shop: Shop) -> None:
    payment_id, total_fen = sold_by_card(shop)
    asked = shop.do(RefundPayment, **body(shop, payment_id, total_fen), approval=approval())
    assert not asked.is_given
    assert shop.events(PaymentRefunded) == []
    answer(shop, asked.refund_id, "approved", reference="R-2")
    (given,) = shop.events(PaymentRefunded)
    assert (given.payment_id, given.amount_fen, given.reference) == (payment_id, total_fen, "R-2")
    (shown,) = store.refunds_of(shop.read, STORE, given.order_id)
    assert (shown.refund_id, shown.approver_id) == (asked.refund_id, shop.staff_id("manager"))


def test_refunds_never_exceed_what_was_paid_those_under_way_included(shop: Shop) -> None:
    payment_id, total_fen = sold_by_card(shop)
    first = shop.do(RefundPayment, **body(shop, payment_id, total_fen - 100), approval=approval())
    for amount_fen in (101, total_fen):
        refusal = shop.refused(RefundPayment, **body(shop, payment_id, amount_fen), approval=approval())
        assert refusal.code == "payments.refund_too_much"
    answer(shop, first.refund_id, "refused", reason="terminal.declined")
    again = shop.do(RefundPayment, **body(shop, payment_id, total_fen), approval=approval())
    answer(shop, again.refund_id, "approved")
    refusal = shop.refused(RefundPayment, **body(shop, payment_id, 1), approval=approval())
    assert refusal.code == "payments.refund_too_much"


def test_a_refund_of_unknown_end_is_never_reversed_and_a_manager_settles_it(shop: Shop) -> None:
    payment_id, total_fen = sold_by_card(shop)
    asked = shop.do(RefundPayment, **body(shop, payment_id, total_fen), approval=approval())
    answer(shop, asked.refund_id, "unknown")
    for _ in range(9):
        answer(shop, asked.refund_id, "unknown", asked="query")
    assert state_of(shop, asked.refund_id) == "doubtful"
    shift = store.open_shift(shop.read, STORE, TILL)
    assert shift is not None
    closing = {"shift_id": shift.shift_id, "counted_fen": 0}
    assert shop.refused(CloseShift, **closing).code == "payments.attempt_open"
    settle = {"attempt_id": asked.refund_id, "is_paid": True, "reason": "终端小票", "approval": approval()}
    shop.do(SettleAttempt, **settle)
    assert shop.events(PaymentRefunded)[0].settled_by == shop.staff_id("manager")
    shop.do(CloseShift, **closing)


def test_cash_goes_out_of_the_drawer_and_the_report_splits_by_tender(shop: Shop) -> None:
    card_id, card_fen = sold_by_card(shop)
    cash_fen = sell(shop)
    shift = store.open_shift(shop.read, STORE, TILL)
    assert shift is not None
    order_id = next(record.event.order_id for record in reversed(shop.records()) if is_cash(record.event))
    (cash,) = store.payments_of(shop.read, STORE, order_id)
    given = shop.do(RefundPayment, **body(shop, cash.payment_id, cash_fen), approval=approval())
    assert given.is_given
    refund = shop.do(RefundPayment, **body(shop, card_id, 100), approval=approval())
    answer(shop, refund.refund_id, "approved")

    totals = shop.do(CloseShift, shift_id=shift.shift_id, counted_fen=20_000)
    assert (totals.cash_fen, totals.expected_fen, totals.difference_fen) == (0, 20_000, 0)
    assert [(one.tender, one.count, one.amount_fen, one.refund_fen) for one in totals.tenders] == [
        ("cash", 1, cash_fen, cash_fen),
        ("card", 1, card_fen, 100),
    ]


def is_cash(event: object) -> bool:
    return getattr(event, "tender", "") == "cash"


def test_a_refund_that_is_approved_after_another_gave_the_money_is_a_persons(shop: Shop) -> None:
    payment_id, total_fen = sold_by_card(shop)
    first = shop.do(RefundPayment, **body(shop, payment_id, total_fen), approval=approval())
    answer(shop, first.refund_id, "refused")
    second = shop.do(RefundPayment, **body(shop, payment_id, total_fen), approval=approval())
    answer(shop, second.refund_id, "approved")
    answer(shop, first.refund_id, "approved")
    answer(shop, first.refund_id, "approved", asked="query")
    assert state_of(shop, first.refund_id) == "doubtful"
    settle = {"attempt_id": first.refund_id, "reason": "终端流水", "approval": approval()}
    refusal = shop.refused(SettleAttempt, **settle, is_paid=True)
    assert refusal.code == "payments.refund_already_given"
    shop.do(SettleAttempt, **settle, is_paid=False)
    assert [one.refund_id for one in shop.events(PaymentRefunded)] == [second.refund_id]


def test_a_refund_says_why_and_how_much(shop: Shop) -> None:
    payment_id, total_fen = sold_by_card(shop)
    for wrong in ({"reason": " "}, {"amount_fen": 0}):
        refusal = shop.refused(RefundPayment, **body(shop, payment_id, total_fen) | wrong)
        assert refusal.code == "payments.refund_malformed"
    unknown = shop.refused(RefundPayment, **body(shop, "f" * 32, 1), approval=approval())
    assert unknown.code == "payments.payment_unknown"


def test_a_refund_known_after_its_shift_closed_is_the_next_shifts(shop: Shop) -> None:
    payment_id, total_fen = sold_by_card(shop)
    asked = shop.do(RefundPayment, **body(shop, payment_id, total_fen), approval=approval())
    answer(shop, asked.refund_id, "refused")
    shift = store.open_shift(shop.read, STORE, TILL)
    assert shift is not None
    shop.do(CloseShift, shift_id=shift.shift_id, counted_fen=0)
    next_shift = shop.shift()
    answer(shop, asked.refund_id, "approved")
    settle = {"attempt_id": asked.refund_id, "is_paid": True, "reason": "终端小票", "approval": approval()}
    shop.do(SettleAttempt, **settle)
    assert shop.events(PaymentRefunded)[0].shift_id == next_shift
