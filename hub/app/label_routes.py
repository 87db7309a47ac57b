"""HTTP: labels for the shelf, and for what lies on the till's scale."""

from typing import Any

from litestar import Request, post

from hub.app.label_orders import PrintScaleLabel, PrintShelfLabel, PrintWeighedLabel
from hub.app.weighing import check_by_weight
from hub.devices.messages import PrintQueuedAnswer
from hub.devices.weights import Weights
from hub.kernel.bus import Bus
from hub.kernel.context import Caller
from hub.kernel.db import Readers
from hub.kernel.errors import Refused
from hub.kernel.http import require, send


@post("/api/devices/labels/shelf", status_code=200, tags=["devices"])
async def print_shelf_label(data: PrintShelfLabel, bus: Bus, caller: Caller) -> PrintQueuedAnswer:
    """Print labels for the shelf on the till's label printer."""
    answer: PrintQueuedAnswer = await send(bus, data, caller)
    return answer


@post("/api/devices/labels/scale", status_code=200, tags=["devices"])
async def print_scale_label(
    data: PrintScaleLabel,
    request: Request[Any, Any, Any],
    bus: Bus,
    readers: Readers,
    caller: Caller,
    store_id: str,
) -> PrintQueuedAnswer:
    """Print a label for what lies still on the till's scale; it is then sold by its label."""
    require(caller, "orders.sell")
    check_by_weight(readers, store_id, data.item_id)
    weights: Weights = request.app.state.weights
    sold = weights.sell(data.terminal_id, data.command_id)
    weighed = PrintWeighedLabel(
        command_id=data.command_id,
        terminal_id=data.terminal_id,
        item_id=data.item_id,
        weight_g=sold.grams,
    )
    try:
        answer: PrintQueuedAnswer = await send(bus, weighed, caller)
    except Refused:
        weights.give_back(data.terminal_id, data.command_id)
        raise
    return answer
