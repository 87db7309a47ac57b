"""Learning what the sensors of one printer's drawers mean: a person shows each shut, then open."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping

import msgspec

from drivers.drawer.printer_port import PrinterPortDrawer
from drivers.gateway.calibrations import meaning
from drivers.gateway.outbox import Outbox
from drivers.messages import DrawerLearnt, LearnDrawer, OpenWhen
from drivers.printer.contract import ReceiptPrinter

logger = logging.getLogger(__name__)

# Between "it is shut" and "it is open": somebody has to look for the key.
PATIENCE_S = 180.0
# Beyond what the printer itself needs to tell of a move.
GRACE_S = 0.5
MAX_WAITING = 8

Keep = Callable[[str, OpenWhen, str], None]


class _Shut(msgspec.Struct, frozen=True):
    device_id: str
    high: bool


class Calibrator:
    """One drawer at a time; while one is learnt its position is not known."""

    def __init__(
        self,
        printer: ReceiptPrinter,
        drawers: Mapping[str, PrinterPortDrawer],
        keep: Keep,
        outbox: Outbox,
    ) -> None:
        self._printer = printer
        self._drawers = drawers
        self._keep = keep
        self._outbox = outbox
        self._waiting: asyncio.Queue[LearnDrawer] = asyncio.Queue(MAX_WAITING)
        self._high: bool | None = None
        self._moved = asyncio.Event()
        self._shut: _Shut | None = None

    def accept(self, frame: LearnDrawer, *, is_open: bool) -> None:
        """Queue what a person shows; `is_open`: the printer's link is up."""
        if frame.device_id not in self._drawers:
            self._answer(frame, "drawer.no_sensor")
        elif not is_open:
            self._answer(frame, "printer.closed")
        elif self._waiting.full():
            self._answer(frame, "drawer.queue_full")
        else:
            self._waiting.put_nowait(frame)

    def feel(self, *, pin_high: bool) -> None:
        """The connector's pin 3 is at this level; every drawer says whether that is news."""
        self._high = pin_high
        self._moved.set()
        for device_id, drawer in self._drawers.items():
            if (position := drawer.feel(pin_high=pin_high)) is not None:
                self._outbox.add_reading(device_id, position)

    def forget(self) -> None:
        """The printer went away: its levels are not known."""
        self._high = None
        for drawer in self._drawers.values():
            drawer.forget()

    async def work(self) -> None:
        """Learn until cancelled; a drawer that was shown shut and never open stays as it was."""
        try:
            while True:
                try:
                    async with asyncio.timeout(PATIENCE_S if self._shut else None):
                        frame = await self._waiting.get()
                except TimeoutError:
                    self._give_up()
                    continue
                await self._see(frame)
        finally:
            self._give_up()
            while not self._waiting.empty():
                self._answer(self._waiting.get_nowait(), "printer.closed")

    async def _see(self, frame: LearnDrawer) -> None:
        try:
            await (self._see_open(frame) if frame.is_open else self._see_shut(frame))
        except asyncio.CancelledError:
            self._answer(frame, "printer.closed")
            raise

    async def _see_shut(self, frame: LearnDrawer) -> None:
        self._give_up()
        if (within_s := self._printer.pin_within_s) is not None:
            await asyncio.sleep(within_s + GRACE_S)  # what is known may be from before it was shut
        if self._high is None or within_s is None:
            self._answer(frame, "drawer.level_unknown")
            return
        doubted = self._drawers[frame.device_id].doubt()
        self._outbox.add_reading(frame.device_id, doubted)
        self._shut = _Shut(frame.device_id, self._high)
        self._answer(frame, "drawer.seen_shut", ok=True)

    async def _see_open(self, frame: LearnDrawer) -> None:
        shut = self._shut
        if shut is None or shut.device_id != frame.device_id:
            self._answer(frame, "drawer.show_shut_first")
            return
        is_other = await self._changed_from(shut.high)
        if self._printer.pin_within_s is None:
            self._give_up()
            self._answer(frame, "drawer.level_unknown")
            return
        self._learn(frame, meaning(shut_high=shut.high, open_high=shut.high != is_other))

    async def _changed_from(self, high: bool) -> bool:
        try:
            async with asyncio.timeout((self._printer.pin_within_s or 0) + GRACE_S):
                while self._high == high:
                    self._moved.clear()
                    await self._moved.wait()
        except TimeoutError:
            return False
        return True

    def _learn(self, frame: LearnDrawer, open_when: OpenWhen) -> None:
        """Kept and believed in one go: a link lost in between would leave the file and the drawer at odds."""
        try:
            self._keep(frame.device_id, open_when, frame.by)
        except OSError as error:
            logger.error("%s: calibration cannot be kept: %s", frame.device_id, error)
            self._give_up()
            self._answer(frame, "drawer.not_kept")
            return
        self._shut = None
        self._believe(frame.device_id, open_when)
        is_felt = open_when != "unwired"
        self._answer(
            frame, "drawer.calibrated" if is_felt else "drawer.unwired", ok=is_felt, learnt=open_when
        )

    def _give_up(self) -> None:
        if self._shut is not None:
            shut, self._shut = self._shut, None
            self._believe(shut.device_id, None)

    def _believe(self, device_id: str, open_when: OpenWhen | None) -> None:
        drawer = self._drawers[device_id]
        drawer.learn(open_when)
        if self._high is not None and (position := drawer.feel(pin_high=self._high)) is not None:
            self._outbox.add_reading(device_id, position)

    def _answer(
        self, frame: LearnDrawer, reason: str, *, ok: bool = False, learnt: OpenWhen | None = None
    ) -> None:
        self._outbox.add_answer(
            DrawerLearnt(request_id=frame.request_id, ok=ok, reason=reason, open_when=learnt)
        )
