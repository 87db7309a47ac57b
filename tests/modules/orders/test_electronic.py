"""A basket that is paid by card or code: locked while it is, paid once, never half."""

from hub.kernel.context import SYSTEM
from hub.modules.audit.events import ApprovalGranted
from hub.modules.inventory.events import StockMoved
from hub.modules.orders import store as orders
from hub.modules.orders.events import OrderPaid, PayingBegan, PayingEnded
from hub.modules.orders.messages import (
    ClearBasket,
    FinishSale,
    ParkBasket,
    PayCash,
    PlacedLine,
    PlacedPayment,
    PlaceOrder,
    ScanCode,
    SetQuantity,
    StartPayment,
    VoidLine,
)
from hub.modules.payments import store
from hub.modules.payments.attempt_model import MAX_QUERIES, MAX_REVERSALS
from hub.modules.payments.events import AttemptMoved, AttemptOpened, PaymentTaken
from hub.modules.payments.messages import (
    AskAgain,
    CancelAttempt,
    CloseShift,
    PresentCode,
    ReleaseAttempt,
    SettleAttempt,
)
from tests.modules.electronic import (
    WECHAT_CODE,
    answer,
    approve,
    attempt,
    basket_at,
    fill,
    start,
    state_of,
)
from tests.modules.shop import STORE, TILL, Shop, approval, by_piece


def test_an_approved_card_pays_the_order_as_cash_does(shop: Shop) -> None:
    basket = fill(shop)
    attempt_id = start(shop)
    answer(shop, attempt_id, "pending")
    approve(shop, attempt_id)

    (paid,) = shop.events(OrderPaid)
    assert (paid.order_id, paid.total_fen, paid.change_fen) == (basket.order_id, basket.total_fen, 0)
    assert paid.cashier_id == shop.staff_id("cashier")
    (payment,) = store.payments_of(shop.read, STORE, basket.order_id)
    assert (payment.payment_id, payment.tender, payment.amount_fen) == (attempt_id, "card", basket.total_fen)
    assert (payment.reference, payment.scheme, payment.account) == ("R-1", "unionpay", "1234")
    assert state_of(shop, attempt_id) == "booked"
    assert [moved.ref_id for moved in shop.events(StockMoved)][-1] == basket.order_id
    assert basket_at(shop) is None


def test_the_request_is_on_record_before_anybody_asks(shop: Shop) -> None:
    basket = fill(shop)
    attempt_id = start(shop)
    (opened,) = shop.events(AttemptOpened)
    assert (opened.attempt_id, opened.order_id, opened.amount_fen) == (
        attempt_id,
        basket.order_id,
        basket.total_fen,
    )
    assert state_of(shop, attempt_id) == "requested"


def test_a_basket_is_locked_while_it_is_being_paid_and_others_go_on(shop: Shop) -> None:
    basket = fill(shop)
    start(shop)
    line = basket.lines[0].line_id
    code = by_piece().barcodes[0]
    locked = (
        (ScanCode, {"terminal_id": TILL, "code": code}),
        (SetQuantity, {"order_id": basket.order_id, "line_id": line, "qty_milli": 3000}),
        (VoidLine, {"order_id": basket.order_id, "line_id": line}),
        (ParkBasket, {"order_id": basket.order_id}),
        (ClearBasket, {"order_id": basket.order_id, "approval": approval()}),
    )
    for kind, body in locked:
        assert shop.refused(kind, **body).code == "orders.basket_paying", kind
    assert basket_at(shop) is not None

    shop.till("T02")
    shop.shift("T02")
    shop.do(ScanCode, shop.caller(terminal_id="T02"), terminal_id="T02", code=code)


def test_a_refused_card_frees_the_basket(shop: Shop) -> None:
    basket = fill(shop)
    attempt_id = start(shop)
    answer(shop, attempt_id, "refused", reason="terminal.declined", text="余额不足")
    assert state_of(shop, attempt_id) == "refused"
    assert attempt(shop, attempt_id).text == "余额不足"
    pay_in_cash(shop, basket.order_id, basket.total_fen)
    assert len(shop.events(OrderPaid)) == 1


def pay_in_cash(shop: Shop, order_id: str, due_fen: int, tendered_fen: int | None = None) -> None:
    shop.do(
        PayCash,
        order_id=order_id,
        payment_id=shop.new_id(),
        due_fen=due_fen,
        tendered_fen=due_fen if tendered_fen is None else tendered_fen,
    )


def test_part_card_part_cash_with_change_from_cash_alone(shop: Shop) -> None:
    basket = fill(shop)
    attempt_id = start(shop, amount_fen=300)
    approve(shop, attempt_id)
    assert state_of(shop, attempt_id) == "approved"
    assert shop.events(OrderPaid) == []
    left_fen = basket.total_fen - 300
    wrong = {"order_id": basket.order_id, "payment_id": shop.new_id(), "tendered_fen": basket.total_fen}
    assert shop.refused(PayCash, due_fen=basket.total_fen, **wrong).code == "orders.total_changed"
    pay_in_cash(shop, basket.order_id, left_fen, left_fen + 500)
    (paid,) = shop.events(OrderPaid)
    assert [(one.tender, one.amount_fen, one.change_fen) for one in paid.payments] == [
        ("card", 300, 0),
        ("cash", left_fen, 500),
    ]
    shift = store.open_shift(shop.read, STORE, TILL)
    assert shift is not None
    assert (shift.cash_fen, shift.payment_count) == (left_fen, 2)


def test_two_electronic_parts_cover_an_order(shop: Shop) -> None:
    basket = fill(shop)
    approve(shop, start(shop, amount_fen=300))
    second = start(shop, left_fen=basket.total_fen - 300)
    approve(shop, second)
    (paid,) = shop.events(OrderPaid)
    assert [one.amount_fen for one in paid.payments] == [300, basket.total_fen - 300]


def test_not_two_attempts_at_once_and_never_more_than_is_due(shop: Shop) -> None:
    basket = fill(shop)
    body = {"order_id": basket.order_id, "tender": "card", "due_fen": basket.total_fen}
    more = shop.refused(StartPayment, attempt_id=shop.new_id(), amount_fen=basket.total_fen + 1, **body)
    assert more.code == "orders.payment_too_much"
    none = shop.refused(StartPayment, attempt_id=shop.new_id(), amount_fen=0, **body)
    assert none.code == "payments.nothing_to_pay"
    start(shop)
    twice = shop.refused(StartPayment, attempt_id=shop.new_id(), amount_fen=basket.total_fen, **body)
    assert twice.code == "payments.attempt_open"
    cash = {"order_id": basket.order_id, "payment_id": shop.new_id(), "tendered_fen": basket.total_fen}
    assert shop.refused(PayCash, due_fen=basket.total_fen, **cash).code == "payments.attempt_open"


def test_the_tills_retry_is_one_payment(shop: Shop) -> None:
    basket = fill(shop)
    body = {
        "command_id": shop.new_id(),
        "order_id": basket.order_id,
        "attempt_id": shop.new_id(),
        "tender": "card",
        "due_fen": basket.total_fen,
        "amount_fen": basket.total_fen,
    }
    shop.do(StartPayment, **body)
    assert shop.send(StartPayment, **body).repeated
    assert len(shop.events(AttemptOpened)) == 1
    approve(shop, body["attempt_id"])  # type: ignore[arg-type]
    assert shop.send(StartPayment, **body).repeated
    approve(shop, body["attempt_id"])  # type: ignore[arg-type]
    assert len(shop.events(PaymentTaken)) == 1


def test_a_customers_code_is_waited_for_and_never_kept(shop: Shop) -> None:
    basket = fill(shop)
    attempt_id = start(shop, "code")
    waiting = store.awaiting_code(shop.read, STORE, TILL)
    assert waiting is not None
    assert waiting.attempt_id == attempt_id
    wrong = shop.refused(PresentCode, attempt_id=attempt_id, pay_code="6901234567892")
    assert wrong.code == "payments.not_a_pay_code"
    shop.do(PresentCode, attempt_id=attempt_id, pay_code=WECHAT_CODE)
    assert store.code_of(shop.read, attempt_id) == WECHAT_CODE
    approve(shop, attempt_id)
    assert store.code_of(shop.read, attempt_id) == ""
    (paid,) = shop.events(OrderPaid)
    assert paid.payments[0].tender == "code"
    assert paid.total_fen == basket.total_fen
    assert all(WECHAT_CODE not in repr(record) for record in shop.records())


def test_a_code_that_nobody_showed_yet_is_given_up_at_once(shop: Shop) -> None:
    basket = fill(shop)
    attempt_id = start(shop, "code")
    shop.do(CancelAttempt, attempt_id=attempt_id)
    assert state_of(shop, attempt_id) == "refused"
    assert len(shop.events(PayingBegan)) == len(shop.events(PayingEnded)) == 1
    pay_in_cash(shop, basket.order_id, basket.total_fen)


def test_a_cancelled_card_is_undone_before_the_basket_is_free(shop: Shop) -> None:
    fill(shop)
    attempt_id = start(shop)
    answer(shop, attempt_id, "pending")
    shop.do(CancelAttempt, attempt_id=attempt_id)
    assert state_of(shop, attempt_id) == "reversing"
    approve(shop, attempt_id)  # the customer was quicker: it is undone all the same
    assert state_of(shop, attempt_id) == "reversing"
    basket = basket_at(shop)
    assert basket is not None
    assert basket.state == "paying"
    answer(shop, attempt_id, "approved", asked="reversal")
    assert state_of(shop, attempt_id) == "reversed"
    basket = basket_at(shop)
    assert basket is not None
    assert basket.state == "open"
    assert shop.events(OrderPaid) == []


def test_a_part_that_is_paid_can_be_given_back(shop: Shop) -> None:
    fill(shop)
    attempt_id = start(shop, amount_fen=300)
    approve(shop, attempt_id)
    shop.do(CancelAttempt, attempt_id=attempt_id)
    answer(shop, attempt_id, "approved", asked="reversal")
    basket = basket_at(shop)
    assert basket is not None
    assert basket.state == "open"
    refusal = shop.refused(CancelAttempt, attempt_id=attempt_id)
    assert refusal.code == "payments.attempt_not_in_state"


def lose(shop: Shop, attempt_id: str) -> None:
    """The terminal falls silent, and stays so."""
    answer(shop, attempt_id, "unknown", reason="terminal.no_answer")


def test_an_unknown_payment_that_turns_out_approved_is_booked(shop: Shop) -> None:
    fill(shop)
    attempt_id = start(shop)
    lose(shop, attempt_id)
    assert state_of(shop, attempt_id) == "unknown"
    assert shop.events(OrderPaid) == []
    answer(shop, attempt_id, "approved", asked="query")
    assert len(shop.events(OrderPaid)) == 1


def test_an_unknown_payment_is_queried_then_reversed_then_doubtful(shop: Shop) -> None:
    basket = fill(shop)
    attempt_id = start(shop)
    lose(shop, attempt_id)
    for _ in range(MAX_QUERIES):
        answer(shop, attempt_id, "unknown", asked="query")
    assert state_of(shop, attempt_id) == "reversing"
    for _ in range(MAX_REVERSALS):
        answer(shop, attempt_id, "unknown", asked="reversal")
    assert state_of(shop, attempt_id) == "doubtful"
    moves = shop.events(AttemptMoved)
    assert len(moves) == 1 + MAX_QUERIES + MAX_REVERSALS
    shop.do(AskAgain, attempt_id=attempt_id)
    assert state_of(shop, attempt_id) == "unknown"
    answer(shop, attempt_id, "refused", asked="query", reason="terminal.no_such_request")
    pay_in_cash(shop, basket.order_id, basket.total_fen)


def test_another_tender_leaves_the_unknown_one_to_the_hub(shop: Shop) -> None:
    basket = fill(shop)
    attempt_id = start(shop)
    answer(shop, attempt_id, "pending")
    early = shop.refused(ReleaseAttempt, attempt_id=attempt_id)
    assert early.code == "payments.attempt_not_in_state"
    lose(shop, attempt_id)
    shop.do(ReleaseAttempt, attempt_id=attempt_id)
    pay_in_cash(shop, basket.order_id, basket.total_fen)
    answer(shop, attempt_id, "approved", asked="query")
    assert state_of(shop, attempt_id) == "reversing"
    answer(shop, attempt_id, "approved", asked="reversal")
    (paid,) = shop.events(OrderPaid)
    assert [one.tender for one in paid.payments] == ["cash"]


def test_an_approval_after_the_refusal_is_undone_and_told(shop: Shop) -> None:
    fill(shop)
    attempt_id = start(shop)
    answer(shop, attempt_id, "refused", reason="terminal.declined")
    approve(shop, attempt_id)
    late = attempt(shop, attempt_id)
    assert (late.state, late.holds, late.reason) == ("reversing", 0, "payments.approved_late")
    assert shop.events(OrderPaid) == []


def test_an_approval_of_another_amount_is_undone(shop: Shop) -> None:
    fill(shop)
    attempt_id = start(shop)
    answer(shop, attempt_id, "approved", amount_fen=1)
    assert attempt(shop, attempt_id).reason == "payments.amount_differs"
    assert state_of(shop, attempt_id) == "reversing"
    assert shop.events(OrderPaid) == []


def test_a_manager_settles_by_hand_and_it_leaves_a_mark(shop: Shop) -> None:
    basket = fill(shop)
    attempt_id = start(shop)
    lose(shop, attempt_id)
    body = {"attempt_id": attempt_id, "is_paid": True, "reason": "终端小票显示成功"}
    assert shop.refused(SettleAttempt, **body).code == "audit.approval_needed"
    assert shop.refused(SettleAttempt, **body | {"reason": " "}).code == "payments.settle_reason_missing"
    shop.do(SettleAttempt, **body, approval=approval())
    (payment,) = store.payments_of(shop.read, STORE, basket.order_id)
    assert payment.settled_by == shop.staff_id("manager")
    assert shop.events(OrderPaid)[0].payments[0].settled_by == shop.staff_id("manager")
    assert attempt(shop, attempt_id).note == "终端小票显示成功"
    assert [granted.act for granted in shop.events(ApprovalGranted)] == ["payments.settle_attempt"]
    shift = store.open_shift(shop.read, STORE, TILL)
    assert shift is not None
    totals = shop.do(CloseShift, shift_id=shift.shift_id, counted_fen=20_000)
    assert totals.by_hand_count == 1


def test_settled_as_unpaid_frees_the_basket(shop: Shop) -> None:
    basket = fill(shop)
    attempt_id = start(shop)
    lose(shop, attempt_id)
    body = {"attempt_id": attempt_id, "is_paid": False, "reason": "终端无流水"}
    shop.do(SettleAttempt, **body, approval=approval())
    assert (state_of(shop, attempt_id), attempt(shop, attempt_id).settled_by) == (
        "refused",
        shop.staff_id("manager"),
    )
    pay_in_cash(shop, basket.order_id, basket.total_fen)


def test_a_known_payment_is_not_settled_by_hand(shop: Shop) -> None:
    fill(shop)
    attempt_id = start(shop)
    body = {"attempt_id": attempt_id, "is_paid": True, "reason": "x", "approval": approval()}
    assert shop.refused(SettleAttempt, **body).code == "payments.attempt_not_in_state"


def test_goods_that_are_not_there_are_not_charged_for(shop: Shop) -> None:
    item = by_piece(at_least_fen=500)
    basket = fill(shop)
    sell_all(shop, item.item_id)
    body = {"order_id": basket.order_id, "attempt_id": shop.new_id(), "tender": "card"}
    refusal = shop.refused(StartPayment, due_fen=basket.total_fen, amount_fen=basket.total_fen, **body)
    assert refusal.code == "inventory.not_enough"


def sell_all(shop: Shop, item_id: str) -> None:
    from hub.modules.inventory import store as inventory

    have = inventory.balances_of(shop.read, STORE, [item_id])[item_id]
    shop.till("T09")
    shop.shift("T09")
    shop.do(
        PlaceOrder,
        SYSTEM,
        order_id=shop.new_id(),
        terminal_id="T09",
        lines=[PlacedLine(line_id=shop.new_id(), qty_milli=have, item_id=item_id)],
        payments=[PlacedPayment(payment_id=shop.new_id(), tender="cash", amount_fen=900_000_000)],
    )


def test_goods_sold_elsewhere_meanwhile_keep_the_money_on_record(shop: Shop) -> None:
    item = by_piece(at_least_fen=500)
    basket = fill(shop)
    attempt_id = start(shop)
    sell_all(shop, item.item_id)
    approve(shop, attempt_id)
    assert state_of(shop, attempt_id) == "approved"
    assert orders.basket_row(shop.read, STORE, basket.order_id).state == "paying"  # type: ignore[union-attr]
    assert shop.refused(FinishSale, order_id=basket.order_id).code == "inventory.not_enough"
    shop.stock(**{item.item_id: 5_000})
    placed = shop.do(FinishSale, order_id=basket.order_id)
    assert [one.payment_id for one in placed.payments] == [attempt_id]


def test_a_shift_does_not_close_over_a_payment_under_way(shop: Shop) -> None:
    fill(shop)
    attempt_id = start(shop)
    shift = store.open_shift(shop.read, STORE, TILL)
    assert shift is not None
    body = {"shift_id": shift.shift_id, "counted_fen": 0}
    assert shop.refused(CloseShift, **body).code == "payments.attempt_open"
    lose(shop, attempt_id)
    shop.do(ReleaseAttempt, attempt_id=attempt_id)
    totals = shop.do(CloseShift, **body)
    assert (totals.doubtful_count, totals.doubtful_fen) == (1, attempt(shop, attempt_id).amount_fen)
