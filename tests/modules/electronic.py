"""Card and code payments in a test's shop: what a cashier does, and what a terminal says."""

from typing import Any

from hub.kernel.context import SYSTEM
from hub.modules.orders import store as orders
from hub.modules.orders.messages import Basket, ScanCode, StartPayment
from hub.modules.payments import store as payments
from hub.modules.payments.messages import AttemptView, TakePayAnswer
from tests.modules.shop import STORE, TILL, Shop, by_piece

WECHAT_CODE = "134567890123456789"


def fill(shop: Shop, times: int = 2) -> Basket:
    """Scan a piece so many times; the basket."""
    for _ in range(times):
        shop.do(ScanCode, terminal_id=TILL, code=by_piece(at_least_fen=500).barcodes[0])
    basket = orders.basket_at(shop.read, STORE, TILL)
    assert basket is not None
    return basket


def basket_at(shop: Shop) -> Basket | None:
    return orders.basket_at(shop.read, STORE, TILL)


def start(
    shop: Shop, tender: str = "card", amount_fen: int | None = None, left_fen: int | None = None
) -> str:
    """Ask for the basket's money; the attempt's id."""
    basket = basket_at(shop)
    assert basket is not None
    due_fen = basket.total_fen if left_fen is None else left_fen
    attempt_id = shop.new_id()
    shop.do(
        StartPayment,
        order_id=basket.order_id,
        attempt_id=attempt_id,
        tender=tender,
        due_fen=due_fen,
        amount_fen=due_fen if amount_fen is None else amount_fen,
    )
    return attempt_id


def answer(shop: Shop, attempt_id: str, state: str, asked: str = "request", **told: Any) -> None:
    """What the terminal says."""
    shop.do(TakePayAnswer, SYSTEM, attempt_id=attempt_id, asked=asked, state=state, **told)


def approve(shop: Shop, attempt_id: str) -> None:
    """The terminal approves, as one does."""
    answer(shop, attempt_id, "approved", reference="R-1", scheme="unionpay", account="1234")


def attempt(shop: Shop, attempt_id: str) -> AttemptView:
    found = payments.attempt(shop.read, STORE, attempt_id)
    assert found is not None
    return found


def state_of(shop: Shop, attempt_id: str) -> str:
    return attempt(shop, attempt_id).state
