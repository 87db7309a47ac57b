"""From the scale to the basket, and from the till to the scale: sold once by weight, zeroed and tared."""

from typing import Any

from litestar import Request, post

from hub.devices.links import Gateways
from hub.devices.messages import (
    KeyPressed,
    PresetTare,
    PressScaleKey,
    ScaleKey,
)
from hub.devices.weights import Sold, Weights
from hub.kernel.bus import Bus
from hub.kernel.context import Caller
from hub.kernel.db import Readers
from hub.kernel.errors import Refused
from hub.kernel.http import require, send
from hub.kernel.messages import Command
from hub.modules.catalogue import store as catalogue
from hub.modules.orders.events import Weighing
from hub.modules.orders.messages import AddWeighed, Scanned


class WeighItem(Command, frozen=True, kw_only=True):
    """Sell this item by what lies on the till's scale now."""

    terminal_id: str
    item_id: str
    order_id: str | None = None
    line_id: str | None = None
    code: str | None = None
    """The scanned text that asked for the weight, for what it says of these very goods."""
    symbology: str | None = None


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
    check_by_weight(readers, store_id, data.item_id)
    weights: Weights = request.app.state.weights
    sold = weights.sell(data.terminal_id, data.command_id)
    try:
        answer: Scanned = await send(bus, _adding(data, sold), caller)
    except Refused:
        weights.give_back(data.terminal_id, data.command_id)
        raise
    return answer


@post("/api/devices/scale-key", status_code=200, tags=["devices"])
async def press_scale_key(
    data: PressScaleKey, request: Request[Any, Any, Any], bus: Bus, caller: Caller
) -> KeyPressed:
    """Press a key of the till's scale, once its pan is at rest; its readings show what came of it."""
    require(caller, "orders.sell")
    weights: Weights = request.app.state.weights
    weights.check_key(data.terminal_id, data.key)
    return await _press(request, bus, caller, data)


@post("/api/devices/preset-tare", status_code=200, tags=["devices"])
async def preset_tare(
    data: PresetTare, request: Request[Any, Any, Any], bus: Bus, caller: Caller
) -> KeyPressed:
    """Have the till's scale take a known tare off the next goods; its readings are net once it does."""
    require(caller, "orders.sell")
    weights: Weights = request.app.state.weights
    weights.check_preset(data.terminal_id)
    return await _press(request, bus, caller, data)


async def _press(
    request: Request[Any, Any, Any], bus: Bus, caller: Caller, command: PressScaleKey | PresetTare
) -> KeyPressed:
    outcome = await bus.adispatch(command, caller)
    if outcome.refusal is not None:
        raise Refused.of(outcome.refusal)
    pressed: KeyPressed = outcome.answer
    if outcome.repeated:
        return pressed
    key: ScaleKey = "preset_tare" if isinstance(command, PresetTare) else command.key
    tare_g = command.tare_g if isinstance(command, PresetTare) else 0
    gateways: Gateways = request.app.state.gateways
    if not await gateways.press(pressed.device_id, key, tare_g):
        raise Refused("devices.scale_away")
    weights: Weights = request.app.state.weights
    weights.pressed(pressed.device_id, key, tare_g)
    return pressed


def check_by_weight(readers: Readers, store_id: str, item_id: str) -> None:
    """Refused for an item that is not sold by weight."""
    current = catalogue.active(readers, store_id)
    item = catalogue.item(readers, current, item_id) if current else None
    if item is not None and item.sold_by != "weight":
        raise Refused("devices.item_not_weighed", 400, item=item.name)


def _adding(data: WeighItem, sold: Sold) -> AddWeighed:
    return AddWeighed(
        command_id=data.command_id,
        terminal_id=data.terminal_id,
        item_id=data.item_id,
        weighing=Weighing(**sold._asdict()),
        order_id=data.order_id,
        line_id=data.line_id,
        code=data.code,
        symbology=data.symbology,
    )
