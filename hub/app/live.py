"""The till's live picture: after each commit, the parts that changed go to the pages that show them."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from cloud_sync.edge.status import SyncStatus
from hub.app import frames
from hub.devices import store as devices
from hub.devices.events import (
    DeviceBound,
    DeviceSeen,
    DrawerLeftOpen,
    DrawerMoved,
    DrawerOpenedUnasked,
    PrintFinished,
    PrintQueued,
    PrintsSkipped,
    ScanRefused,
    ScanTested,
)
from hub.devices.messages import PrintJobView, WeightView
from hub.devices.model import DRAWER_LEFT_OPEN_MS
from hub.kernel.engine import Engine
from hub.kernel.errors import Refusal, Texts
from hub.kernel.journal import Record
from hub.kernel.sql import Reader
from hub.kernel.writer import Outcome
from hub.modules.identity.events import SessionClosed
from hub.modules.orders import events as order_events
from hub.modules.orders import store as orders
from hub.modules.orders.messages import Scanned
from hub.modules.orders.paying import paying_at, placed
from hub.modules.payments import store as payments
from hub.modules.payments.events import AttemptMoved, AttemptOpened, ShiftClosed, ShiftOpened

log = logging.getLogger(__name__)

MAX_WAITING_FRAMES = 200
"""A page that falls this far behind is hung up on; it comes back for a snapshot."""

_encoder = msgspec.json.Encoder()
_PARTS_OF: dict[type[Any], tuple[str, ...]] = {
    order_events.BasketOpened: ("basket",),
    order_events.LineAdded: ("basket",),
    order_events.QuantityChanged: ("basket",),
    order_events.LineVoided: ("basket",),
    order_events.BasketCleared: ("basket", "parked", "paying"),
    order_events.BasketParked: ("basket", "parked", "paying"),
    order_events.BasketResumed: ("basket", "parked", "paying"),
    order_events.PayingBegan: ("basket",),
    order_events.PayingEnded: ("basket",),
    order_events.OrderPaid: ("basket", "paying"),
    AttemptOpened: ("paying",),
    AttemptMoved: ("paying",),
    ShiftOpened: ("shift",),
    ShiftClosed: ("shift",),
    PrintQueued: ("prints",),
    PrintFinished: ("prints",),
    PrintsSkipped: ("prints",),
    DeviceSeen: ("devices",),
    DeviceBound: ("devices",),
    DrawerMoved: ("devices",),
}
_ASKS: dict[str, str] = {"unknown": "unknown_code", "needs_weight": "needs_weight", "receipt": "receipt"}
_OF_ALL_TERMINALS = frozenset({"parked", "devices"})
_Make = Callable[[int], frames.Frame]
"""A frame but for its number."""


class Page:
    """One open page of a terminal."""

    def __init__(self, terminal_id: str, session_id: str, language: str) -> None:
        self.terminal_id = terminal_id
        self.session_id = session_id
        self.language = language
        self.waiting: asyncio.Queue[bytes | None] = asyncio.Queue(MAX_WAITING_FRAMES)
        self._seq = 0

    def is_at(self, terminal_id: str | None) -> bool:
        """Whether it is this terminal's, or any's where none is named."""
        return terminal_id in (None, self.terminal_id)

    def push(self, make: _Make) -> None:
        """Queue a frame under the page's next number; a page that is too slow is ended."""
        self._seq += 1
        try:
            self.waiting.put_nowait(_encoder.encode(make(self._seq)))
        except asyncio.QueueFull:
            self.end()

    def end(self) -> None:
        """Hang up after dropping what waits."""
        while not self.waiting.empty():
            self.waiting.get_nowait()
        self.waiting.put_nowait(None)


_Change = tuple[Page, _Make]


class Live:
    """All open pages. Lives on the event loop; `committed` and `sync_changed` are called from elsewhere."""

    def __init__(self, engine: Engine, store_id: str, texts: Texts) -> None:
        self._readers = engine.readers
        self._just_committed = engine.just_committed
        self._clock = engine.clock
        self._store_id = store_id
        self._texts = texts
        self._pages: frozenset[Page] = frozenset()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._sync = SyncStatus()
        self._latest_weight: Callable[[str], WeightView | None] = lambda _terminal_id: None
        self._parts: dict[str, Callable[[Reader, str], _Make]] = {
            "basket": self._basket,
            "parked": self._parked,
            "shift": self._shift,
            "devices": self._devices,
            "prints": self._prints,
            "paying": self._paying,
        }

    def begin(self) -> None:
        """Remember the event loop that the pages live on."""
        self._loop = asyncio.get_running_loop()

    def committed(self, records: list[Record[Any]]) -> None:
        """From the writer's thread: show what these records changed.

        It is read here, where the pages just written are at hand: a reader would have to decrypt them anew.
        """
        loop, pages = self._loop, self._pages
        if loop is not None and pages and not loop.is_closed():
            with self._or_all_begin_again(loop):
                loop.call_soon_threadsafe(self._show, loop, records, self._changes(records, pages))

    def sync_changed(self, status: SyncStatus) -> None:
        """From the uplink's thread: show the new figures."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._show_sync, status)

    def open(self, page: Page) -> None:
        """Begin to show a page its terminal, from a snapshot on."""
        self._pages |= {page}
        try:
            with self._readers.snapshot() as read:
                page.push(self._snapshot(read, page.terminal_id))
        except BaseException:
            self.close(page)
            raise
        if (weight := self._latest_weight(page.terminal_id)) is not None:
            page.push(lambda seq: frames.WeightFrame(seq=seq, weight=weight))

    def close(self, page: Page) -> None:
        """The page is gone."""
        self._pages -= {page}

    def scanned(self, terminal_id: str | None, outcome: Outcome) -> None:
        """Show what came of a scanner's scan when the cashier has to do something about it."""
        pages = [page for page in self._pages if page.terminal_id == terminal_id]
        if outcome.refusal is not None:
            self._notify(pages, outcome.refusal)
        elif isinstance(outcome.answer, Scanned) and outcome.answer.outcome in _ASKS:
            for page in pages:
                page.push(_asking(outcome.answer))

    def show_weights(self, latest: Callable[[str], WeightView | None]) -> None:
        """Where a page that opens learns what lies on its till's scale."""
        self._latest_weight = latest

    def weighed(self, terminal_id: str, weight: WeightView) -> None:
        """From the event loop: show what lies on a till's scale."""
        for page in self._pages_at(terminal_id):
            page.push(lambda seq: frames.WeightFrame(seq=seq, weight=weight))

    def _show(
        self, loop: asyncio.AbstractEventLoop, records: list[Record[Any]], changes: list[_Change]
    ) -> None:
        with self._or_all_begin_again(loop):
            for record in records:
                self._tell(record)
            for page, make in changes:
                page.push(make)

    @contextmanager
    def _or_all_begin_again(self, loop: asyncio.AbstractEventLoop) -> Iterator[None]:
        try:
            yield
        except Exception:  # supervisor: a page that missed a change would show a wrong basket as right
            log.exception("changes cannot be shown; every page begins again")
            loop.call_soon_threadsafe(self._begin_again)

    def _begin_again(self) -> None:
        for page in self._pages:
            page.end()

    def _tell(self, record: Record[Any]) -> None:
        """What a record says to pages beside the parts that it changes."""
        event = record.event
        if isinstance(event, SessionClosed):
            self._end_session(event.session_id)
        if (notice := _notice_of(record)) is not None:
            self._notify(self._pages_at(event.terminal_id), notice)
        if isinstance(event, ScanTested):
            self._show_test(event)
        if _by_terminal(record):
            self._show_paid(event)

    def _end_session(self, session_id: str) -> None:
        """Hang up on its pages, whoever ended it: its owner, the next one at the till, a new PIN."""
        for page in self._pages:
            if page.session_id == session_id:
                page.end()

    def _changes(self, records: list[Record[Any]], pages: Iterable[Page]) -> list[_Change]:
        """What these records changed, for each page that shows it."""
        stale = {
            (part, None if part in _OF_ALL_TERMINALS else _terminal_of(record))
            for record in records
            for part in _PARTS_OF.get(type(record.event), ())
        }
        if not stale:
            return []
        with self._just_committed() as read:
            return [
                change
                for part, terminal_id in sorted(stale, key=str)
                for change in self._part(read, part, [page for page in pages if page.is_at(terminal_id)])
            ]

    def _part(self, read: Reader, part: str, pages: list[Page]) -> Iterator[_Change]:
        """The part as each of these pages shows it, read once for those that show the same."""
        made: dict[str | None, _Make] = {}
        for page in pages:
            where = None if part in _OF_ALL_TERMINALS else page.terminal_id
            if where not in made:
                made[where] = self._parts[part](read, page.terminal_id)
            yield page, made[where]

    def _show_test(self, tested: ScanTested) -> None:
        for page in self._pages_at(tested.terminal_id):
            reason = tested.reason
            frame = frames.ScanTestedFrame(
                seq=0,
                device_id=tested.device_id,
                text=tested.text,
                symbology=tested.symbology,
                age_ms=tested.age_ms,
                trouble=self._texts.render(Refusal(reason), page.language) if reason else "",
            )
            page.push(lambda seq, frame=frame: msgspec.structs.replace(frame, seq=seq))  # type: ignore[misc]

    def _show_paid(self, paid: order_events.OrderPaid) -> None:
        """A terminal's approval made the order: nobody at the till has an answer of it."""
        order = placed(paid)
        for page in self._pages_at(paid.terminal_id):
            page.push(lambda seq: frames.PaidFrame(seq=seq, order=order))

    def _pages_at(self, terminal_id: str | None) -> list[Page]:
        return [page for page in self._pages if page.is_at(terminal_id)]

    def _show_sync(self, status: SyncStatus) -> None:
        self._sync = status
        trusted = self._clock.read().trusted
        for page in self._pages:
            page.push(lambda seq: frames.SyncFrame(seq=seq, sync=status, clock_trusted=trusted))

    def _notify(self, pages: Iterable[Page], refusal: Refusal) -> None:
        for page in pages:
            text = self._texts.render(refusal, page.language)
            page.push(lambda seq, text=text: frames.NoticeFrame(seq=seq, code=refusal.code, text=text))  # type: ignore[misc]

    def _snapshot(self, read: Reader, terminal_id: str) -> _Make:
        store_id = self._store_id
        snapshot = frames.Snapshot(
            seq=0,
            terminal_id=terminal_id,
            clock_trusted=self._clock.read().trusted,
            basket=orders.basket_at(read, store_id, terminal_id),
            parked=orders.parked_baskets(read, store_id),
            shift=payments.current_shift(read, store_id, terminal_id),
            sync=self._sync,
            devices=devices.all_devices(read, store_id),
            prints=self._print_jobs(read, terminal_id),
            paying=paying_at(read, store_id, terminal_id),
        )
        return lambda seq: msgspec.structs.replace(snapshot, seq=seq)

    def _basket(self, read: Reader, terminal_id: str) -> _Make:
        basket = orders.basket_at(read, self._store_id, terminal_id)
        return lambda seq: frames.BasketFrame(seq=seq, basket=basket)

    def _parked(self, read: Reader, _terminal_id: str) -> _Make:
        parked = orders.parked_baskets(read, self._store_id)
        return lambda seq: frames.ParkedFrame(seq=seq, parked=parked)

    def _shift(self, read: Reader, terminal_id: str) -> _Make:
        shift = payments.current_shift(read, self._store_id, terminal_id)
        return lambda seq: frames.ShiftFrame(seq=seq, shift=shift)

    def _devices(self, read: Reader, _terminal_id: str) -> _Make:
        found = devices.all_devices(read, self._store_id)
        return lambda seq: frames.DevicesFrame(seq=seq, devices=found)

    def _prints(self, read: Reader, terminal_id: str) -> _Make:
        jobs = self._print_jobs(read, terminal_id)
        return lambda seq: frames.PrintsFrame(seq=seq, prints=jobs)

    def _paying(self, read: Reader, terminal_id: str) -> _Make:
        paying = paying_at(read, self._store_id, terminal_id)
        return lambda seq: frames.PayingFrame(seq=seq, paying=paying)

    def _print_jobs(self, read: Reader, terminal_id: str) -> list[PrintJobView]:
        queued = devices.queued_print_jobs(read, self._store_id, terminal_id)
        asking = devices.asking_print_jobs(read, self._store_id, terminal_id)
        failed = devices.failed_print_jobs(read, self._store_id, terminal_id)
        skipped = devices.last_skipped_job(read, self._store_id, terminal_id)
        return [*queued, *asking, *failed, *([skipped] if skipped else [])]


def _notice_of(record: Record[Any]) -> Refusal | None:
    match record.event:
        case ScanRefused(reason=reason) if record.refusal is None:
            return Refusal(reason)
        case DrawerOpenedUnasked():
            return Refusal("devices.drawer_opened_unasked")
        case DrawerLeftOpen():
            return Refusal("devices.drawer_left_open", facts={"after_s": DRAWER_LEFT_OPEN_MS // 1000})
        case _:
            return None


def _terminal_of(record: Record[Any]) -> str | None:
    terminal_id: str | None = getattr(record.event, "terminal_id", None) or record.terminal_id
    return terminal_id


def _by_terminal(record: Record[Any]) -> bool:
    """Whether a payment terminal's word made an order of a basket."""
    event = record.event
    return isinstance(event, order_events.OrderPaid) and record.actor is None and not event.at_once


def _asking(answer: Scanned) -> _Make:
    frame = frames.AskFrame(
        seq=0,
        question=_ASKS[answer.outcome],  # type: ignore[arg-type]
        code=answer.code or "",
        item_id=answer.item_id,
        symbology=answer.symbology,
        batch=answer.batch,
        expires_on=answer.expires_on,
        serial=answer.serial,
    )
    return lambda seq: msgspec.structs.replace(frame, seq=seq)
