"""The drawers on one printer: kicked now or not at all, felt through the connector, learnt from a person."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from drivers.drawer.printer_port import DrawerOptions, PrinterPortDrawer
from drivers.gateway.calibrator import Calibrator, Keep
from drivers.gateway.kicks import Kicks
from drivers.gateway.outbox import Outbox
from drivers.gateway.session import Session
from drivers.messages import LearnDrawer, ReleaseDrawer
from drivers.printer.contract import ReceiptPrinter


class DrawerDesk:
    """Kicks go between receipts, never into one; `wire` is held by whoever is writing."""

    def __init__(
        self,
        printer_id: str,
        printer: ReceiptPrinter,
        drawers: Mapping[str, PrinterPortDrawer],
        keep: Keep,
        outbox: Outbox,
        monotonic: Callable[[], float],
    ) -> None:
        self.wire = asyncio.Lock()
        self._printer_id = printer_id
        self._printer = printer
        self._drawers = dict(drawers)
        self.calibrator = Calibrator(printer, self._drawers, keep, outbox)
        self._kicks = Kicks(outbox, monotonic, "printer.closed")

    def accept(self, frame: ReleaseDrawer) -> None:
        """Queue a release; the same release_id again gets its first answer, not a second kick."""
        self._kicks.accept(frame)

    def learn(self, frame: LearnDrawer) -> None:
        """A person shows a drawer."""
        self.calibrator.accept(frame, is_open=self._kicks.is_open)

    def open(self) -> None:
        """The printer's link is up: releases are taken."""
        self.calibrator.forget()
        self._kicks.open()

    def shut(self) -> None:
        """The printer's link is lost: what waits is refused."""
        self._kicks.shut()

    async def work(self, session: Session) -> None:
        """Kick until cancelled or the link is lost."""
        while True:
            frame, deadline_s = await self._kicks.next()
            await self._kick(session, frame, deadline_s)

    async def _kick(self, session: Session, frame: ReleaseDrawer, deadline_s: float) -> None:
        now_too = self._printer.options.drawer_kick == "realtime"
        drawer = self._drawer(frame.device_id)
        async with self.wire:
            if self._kicks.is_late(deadline_s):
                self._kicks.refuse(frame, "drawer.expired")
            elif not now_too and (blocked := self._printer.blocked()):
                self._kicks.refuse(frame, blocked)  # it would kick later, when nobody stands there
            else:
                await self._kicks.send(session.link, frame, drawer.kick_now() if now_too else drawer.kick())

    def _drawer(self, device_id: str) -> PrinterPortDrawer:
        if device_id in self._drawers:
            return self._drawers[device_id]
        return next(iter(self._drawers.values()), PrinterPortDrawer(DrawerOptions()))
