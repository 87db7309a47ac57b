"""Browsers that face the customer: paired with a till by a code, then fed with what it sells."""

import asyncio
import io
import logging
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import segno

from hub.app import screen_frames as frames
from hub.app.auth import Tokens
from hub.app.displays import SEEN_BY_CUSTOMERS
from hub.app.screen_payments import refusal_in, shown_payment
from hub.app.settings import Shop
from hub.devices import store as devices
from hub.devices.events import DeviceBound
from hub.devices.messages import WeightView
from hub.kernel.db import Readers
from hub.kernel.errors import Refused
from hub.kernel.ids import new_id
from hub.kernel.journal import Record
from hub.kernel.sql import Reader
from hub.modules.orders import store as orders
from hub.modules.orders.events import OrderPaid
from hub.modules.orders.messages import Basket
from hub.modules.payments import store as payments
from hub.modules.payments.events import AttemptMoved

log = logging.getLogger(__name__)

MAX_SCREENS = 64
MAX_WAITING_FRAMES = 100
MAX_PICTURES = 30
MAX_PICTURE_BYTES = 8 * 1024 * 1024
PICTURES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}
CODE_DIGITS = 4
GATEWAY = "screens"
"""Screens stand in the list of devices as if behind a gateway of this name."""

_encoder = msgspec.json.Encoder()


class Screen:
    """One open page that faces a customer."""

    def __init__(self, screen_id: str) -> None:
        self.screen_id = screen_id
        self.terminal_id: str | None = None
        self.code = ""
        self.waiting: asyncio.Queue[bytes | None] = asyncio.Queue(MAX_WAITING_FRAMES)
        self._seq = 0

    @property
    def device_id(self) -> str:
        """The name in the list of devices: the end of the id, for ids begin with the time."""
        return f"screen-{self.screen_id[-8:]}"

    def push(self, make: Callable[[int], frames.AnyScreenFrame]) -> None:
        """Queue a frame under the page's next number; a page that is too slow is ended."""
        self._seq += 1
        try:
            self.waiting.put_nowait(_encoder.encode(make(self._seq)))
        except asyncio.QueueFull:
            self.end()

    def end(self) -> None:
        """Hang up after dropping what waits; the page comes back by itself."""
        while not self.waiting.empty():
            self.waiting.get_nowait()
        self.waiting.put_nowait(None)


class Screens:
    """All open screens. Lives on the event loop; `committed` alone may be called from elsewhere."""

    def __init__(self, readers: Readers, store_id: str, shop: Shop, tokens: Tokens, folder: Path) -> None:
        self._readers = readers
        self._store_id = store_id
        self._shop = shop
        self._tokens = tokens
        self._folder = folder
        self._loop: asyncio.AbstractEventLoop | None = None
        self._screens: set[Screen] = set()
        self._sales: dict[str, OrderPaid] = {}
        self._refused: dict[str, AttemptMoved] = {}
        self._latest_weight: Callable[[str], WeightView | None] = lambda _terminal_id: None

    def begin(self) -> None:
        """Remember the event loop that the screens live on."""
        self._loop = asyncio.get_running_loop()

    def show_weights(self, latest: Callable[[str], WeightView | None]) -> None:
        """Where a screen that opens learns what lies on its till's scale."""
        self._latest_weight = latest

    def open(self, token: str) -> Screen:
        """A page came; one that no till has taken is given a code. Raises Refused if there are too many."""
        if len(self._screens) >= MAX_SCREENS:
            raise Refused("devices.too_many_screens", 503)
        screen = Screen(self._tokens.session_of(token) or new_id())
        self._screens.add(screen)
        with self._readers.session() as read:
            device = devices.device(read, self._store_id, screen.device_id)
            self._show_at(read, screen, device.terminal_id if device else None)
        return screen

    def close(self, screen: Screen) -> None:
        """The page is gone."""
        self._screens.discard(screen)

    def is_open(self, device_id: str) -> bool:
        """Whether a page of this screen is open."""
        return any(screen.device_id == device_id for screen in self._screens)

    def waiting_for(self, code: str) -> Screen:
        """The screen that shows this code. Raises Refused when none does."""
        found = next((screen for screen in self._screens if screen.code and screen.code == code), None)
        if found is None:
            raise Refused("devices.screen_code_unknown", 404)
        return found

    def welcome(self, screen: Screen, language: str) -> None:
        """A till took it."""
        token = self._tokens.token_of(screen.screen_id)
        screen.push(lambda seq: frames.PairedFrame(seq=seq, token=token, language=language))

    def committed(self, records: list[Record[Any]]) -> None:
        """From the writer's thread: show what these records changed."""
        if self._loop is not None and self._screens and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._take, [record.event for record in records])

    def weighed(self, terminal_id: str, weight: WeightView) -> None:
        """From the event loop: show what lies on a till's scale."""
        for screen in self._screens:
            if screen.terminal_id == terminal_id:
                screen.push(_weight(weight))

    def pictures(self) -> list[Path]:
        """What turns while nobody is served: the images in the shop's folder, by name."""
        if not self._folder.is_dir():
            return []
        found = (path for path in sorted(self._folder.iterdir()) if path.suffix.lower() in PICTURES)
        fit = (path for path in found if path.is_file() and path.stat().st_size <= MAX_PICTURE_BYTES)
        return [path for path, _ in zip(fit, range(MAX_PICTURES), strict=False)]

    def qr_svg(self) -> bytes | None:
        """The shop's own QR code as a drawing, if it has one."""
        if not self._shop.display_qr:
            return None
        out = io.BytesIO()
        code = segno.make_qr(self._shop.display_qr, error="m")
        code.save(out, kind="svg", light="#fff", border=2, omitsize=True)
        return out.getvalue()

    def _take(self, events: list[Any]) -> None:
        stale: set[str] = set()
        for event in events:
            if isinstance(event, DeviceBound):
                self._bound(event)
            if isinstance(event, SEEN_BY_CUSTOMERS):
                stale.add(event.terminal_id)
                self._remember(event)
        due = [screen for screen in self._screens if screen.terminal_id in stale]
        if due:
            with self._readers.session() as read:
                for screen in due:
                    self._show(read, screen)

    def _remember(self, event: Any) -> None:
        """A sale is thanked for, and a refusal told, until something else happens at the till."""
        if isinstance(event, OrderPaid):
            self._sales[event.terminal_id] = event
        elif (sale := self._sales.get(event.terminal_id)) is not None and sale.order_id != event.order_id:
            del self._sales[event.terminal_id]
        if (refused := refusal_in(event)) is not None:
            self._refused[event.terminal_id] = refused
        else:
            self._refused.pop(event.terminal_id, None)

    def _bound(self, event: DeviceBound) -> None:
        """A screen that works for another till now, or for none, begins again."""
        for screen in self._screens:
            if screen.device_id == event.device_id and screen.terminal_id not in (None, event.terminal_id):
                screen.end()

    def _show_at(self, read: Reader, screen: Screen, terminal_id: str | None) -> None:
        screen.terminal_id = terminal_id
        if terminal_id is None:
            screen.code = self._new_code()
            screen.push(lambda seq: frames.PairingFrame(seq=seq, code=screen.code))
            return
        self._show(read, screen)
        if (weight := self._latest_weight(terminal_id)) is not None:
            screen.push(_weight(weight))

    def _new_code(self) -> str:
        taken = {screen.code for screen in self._screens}
        while (code := f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}") in taken:
            pass
        return code

    def _show(self, read: Reader, screen: Screen) -> None:
        terminal_id = screen.terminal_id or ""
        basket = orders.basket_at(read, self._store_id, terminal_id)
        sale = None if basket is not None else self._sales.get(terminal_id)
        held = payments.held_at(read, self._store_id, terminal_id) if basket is not None else []
        shown = frames.ShowFrame(
            seq=0,
            shop_name=self._shop.name,
            shop_name_en=self._shop.name_en,
            basket=_basket(basket) if basket else None,
            payment=shown_payment(basket, held, self._refused.get(terminal_id)) if basket else None,
            sale=_sale(sale) if sale else None,
            pictures=[path.name for path in self.pictures()] if basket is None else [],
            qr=_qr(self._shop) if basket is None else None,
        )
        screen.push(lambda seq: msgspec.structs.replace(shown, seq=seq))


def _basket(basket: Basket) -> frames.ShownBasket:
    names = frames.ShownLine.__struct_fields__
    lines = [frames.ShownLine(**{name: getattr(line, name) for name in names}) for line in basket.lines]
    return frames.ShownBasket(
        lines=lines,
        touched_line_id=basket.touched_line_id,
        item_count=basket.item_count,
        total_fen=basket.total_fen,
    )


def _qr(shop: Shop) -> frames.ShownQr | None:
    if not shop.display_qr:
        return None
    return frames.ShownQr(text=shop.display_qr_text, text_en=shop.display_qr_text_en)


def _sale(paid: OrderPaid) -> frames.ShownSale:
    tendered_fen = sum(payment.tendered_fen for payment in paid.payments)
    return frames.ShownSale(total_fen=paid.total_fen, tendered_fen=tendered_fen, change_fen=paid.change_fen)


def _weight(weight: WeightView) -> Callable[[int], frames.ShownWeightFrame]:
    is_stale = weight.reason == "devices.weight_stale"
    return lambda seq: frames.ShownWeightFrame(
        seq=seq,
        grams=None if is_stale else weight.grams,
        is_settled=weight.reason == "",
        is_sold=weight.reason == "devices.weight_sold",
        tare_g=weight.tare_g,
    )
