"""From the scale to the basket: what lies there is sold once, by its weight in grams."""

from typing import Any

from litestar import Request, post

from hub.devices.weights import Weights
from hub.kernel.bus import Bus
from hub.kernel.context import Caller
from hub.kernel.db import Readers
from hub.kernel.errors import Refused
from hub.kernel.http import require, send
from hub.kernel.messages import Command
from hub.modules.catalogue import store as catalogue
from hub.modules.orders.messages import AddItem, Scanned


class WeighItem(Command, frozen=True, kw_only=True):
    """Sell this item by what lies on the till's scale now."""

    terminal_id: str
    item_id: str
    order_id: str | None = None
    line_id: str | None = None


@post("/api/devices/weigh-item", status_code=200, tags=["devices"])
async def weigh_item(
    data: WeighItem,
    request: Request[Any, Any, Any],
    bus: Bus,
    readers: Readers,
    caller: Caller,
    store_id: str,
) -> Scanned:
    """Add an item by the weight that lies still on the till's scale and was not sold before."""
    require(caller, "orders.sell")
    _check_by_weight(readers, store_id, data.item_id)
    weights: Weights = request.app.state.weights
    grams = weights.sell(data.terminal_id, data.command_id)
    try:
        answer: Scanned = await send(bus, _adding(data, grams), caller)
    except Refused:
        weights.give_back(data.terminal_id, data.command_id)
        raise
    return answer


def _check_by_weight(readers: Readers, store_id: str, item_id: str) -> None:
    current = catalogue.active(readers, store_id)
    item = catalogue.item(readers, current, item_id) if current else None
    if item is not None and item.sold_by != "weight":
        raise Refused("devices.item_not_weighed", 400, item=item.name)


def _adding(data: WeighItem, grams: int) -> AddItem:
    return AddItem(
        command_id=data.command_id,
        terminal_id=data.terminal_id,
        item_id=data.item_id,
        qty_milli=grams,
        order_id=data.order_id,
        line_id=data.line_id,
    )
