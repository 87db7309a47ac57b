"""Sales to take back, and how a till does it."""

from typing import Any

from hub.modules.orders import store as orders
from hub.modules.orders.messages import PayCash, PlacedLine, PlacedPayment, PlaceOrder
from hub.modules.returns import standing
from hub.modules.returns.messages import LineWanted, ReturnGoods, SoldOrder
from hub.modules.returns.planning import Plan, plan_return
from tests.modules.electronic import approve, fill, start
from tests.modules.shop import DATE, STORE, TILL, Shop, approval, by_piece, by_weight

PEAR_MILLI = 1235


def sold_for_cash(shop: Shop, pieces: int = 3) -> SoldOrder:
    """So many pieces of one item, and a weight of another."""
    milk, apples = by_piece(), by_weight()
    order_id = shop.new_id()
    shop.do(
        PlaceOrder,
        order_id=order_id,
        terminal_id=TILL,
        lines=[
            PlacedLine(line_id=shop.new_id(), qty_milli=pieces * 1000, item_id=milk.item_id),
            PlacedLine(line_id=shop.new_id(), qty_milli=PEAR_MILLI, item_id=apples.item_id),
        ],
        payments=[PlacedPayment(payment_id=shop.new_id(), tender="cash", amount_fen=1_000_000)],
    )
    return order_of(shop, order_id)


def sold_by_card(shop: Shop, cash_fen: int = 0) -> SoldOrder:
    """Two pieces, by card but for so much in cash."""
    basket = fill(shop)
    approve(shop, start(shop, amount_fen=basket.total_fen - cash_fen))
    if cash_fen:
        shop.do(
            PayCash,
            order_id=basket.order_id,
            payment_id=shop.new_id(),
            due_fen=cash_fen,
            tendered_fen=cash_fen,
        )
    return order_of(shop, basket.order_id)


def order_of(shop: Shop, order_id: str) -> SoldOrder:
    row = orders.order(shop.read, STORE, order_id)
    assert row is not None
    return standing.sold_order(shop.read, STORE, row)


def all_of(sold: SoldOrder) -> list[LineWanted]:
    """All that is left of an order."""
    left = {line.line_id: line.qty_milli - line.returned_milli for line in sold.lines}
    return [LineWanted(line_id=line_id, qty_milli=qty) for line_id, qty in left.items() if qty]


def body(shop: Shop, sold: SoldOrder, lines: list[LineWanted], **changes: Any) -> dict[str, Any]:
    """What the till sends: it asked what goes back, and shows that."""
    plan = plan_return(shop.read, STORE, sold.order.order_id, lines, DATE)
    return {
        "return_id": shop.new_id(),
        "order_id": sold.order.order_id,
        "terminal_id": TILL,
        "lines": lines,
        "refund_fen": plan.refund_fen if isinstance(plan, Plan) else 0,
        "reason": "质量问题",
        **changes,
    }


def take_back(shop: Shop, sold: SoldOrder, lines: list[LineWanted], **changes: Any) -> Any:
    """Take goods back with a manager's word; the answer."""
    return shop.do(ReturnGoods, **body(shop, sold, lines, **changes), approval=approval())
