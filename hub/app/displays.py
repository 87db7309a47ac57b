"""What each till's customer sees: the last line and the total, then the change. Nothing waits for it."""

import asyncio
import logging
from typing import Any, NamedTuple

from hub.app.settings import Shop
from hub.devices import store as devices
from hub.devices.events import DeviceBound
from hub.devices.links import Gateways
from hub.devices.paper import Show
from hub.kernel.db import Readers
from hub.kernel.journal import Record
from hub.kernel.money import yuan
from hub.kernel.sql import Reader
from hub.modules.orders import events as order_events
from hub.modules.orders import store as orders
from hub.modules.orders.events import OrderPaid
from hub.modules.orders.messages import Basket
from hub.modules.payments import store as payments
from hub.modules.payments.events import AttemptMoved, AttemptOpened
from hub.modules.payments.messages import AttemptView

log = logging.getLogger(__name__)

MAX_NAME_CHARS = 60
_REST_AFTER_FAILURE_S = 1.0
SEEN_BY_CUSTOMERS = (
    order_events.BasketOpened,
    order_events.LineAdded,
    order_events.QuantityChanged,
    order_events.LineVoided,
    order_events.BasketCleared,
    order_events.BasketParked,
    order_events.BasketResumed,
    OrderPaid,
    AttemptOpened,
    AttemptMoved,
)

_ASKED = {
    "awaiting_code": ("请出示付款码", "SHOW CODE"),
    "requested": ("请确认付款", "CONFIRM"),
    "pending": ("请确认付款", "CONFIRM"),
    "unknown": ("请稍候", "PLEASE WAIT"),
    "reversing": ("请稍候", "PLEASE WAIT"),
    "doubtful": ("请稍候", "PLEASE WAIT"),
}


class _Bound(NamedTuple):
    """A display that works for a terminal."""

    terminal_id: str
    device_id: str


class CustomerDisplays:
    """Shows each till's newest state on the displays bound to it; what came in between is left out."""

    def __init__(self, readers: Readers, store_id: str, gateways: Gateways, shop: Shop) -> None:
        self._readers = readers
        self._store_id = store_id
        self._gateways = gateways
        self._shop = shop
        self._loop: asyncio.AbstractEventLoop | None = None
        self._due = asyncio.Event()
        self._stale: set[str] = set()
        self._everywhere = False
        self._bound: list[_Bound] = []
        self._paid: dict[str, OrderPaid] = {}
        gateways.on_change(self.look_everywhere)

    def committed(self, records: list[Record[Any]]) -> None:
        """From the writer's thread: show what these records changed."""
        seen = [record.event for record in records if isinstance(record.event, SEEN_BY_CUSTOMERS)]
        bound = any(isinstance(record.event, DeviceBound) for record in records)
        if (seen or bound) and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._take, seen, bound)

    async def run(self) -> None:
        """Show until cancelled."""
        self._loop = asyncio.get_running_loop()
        while True:
            await self._due.wait()
            self._due.clear()
            try:
                await self._show_what_is_new()
            except Exception:  # supervisor: one till's trouble, or the disk's, must not end all showing
                log.exception("customer displays failed; going on")
                await asyncio.sleep(_REST_AFTER_FAILURE_S)
                self.look_everywhere()

    def _take(self, events: list[Any], bound: bool) -> None:
        for event in events:
            if isinstance(event, OrderPaid):
                self._paid[event.terminal_id] = event
            elif not isinstance(event, AttemptOpened | AttemptMoved):
                self._paid.pop(event.terminal_id, None)
            self._stale.add(event.terminal_id)
        self._due.set()
        if bound:
            self.look_everywhere()

    def look_everywhere(self) -> None:
        """Show every display what its till has now."""
        self._everywhere = True
        self._due.set()

    async def _show_what_is_new(self) -> None:
        stale, everywhere = self._stale, self._everywhere
        self._stale, self._everywhere = set(), False
        if everywhere:
            self._bound = self._find_bound()
        due = [bound for bound in self._bound if everywhere or bound.terminal_id in stale]
        if not due:
            return
        with self._readers.session() as read:
            frames = [self._frame(read, bound.terminal_id, bound.device_id) for bound in due]
        for frame in frames:
            if (link := self._gateways.link_of(frame.device_id)) is not None:
                await link.send(frame)

    def _find_bound(self) -> list[_Bound]:
        """The tills' displays; they change only with a binding or with a gateway's word."""
        if not self._gateways.connected():
            return []
        with self._readers.session() as read:
            return [
                _Bound(device.terminal_id, device.device_id)
                for device in devices.all_devices(read, self._store_id)
                if device.kind == "display" and device.terminal_id is not None
            ]

    def _frame(self, read: Reader, terminal_id: str, device_id: str) -> Show:
        basket = orders.basket_at(read, self._store_id, terminal_id)
        if basket is not None and basket.state == "paying":
            held = payments.held_at(read, self._store_id, terminal_id)
            return _paying(device_id, basket, [one for one in held if one.order_id == basket.order_id])
        if basket is not None:
            return _basket(device_id, basket)
        if (paid := self._paid.get(terminal_id)) is not None:
            return _change(device_id, paid)
        return Show(
            device_id=device_id,
            upper=self._shop.name[:MAX_NAME_CHARS],
            lower="欢迎光临",
            upper_plain=self._shop.name_en[:MAX_NAME_CHARS] or " ",
            lower_plain="WELCOME",
        )


def _basket(device_id: str, basket: Basket) -> Show:
    touched = next((line for line in basket.lines if line.line_id == basket.touched_line_id), None)
    line = touched or (basket.lines[-1] if basket.lines else None)
    upper = upper_plain = " "
    if line is not None:
        amount = yuan(line.amount_fen)
        upper = f"{line.name[:MAX_NAME_CHARS]}\t￥{amount}"
        upper_plain = f"{(line.name_en or line.name)[:MAX_NAME_CHARS]}\t{amount}"
    total = yuan(basket.total_fen)
    return Show(
        device_id=device_id,
        upper=upper,
        lower=f"合计\t￥{total}",
        upper_plain=upper_plain,
        lower_plain=f"TOTAL\t{total}",
        amount_fen=basket.total_fen,
        lamp="total",
    )


def _paying(device_id: str, basket: Basket, held: list[AttemptView]) -> Show:
    """The total, and what the customer is asked to do for which part of it."""
    total = yuan(basket.total_fen)
    current = next((one for one in held if one.state != "approved"), None)
    words, plain = _ASKED.get(current.state if current else "", ("合计", "TOTAL"))
    if current is not None and current.tender == "card" and current.state in ("requested", "pending"):
        words, plain = "请刷卡", "USE CARD"
    amount_fen = current.amount_fen if current is not None else basket.total_fen
    return Show(
        device_id=device_id,
        upper=f"合计\t￥{total}",
        lower=f"{words}\t￥{yuan(amount_fen)}",
        upper_plain=f"TOTAL\t{total}",
        lower_plain=f"{plain}\t{yuan(amount_fen)}",
        amount_fen=amount_fen,
        lamp="total",
    )


def _change(device_id: str, paid: OrderPaid) -> Show:
    total, change = yuan(paid.total_fen), yuan(paid.change_fen)
    return Show(
        device_id=device_id,
        upper=f"合计\t￥{total}",
        lower=f"找零\t￥{change}",
        upper_plain=f"TOTAL\t{total}",
        lower_plain=f"CHANGE\t{change}",
        amount_fen=paid.change_fen,
        lamp="change",
    )
