"""Which basket a caller may act on."""

from hub.kernel.context import Context
from hub.kernel.decision import Decision
from hub.modules.identity.handlers import wrong_terminal
from hub.modules.orders import store
from hub.modules.orders.model import BasketAct, move


def basket_for(
    ctx: Context, order_id: str, act: BasketAct, anywhere: bool = False
) -> tuple[store.BasketRow | None, Decision]:
    """A basket on which the caller may act, or why not; `anywhere` a basket of another till will do."""
    row = store.basket_row(ctx.read, ctx.store_id, order_id)
    if row is None:
        return None, Decision.refuse("orders.basket_unknown", 404)
    if row.state == "paying" and move(row.state, act) is None:
        return None, Decision.refuse("orders.basket_paying")
    if move(row.state, act) is None:
        return None, Decision.refuse("orders.basket_not_in_state", state=row.state)
    elsewhere = None if anywhere and row.state == "parked" else wrong_terminal(ctx, row.terminal_id)
    return (None, elsewhere) if elsewhere is not None else (row, Decision())
