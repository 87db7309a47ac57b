"""What the live page hears: a snapshot, then sales and standings as they reach the cloud's tables."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import Any

import msgspec

from cloud_sync.cloud.messages import ConsoleFrame, SaleFrame, Snapshot, StoresFrame, StoreState
from cloud_sync.cloud.pool import Pool
from cloud_sync.cloud.sales import read_figures, read_page, read_sale
from cloud_sync.cloud.stores import read_stores
from hub.kernel.clock import business_date
from hub.kernel.errors import Texts
from hub.kernel.journal import Record
from hub.modules.orders.events import OrderPaid

log = logging.getLogger(__name__)

MAX_WAITING_SALES = 50
"""More than this at once is a backlog arriving: the page gets a fresh snapshot instead of every sale."""
MAX_LISTENERS = 100
SNAPSHOT_SALES = 20
_TURN_S = 0.25
_LOOK_EVERY_S = 5.0
_QUEUE_FRAMES = 200
_SIGN_OF_LIFE_MS = 10_000
Queue = asyncio.Queue[bytes | None]
_encoder = msgspec.json.Encoder()


class TooManyListeners(Exception):
    """The console has more live pages open than it serves."""


class Feed:
    """One task makes the frames; every listener has a bounded queue, and a slow one starts again."""

    def __init__(self, pool: Pool, texts: Texts, language: str, now_ms: Callable[[], int]) -> None:
        self._pool = pool
        self._texts = texts
        self._language = language
        self._now_ms = now_ms
        self._sales: deque[tuple[str, str]] = deque(maxlen=MAX_WAITING_SALES + 1)
        self._listeners: set[Queue] = set()
        self._stores: list[StoreState] = []
        self._seq = 0
        self._told_ms = 0
        self._due = asyncio.Event()
        self._making = asyncio.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def notice(self, records: list[Record[Any]]) -> None:
        """Records that have just been projected. From the follower's thread."""
        for record in records:
            if isinstance(record.event, OrderPaid):
                self._sales.append((record.store_id, record.event.order_id))
        self.wake()

    def wake(self) -> None:
        """Some store's standing changed. From any thread, never blocks."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._due.set)

    async def run(self) -> None:
        """Make frames until cancelled."""
        self._loop = asyncio.get_running_loop()
        while True:
            try:
                await asyncio.wait_for(self._due.wait(), _LOOK_EVERY_S)
            except TimeoutError:
                self._due.set()
            self._due.clear()
            try:
                async with self._making:
                    await self._turn()
            except Exception:  # supervisor: the live page must not end for one bad turn
                log.exception("live feed")
            await asyncio.sleep(_TURN_S)

    async def listen(self) -> Queue:
        """A queue of frames that begins with a snapshot; None in it means: begin again."""
        if len(self._listeners) >= MAX_LISTENERS:
            raise TooManyListeners
        mine: Queue = asyncio.Queue(_QUEUE_FRAMES)
        async with self._making:  # no frame may fall between the snapshot and the listening
            mine.put_nowait(_encoder.encode(await asyncio.to_thread(self._snapshot, self._seq)))
            self._listeners.add(mine)
        return mine

    def leave(self, queue: Queue) -> None:
        """The page is gone."""
        self._listeners.discard(queue)

    async def _turn(self) -> None:
        waiting = [self._sales.popleft() for _ in range(len(self._sales))]
        if not self._listeners:
            return
        if len(waiting) > MAX_WAITING_SALES:
            self._seq += 1
            self._tell([await asyncio.to_thread(self._snapshot, self._seq)])
            return
        self._tell(await asyncio.to_thread(self._frames, waiting))

    def _frames(self, waiting: list[tuple[str, str]]) -> list[ConsoleFrame]:
        frames: list[ConsoleFrame] = []
        with self._pool.connection() as read:
            sales = [sale for key in dict.fromkeys(waiting) if (sale := read_sale(read, *key)) is not None]
            if sales:
                today = read_figures(read, self._today())
                frames += [SaleFrame(self._next(), sale, today.orders, today.total_fen) for sale in sales]
            stores = read_stores(read, self._texts, self._language, self._now_ms())
        changed = [store for store in stores if store not in self._stores]
        self._stores = stores
        if changed or self._now_ms() - self._told_ms >= _SIGN_OF_LIFE_MS:
            self._told_ms = self._now_ms()
            frames.append(StoresFrame(self._next(), changed))
        return frames

    def _snapshot(self, seq: int) -> Snapshot:
        today = self._today()
        with self._pool.connection() as read:
            return Snapshot(
                seq=seq,
                now_ms=self._now_ms(),
                business_date=today,
                stores=read_stores(read, self._texts, self._language, self._now_ms()),
                sales=read_page(read, today, None, None, SNAPSHOT_SALES).orders,
                figures=read_figures(read, today),
            )

    def _tell(self, frames: list[ConsoleFrame]) -> None:
        encoded = [_encoder.encode(frame) for frame in frames]
        for queue in list(self._listeners):
            if queue.qsize() + len(encoded) >= _QUEUE_FRAMES:
                self._listeners.discard(queue)
                while not queue.empty():
                    queue.get_nowait()
                queue.put_nowait(None)
                continue
            for frame in encoded:
                queue.put_nowait(frame)

    def _next(self) -> int:
        self._seq += 1
        return self._seq

    def _today(self) -> str:
        return business_date(self._now_ms())
