"""The counter's news: numbered frames to any number of listeners, each behind a bounded queue."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hardware_sim.bench.messages import BenchFrame

QUEUE_FRAMES = 2000


class Listener:
    """Frames in order; `lagged` once some had to be left out, and nothing more comes."""

    def __init__(self) -> None:
        self._frames: asyncio.Queue[BenchFrame | None] = asyncio.Queue(QUEUE_FRAMES + 1)
        self.lagged = False

    def offer(self, frame: BenchFrame) -> None:
        if self.lagged:
            return
        if self._frames.qsize() >= QUEUE_FRAMES:
            self.lagged = True
            self._frames.put_nowait(None)
            return
        self._frames.put_nowait(frame)

    async def next(self) -> BenchFrame | None:
        """The next frame; None when this listener lagged behind and must start again."""
        return await self._frames.get()


class Feed:
    """Numbers frames from 1 and hands them on; a waiter is woken at each."""

    def __init__(self) -> None:
        self.seq = 0
        self._listeners: set[Listener] = set()
        self._news = asyncio.Event()

    def publish(self, make: Callable[[int], BenchFrame]) -> None:
        self.seq += 1
        frame = make(self.seq)
        for listener in self._listeners:
            listener.offer(frame)
        self._news.set()
        self._news = asyncio.Event()

    @contextmanager
    def listening(self) -> Iterator[Listener]:
        listener = Listener()
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    async def until(self, condition: Callable[[], bool], timeout_s: float) -> None:
        """Wait until the condition holds, looked at whenever there is news. TimeoutError if it does not."""
        async with asyncio.timeout(timeout_s):
            while not condition():
                await self._news.wait()
