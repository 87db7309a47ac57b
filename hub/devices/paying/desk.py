"""What a desk is: it wakes when something is due, keeps what was answered, and serves what is open."""

import asyncio
import contextlib
import logging
from collections.abc import Iterable

from drivers import messages as wire
from hub.devices.links import Gateways
from hub.kernel.bus import Bus
from hub.kernel.clock import Clock
from hub.kernel.db import Readers

log = logging.getLogger(__name__)

LOOK_AGAIN_S = 0.5
GRACE_S = 15.0
"""A gateway that has not told of a request's end by so much later is taken to be silent."""
PATIENCE_S = 3.0
"""Between two looks at a terminal that is away, busy or still at it; after an answer that was not kept."""
_MAX_ANSWERS = 1_000


class Desk:
    """Runs on the event loop; `asked_for` alone is called from the writer's thread."""

    def __init__(self, bus: Bus, readers: Readers, store_id: str, gateways: Gateways, clock: Clock) -> None:
        self._bus = bus
        self._readers = readers
        self._store_id = store_id
        self._gateways = gateways
        self._clock = clock
        self.fresh: set[str] = set()
        """What was asked for in this life of the hub and has not been served yet."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._due = asyncio.Event()
        self._answers: asyncio.Queue[wire.PayAnswer] = asyncio.Queue(_MAX_ANSWERS)
        gateways.on_pay_answer(self._take_answer)
        gateways.on_change(self._due.set)

    async def record(self, answer: wire.PayAnswer) -> None:
        """Keep what a terminal said; an answer to another desk's request is none of this one's."""
        raise NotImplementedError

    async def serve_all(self) -> bool:
        """Take one step for each that is open; whether there is anything to wait for."""
        raise NotImplementedError

    def asked_for(self, ids: Iterable[str]) -> None:
        """From the writer's thread: these were asked for, or something changed."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._take_fresh, list(ids))

    def look_again(self) -> None:
        """Take the next turn at once."""
        self._due.set()

    async def run(self) -> None:
        """Serve until cancelled."""
        self._loop = asyncio.get_running_loop()
        self._due.set()
        waits = False
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_AGAIN_S if waits else None):
                    await self._due.wait()
            self._due.clear()
            try:
                while not self._answers.empty():
                    await self.record(self._answers.get_nowait())
                waits = await self.serve_all()
            except Exception:  # supervisor: no one request, and no bad moment of the disk, ends all asking
                log.exception("%s failed; going on", type(self).__name__)
                await asyncio.sleep(LOOK_AGAIN_S)
                self._due.set()

    def _now_s(self) -> float:
        return self._clock.read().monotonic_s

    def _take_fresh(self, ids: list[str]) -> None:
        self.fresh.update(ids)
        self._due.set()

    def _take_answer(self, answer: wire.PayAnswer) -> None:
        try:
            self._answers.put_nowait(answer)
        except asyncio.QueueFull:
            log.warning("a terminal's answers overflow; what they end will be asked about")
        self._due.set()
