"""Drawer releases on their way: each answered once, sent within its time or not at all."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable

from drivers.gateway.links.fd_link import Link, LinkLost
from drivers.gateway.outbox import Outbox
from drivers.messages import DrawerReleased, ReleaseDrawer

MAX_WAITING = 8
REMEMBERED_RELEASES = 256
KICK_TIMEOUT_S = 2.0


class Kicks:
    """The releases of one device; `is_open`: its link is up; `closed`: the reason given while it is not."""

    def __init__(self, outbox: Outbox, monotonic: Callable[[], float], closed: str) -> None:
        self._outbox = outbox
        self._monotonic = monotonic
        self._closed = closed
        self._waiting: asyncio.Queue[tuple[ReleaseDrawer, float]] = asyncio.Queue(MAX_WAITING)
        self._answered: OrderedDict[str, DrawerReleased | None] = OrderedDict()
        self.is_open = False

    def accept(self, frame: ReleaseDrawer) -> None:
        """Queue a release; the same release_id again gets its first answer, not a second kick."""
        if frame.release_id in self._answered:
            if (answer := self._answered[frame.release_id]) is not None:
                self._outbox.add_answer(answer)
            return
        self._remember(frame.release_id, None)
        if not self.is_open:
            self.refuse(frame, self._closed)
        elif self._waiting.full():
            self.refuse(frame, "drawer.queue_full")
        else:
            self._waiting.put_nowait((frame, self._monotonic() + frame.expires_in_ms / 1000))

    def open(self) -> None:
        """The link is up: releases are taken."""
        self.is_open = True

    def shut(self) -> None:
        """The link is lost: what waits, or was not wholly sent, is refused."""
        self.is_open = False
        while not self._waiting.empty():
            self._waiting.get_nowait()
        for release_id in [one for one, answer in self._answered.items() if answer is None]:
            self._answer(release_id, self._closed)

    async def next(self) -> tuple[ReleaseDrawer, float]:
        """The next release and its deadline."""
        return await self._waiting.get()

    def is_late(self, deadline_s: float) -> bool:
        """Whether nobody stands there any more."""
        return self._monotonic() > deadline_s

    def refuse(self, frame: ReleaseDrawer, reason: str) -> None:
        """It is not sent."""
        self._answer(frame.release_id, reason)

    async def send(self, link: Link, frame: ReleaseDrawer, pulse: bytes) -> None:
        """Send it, and answer what came of that."""
        try:
            await link.write(pulse, KICK_TIMEOUT_S)
        except LinkLost as error:
            self.refuse(frame, error.code)
            raise
        self._answer(frame.release_id, "")

    def _answer(self, release_id: str, refused: str) -> None:
        answer = DrawerReleased(release_id=release_id, ok=not refused, reason=refused)
        self._remember(release_id, answer)
        self._outbox.add_answer(answer)

    def _remember(self, release_id: str, answer: DrawerReleased | None) -> None:
        self._answered[release_id] = answer
        if len(self._answered) > REMEMBERED_RELEASES:
            self._answered.popitem(last=False)
