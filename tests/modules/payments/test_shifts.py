"""Shifts: opened with a float, counted blind, reported only with consent."""

from hub.kernel.context import SYSTEM
from hub.modules.orders.messages import PlacedLine, PlacedPayment, PlaceOrder
from hub.modules.payments import store
from hub.modules.payments.events import NoSaleDrawerRequested, XReportTaken
from hub.modules.payments.messages import CloseShift, OpenDrawer, OpenShift, ShiftView, TakeXReport
from tests.modules.shop import DATE, STORE, TILL, Shop, approval, by_piece


def sell(shop: Shop, terminal_id: str = TILL) -> int:
    item = by_piece()
    answer = shop.do(
        PlaceOrder,
        shop.caller(terminal_id=terminal_id),
        order_id=shop.new_id(),
        terminal_id=terminal_id,
        lines=[PlacedLine(line_id=shop.new_id(), qty_milli=1000, item_id=item.item_id)],
        payments=[PlacedPayment(payment_id=shop.new_id(), tender="cash", amount_fen=item.price_fen + 350)],
    )
    assert answer.change_fen == 350
    return item.price_fen


def test_the_count_is_blind_until_it_is_given(shop: Shop) -> None:
    current = store.current_shift(shop.read, STORE, TILL)
    assert current is not None
    takings = sell(shop) + sell(shop)
    shown = set(ShiftView.__struct_fields__)
    assert shown.isdisjoint({"cash_fen", "expected_fen", "payment_count"})
    totals = shop.do(CloseShift, shift_id=current.shift_id, counted_fen=20_000 + takings - 100)
    assert (totals.cash_fen, totals.expected_fen) == (takings, 20_000 + takings)
    assert (totals.difference_fen, totals.payment_count) == (-100, 2)
    assert store.current_shift(shop.read, STORE, TILL) is None
    (closed,) = store.closed_shifts(shop.read, STORE)
    assert (closed.counted_fen, closed.difference_fen) == (20_000 + takings - 100, -100)


def test_an_x_report_needs_consent_and_is_on_record(shop: Shop) -> None:
    current = store.current_shift(shop.read, STORE, TILL)
    assert current is not None
    takings = sell(shop)
    body = {"shift_id": current.shift_id}
    assert shop.refused(TakeXReport, **body).code == "audit.approval_needed"
    totals = shop.do(TakeXReport, **body, approval=approval())
    assert (totals.cash_fen, totals.counted_fen) == (takings, None)
    assert [event.expected_fen for event in shop.events(XReportTaken)] == [20_000 + takings]
    assert store.current_shift(shop.read, STORE, TILL) == current


def test_a_till_has_one_open_shift(shop: Shop) -> None:
    body = {"shift_id": shop.new_id(), "terminal_id": TILL, "float_fen": 0}
    assert shop.refused(OpenShift, **body).code == "payments.shift_open_already"
    current = store.current_shift(shop.read, STORE, TILL)
    assert current is not None
    shop.do(CloseShift, shift_id=current.shift_id, counted_fen=0)
    again = shop.refused(OpenShift, shift_id=current.shift_id, terminal_id=TILL, float_fen=0)
    assert again.code == "payments.shift_exists"
    assert shop.refused(CloseShift, shift_id=current.shift_id, counted_fen=0).code == "payments.shift_closed"
    shop.do(OpenShift, **body)


def test_another_tills_shift_is_not_ones_own(shop: Shop) -> None:
    current = store.current_shift(shop.read, STORE, TILL)
    assert current is not None
    elsewhere = shop.caller(terminal_id="T02")
    refusal = shop.refused(CloseShift, elsewhere, shift_id=current.shift_id, counted_fen=0)
    assert refusal.code == "identity.wrong_terminal"


def test_no_money_without_a_shift(shop: Shop) -> None:
    shop.till("T02")
    item = by_piece()
    refusal = shop.refused(
        PlaceOrder,
        SYSTEM,
        order_id=shop.new_id(),
        terminal_id="T02",
        lines=[PlacedLine(line_id=shop.new_id(), qty_milli=1000, item_id=item.item_id)],
        payments=[PlacedPayment(payment_id=shop.new_id(), tender="cash", amount_fen=item.price_fen)],
    )
    assert refusal.code == "payments.no_open_shift"


def test_a_shift_past_midnight_keeps_its_business_date(shop: Shop) -> None:
    shop.clock.pass_s(20 * 3600)
    sell(shop)
    from hub.modules.orders import store as orders

    (row,) = orders.paid_on(shop.read, STORE, DATE)
    assert row.receipt_no == "S001-T01-20261122-0001"


def test_a_drawer_without_a_sale_is_counted_on_the_shift(shop: Shop) -> None:
    answer = shop.do(OpenDrawer, terminal_id=TILL, reason="换零钱", approval=approval())
    (event,) = shop.events(NoSaleDrawerRequested)
    assert (event.release_id, event.reason) == (answer.release_id, "换零钱")
    current = store.open_shift(shop.read, STORE, TILL)
    assert current is not None
    assert (current.no_sale_count, current.cash_fen) == (1, 0)


def test_a_payment_id_is_taken_once(shop: Shop) -> None:
    item = by_piece()
    payment = PlacedPayment(payment_id=shop.new_id(), tender="cash", amount_fen=item.price_fen)

    def body() -> dict[str, object]:
        line = PlacedLine(line_id=shop.new_id(), qty_milli=1000, item_id=item.item_id)
        return {"order_id": shop.new_id(), "terminal_id": TILL, "lines": [line], "payments": [payment]}

    shop.do(PlaceOrder, **body())
    assert shop.refused(PlaceOrder, **body()).code == "payments.payment_exists"


def test_change_comes_from_the_last_of_several_payments(shop: Shop) -> None:
    item = by_piece(at_least_fen=500)
    parts = [
        PlacedPayment(payment_id=shop.new_id(), tender="cash", amount_fen=fen)
        for fen in (200, item.price_fen)
    ]
    answer = shop.do(
        PlaceOrder,
        order_id=shop.new_id(),
        terminal_id=TILL,
        lines=[PlacedLine(line_id=shop.new_id(), qty_milli=1000, item_id=item.item_id)],
        payments=parts,
    )
    assert [one.amount_fen for one in answer.payments] == [200, item.price_fen - 200]
    assert [one.change_fen for one in answer.payments] == [0, 200]
    current = store.open_shift(shop.read, STORE, TILL)
    assert current is not None
    assert (current.cash_fen, current.payment_count) == (item.price_fen, 2)
