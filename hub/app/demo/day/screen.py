"""What a till's page is told, kept as far as a cashier looks at it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import msgspec
from websockets.asyncio.client import ClientConnection, connect

from hub.app.frames import (
    AskFrame,
    BasketFrame,
    NoticeFrame,
    PaidFrame,
    PayingFrame,
    PrintsFrame,
    Snapshot,
    TillFrame,
    WeightFrame,
)
from hub.devices.messages import PrintJobView, WeightView
from hub.modules.orders.messages import Basket, Paying
from hub.modules.payments.messages import AttemptView

_frame = msgspec.json.Decoder(TillFrame)
T = TypeVar("T")


class Screen:
    """The newest of everything; `heeded` counts what came of scans: lines, questions, refusals.

    `payments_moved` counts the news of card and code payments.
    """

    def __init__(self) -> None:
        self.basket: Basket | None = None
        self.prints: list[PrintJobView] = []
        self.weight: WeightView | None = None
        self.loose_payments: list[AttemptView] = []
        self.payments_moved = 0
        self.heeded = 0
        self.refused = 0
        self._news = asyncio.Condition()

    async def until(self, condition: Callable[[], T | None], within_s: float) -> T | None:
        """The condition's first answer that is something; None if none comes in time."""
        try:
            async with self._news, asyncio.timeout(within_s):
                while not (found := condition()):
                    await self._news.wait()
                return found
        except TimeoutError:
            return None

    async def payments_news(self, seen: int, within_s: float) -> None:
        """Wait a while for a payment to move that had not when `payments_moved` was `seen`."""
        await self.until(lambda: self.payments_moved > seen, within_s)

    async def follow(self, socket: ClientConnection) -> None:
        """Take every frame, until the socket ends."""
        async for text in socket:
            self._take(_frame.decode(text))
            async with self._news:
                self._news.notify_all()

    def _take(self, frame: TillFrame) -> None:
        match frame:
            case Snapshot():
                self.basket, self.prints = frame.basket, frame.prints
                self._take_paying(frame.paying)
            case BasketFrame():
                self.basket = frame.basket
                self.heeded += 1
            case AskFrame():
                self.heeded += 1
            case NoticeFrame():
                self.heeded += 1
                self.refused += 1
            case PrintsFrame():
                self.prints = frame.prints
            case PayingFrame():
                self._take_paying(frame.paying)
            case PaidFrame():
                self.payments_moved += 1
            case WeightFrame():
                self.weight = frame.weight

    def _take_paying(self, paying: Paying) -> None:
        self.loose_payments = paying.loose
        self.payments_moved += 1


@asynccontextmanager
async def screen_of(url: str, cookie: str) -> AsyncIterator[Screen]:
    """A signed-in till's screen, followed until the end of the block."""
    screen = Screen()
    async with connect(url, additional_headers={"cookie": cookie}) as socket:
        following = asyncio.create_task(screen.follow(socket), name="till's screen")
        try:
            yield screen
        finally:
            following.cancel()
