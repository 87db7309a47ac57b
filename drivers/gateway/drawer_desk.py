"""The drawers on one printer: kicked now or not at all, and felt through the connector."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping

from drivers.drawer.printer_port import DrawerOptions, PrinterPortDrawer
from drivers.gateway.links.fd_link import LinkLost
from drivers.gateway.outbox import Outbox
from drivers.gateway.session import Session
from drivers.messages import DrawerReleased, ReleaseDrawer
from drivers.printer.contract import ReceiptPrinter

MAX_WAITING = 8
REMEMBERED_RELEASES = 256
KICK_TIMEOUT_S = 2.0


class DrawerDesk:
    """Kicks go between receipts, never into one; `wire` is held by whoever is writing."""

    def __init__(
        self,
        printer_id: str,
        printer: ReceiptPrinter,
        drawers: Mapping[str, PrinterPortDrawer],
        outbox: Outbox,
        monotonic: Callable[[], float],
    ) -> None:
        self.wire = asyncio.Lock()
        self._printer_id = printer_id
        self._printer = printer
        self._drawers = dict(drawers)
        self._outbox = outbox
        self._monotonic = monotonic
        self._waiting: asyncio.Queue[tuple[ReleaseDrawer, float]] = asyncio.Queue(MAX_WAITING)
        self._answered: OrderedDict[str, DrawerReleased | None] = OrderedDict()
        self._open = False

    def accept(self, frame: ReleaseDrawer) -> None:
        """Queue a release; the same release_id again gets its first answer, not a second kick."""
        if frame.release_id in self._answered:
            if (answer := self._answered[frame.release_id]) is not None:
                self._outbox.add_answer(answer)
            return
        self._remember(frame.release_id, None)
        if not self._open:
            self._answer(frame, "printer.closed")
        elif self._waiting.full():
            self._answer(frame, "drawer.queue_full")
        else:
            self._waiting.put_nowait((frame, self._monotonic() + frame.expires_in_ms / 1000))

    def feel(self, *, pin_high: bool) -> None:
        """The connector's pin 3 changed."""
        for device_id, drawer in self._drawers.items():
            if (position := drawer.feel(pin_high=pin_high)) is not None:
                self._outbox.add_reading(device_id, position)

    def open(self) -> None:
        """The printer's link is up: releases are taken."""
        for drawer in self._drawers.values():
            drawer.forget()
        self._open = True

    def shut(self) -> None:
        """The printer's link is lost: what waits is refused."""
        self._open = False
        while not self._waiting.empty():
            self._answer(self._waiting.get_nowait()[0], "printer.closed")

    async def work(self, session: Session) -> None:
        """Kick until cancelled or the link is lost."""
        while True:
            frame, deadline_s = await self._waiting.get()
            await self._kick(session, frame, deadline_s)

    async def _kick(self, session: Session, frame: ReleaseDrawer, deadline_s: float) -> None:
        now_too = self._printer.options.drawer_kick == "realtime"
        drawer = self._drawer(frame.device_id)
        async with self.wire:
            if self._monotonic() > deadline_s:
                self._answer(frame, "drawer.expired")
            elif not now_too and (blocked := self._printer.blocked()):
                self._answer(frame, blocked)  # it would kick later, when nobody stands there
            else:
                await self._send(session, frame, drawer.kick_now() if now_too else drawer.kick())

    async def _send(self, session: Session, frame: ReleaseDrawer, pulse: bytes) -> None:
        try:
            await session.link.write(pulse, KICK_TIMEOUT_S)
        except LinkLost as error:
            self._answer(frame, error.code)
            raise
        self._answer(frame, "")

    def _drawer(self, device_id: str) -> PrinterPortDrawer:
        if device_id in self._drawers:
            return self._drawers[device_id]
        return next(iter(self._drawers.values()), PrinterPortDrawer(DrawerOptions()))

    def _answer(self, frame: ReleaseDrawer, refused: str) -> None:
        answer = DrawerReleased(release_id=frame.release_id, ok=not refused, reason=refused)
        self._remember(frame.release_id, answer)
        self._outbox.add_answer(answer)

    def _remember(self, release_id: str, answer: DrawerReleased | None) -> None:
        self._answered[release_id] = answer
        if len(self._answered) > REMEMBERED_RELEASES:
            self._answered.popitem(last=False)
