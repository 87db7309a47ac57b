"""One printer's work: receipts one after another, each at most once, and its drawers."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Mapping
from typing import Literal

from drivers.base import DrawerPin, Heard, PrintConfirmed, QueueDrained
from drivers.drawer.printer_port import PrinterPortDrawer
from drivers.gateway.calibrator import Keep
from drivers.gateway.drawer_desk import DrawerDesk
from drivers.gateway.job_log import JobLog, LoggedState
from drivers.gateway.links.fd_link import LinkLost
from drivers.gateway.outbox import Outbox
from drivers.gateway.session import Session
from drivers.messages import JobAnswer, JobState, Print, PrinterStatus, content_hash
from drivers.printer.contract import ReceiptPrinter

logger = logging.getLogger(__name__)

MAX_QUEUED_JOBS = 64
CHUNK_BYTES = 512
QUEUED = "gateway.queued"
SYNC_TIMEOUT_S = 2.0
# Somebody changing the roll in mid-receipt: a printer with paper again goes on by itself and confirms.
PAPER_CHANGE_S = 120.0

Outcome = tuple[Literal["printed", "unknown"], str]


class PrintDesk:
    """Takes print jobs from the hub, writes them to the printer of the moment, answers for each.

    A job is begun in the log before its first byte; what was begun is never written again.
    """

    def __init__(
        self,
        device_id: str,
        printer: ReceiptPrinter,
        drawers: Mapping[str, PrinterPortDrawer],
        keep: Keep,
        log: JobLog,
        outbox: Outbox,
        monotonic: Callable[[], float],
    ) -> None:
        self.device_id = device_id
        self.drawer_desk = DrawerDesk(device_id, printer, drawers, keep, outbox, monotonic)
        self._printer = printer
        self._log = log
        self._outbox = outbox
        self._session: Session | None = None
        self._jobs: asyncio.Queue[Print] = asyncio.Queue(MAX_QUEUED_JOBS)
        self._queued: set[str] = set()
        self._mark: bytes | None = None
        self._confirmed = asyncio.Event()
        self._drained = asyncio.Event()
        self._paper_out_at_drain = False
        self._open_job: str | None = None
        self._written_before: int | None = None

    def blocked(self) -> str:
        """Why the printer cannot print now, "" if it can."""
        return self._printer.blocked()

    def has_queued(self, job_id: str) -> bool:
        """Whether a job waits here and will be begun by itself."""
        return job_id in self._queued

    async def accept(self, frame: Print) -> None:
        """A print frame: answered from the log, queued, or refused with nothing printed."""
        if content_hash(frame.document) != frame.content_hash:
            self._answer(frame.job_id, "failed", "job.hash_mismatch")
            return
        known = await self._log.find(frame.job_id)
        if known is not None and known.content_hash != frame.content_hash:
            self._answer(frame.job_id, "failed", "job.content_differs")
        elif known is not None:
            self._answer(frame.job_id, known.state, known.reason)
        elif self.has_queued(frame.job_id):
            self._answer(frame.job_id, "not_started", QUEUED)
        elif self._session is None:
            self._answer(frame.job_id, "not_started", "printer.closed")
        elif self._jobs.full():
            self._answer(frame.job_id, "not_started", "printer.queue_full")
        else:
            self._queued.add(frame.job_id)
            self._jobs.put_nowait(frame)

    def hear(self, heard: Heard) -> PrinterStatus | None:
        """What the printer said; its status is handed back as news for the hub."""
        match heard:
            case PrintConfirmed(mark=mark) if mark == self._mark:
                self._confirmed.set()
            case QueueDrained(paper_out=paper_out, still_pending=0):
                self._paper_out_at_drain = paper_out
                self._drained.set()
            case DrawerPin(high=high):
                self.drawer_desk.calibrator.feel(pin_high=high)
            case PrinterStatus():
                return heard
        return None

    async def work(self, session: Session) -> None:
        """Print what is queued until the link is lost; the receipt in hand is then unknown."""
        self._session = session
        self.drawer_desk.open()
        reason = "gateway.stopped"
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(session.listen(), name=f"{self.device_id}:listen")
                tasks.create_task(self._print_jobs(session), name=f"{self.device_id}:print")
                tasks.create_task(self.drawer_desk.work(session), name=f"{self.device_id}:drawer")
                tasks.create_task(self.drawer_desk.calibrator.work(), name=f"{self.device_id}:learn")
        except ExceptionGroup as group:
            first = group.exceptions[0]
            reason = first.code if isinstance(first, LinkLost) else "gateway.driver_failed"
            raise first from group
        finally:
            self._session = None
            self.drawer_desk.shut()
            await self._close_open_job(session, reason)
            self._turn_away()

    async def _print_jobs(self, session: Session) -> None:
        while True:
            frame = await self._jobs.get()
            self._open_job, self._written_before = frame.job_id, None
            try:
                await self._print(session, frame)
            finally:
                self._queued.discard(frame.job_id)
            self._open_job = None

    async def _print(self, session: Session, frame: Print) -> None:
        if blocked := self._printer.blocked():
            self._answer(frame.job_id, "not_started", blocked)
            return
        receipt = await self._render(frame)
        if receipt is None:
            self._answer(frame.job_id, "failed", "job.cannot_render")
            return
        in_step = await self._in_step(session)
        if await self._begin(frame):
            self._answer(frame.job_id, "printing")
            state, reason = await self._write_and_confirm(session, frame.job_id, receipt)
            if state == "printed" and not in_step:
                state, reason = "unknown", "printer.answers_out_of_step"
            await self._end(frame.job_id, state, reason)

    async def _render(self, frame: Print) -> bytes | None:
        try:
            return await asyncio.to_thread(self._printer.render, frame.document)
        except Exception:  # supervisor: one receipt that cannot be drawn must not stop the printer
            logger.exception("job %s cannot be rendered", frame.job_id)
            return None

    async def _in_step(self, session: Session) -> bool:
        """Before a job confirmed by draining: whether no answer to an earlier job can be taken for ours."""
        if self._printer.options.confirm != "drained":
            return True
        self._drained.clear()
        async with self.drawer_desk.wire:
            await session.link.write(self._printer.ask_queue(), self._printer.options.write_timeout_s)
        in_step = await _seen(self._drained, SYNC_TIMEOUT_S)
        self._printer.forget_queries()
        return in_step

    async def _begin(self, frame: Print) -> bool:
        try:
            begun = await self._log.begin(frame.job_id, frame.content_hash)
        except sqlite3.Error as error:
            logger.error("job log: %s", error)
            self._answer(frame.job_id, "not_started", "gateway.log_failed")
            return False
        if not begun and (known := await self._log.find(frame.job_id)):
            self._answer(frame.job_id, known.state, known.reason)
        return begun

    async def _write_and_confirm(self, session: Session, job_id: str, receipt: bytes) -> Outcome:
        self._confirmed.clear()
        self._drained.clear()
        async with self.drawer_desk.wire:
            session.writing = True
            self._written_before = session.link.written
            try:
                for start in range(0, len(receipt), CHUNK_BYTES):
                    await self._write(session, receipt[start : start + CHUNK_BYTES])
                request, self._mark = self._printer.confirm_request(job_id)
                await self._write(session, request)
                is_stored = await session.link.stored()
            finally:
                session.writing = False
        return ("printed", "") if is_stored else await self._outcome(job_id)

    async def _write(self, session: Session, data: bytes) -> None:
        await session.link.write(data, self._printer.options.write_timeout_s)

    async def _outcome(self, job_id: str) -> Outcome:
        options = self._printer.options
        if options.confirm == "none":
            return "unknown", "printer.cannot_confirm"
        proof = self._confirmed if options.confirm == "process_id" else self._drained
        waited_s = 0.0
        while not await _seen(proof, options.confirm_s):
            waited_s += options.confirm_s
            blocked = self._printer.blocked()
            if not blocked or waited_s >= PAPER_CHANGE_S:
                return "unknown", blocked or "printer.not_confirmed"
            self._answer(job_id, "printing", blocked)
        if options.confirm == "drained" and self._paper_out_at_drain:
            return "unknown", "printer.paper_out"
        return "printed", ""

    async def _end(self, job_id: str, state: LoggedState, reason: str) -> None:
        try:
            await self._log.finish(job_id, state, reason)
        except sqlite3.Error as error:  # it stays begun: unknown after a restart, never printed again
            logger.error("job log: %s", error)
        self._answer(job_id, state, reason)

    async def _close_open_job(self, session: Session, reason: str) -> None:
        """The link went while a job was in hand: unknown if one byte of it can have left."""
        job_id, self._open_job = self._open_job, None
        if job_id is None:
            return
        known = await self._log.find(job_id)
        if known is not None and known.state != "printing":
            self._answer(job_id, known.state, known.reason)
        elif self._written_before in {None, session.link.written}:
            await self._log.forget(job_id)
            self._answer(job_id, "not_started", reason)
        else:
            await self._end(job_id, "unknown", reason)

    def _turn_away(self) -> None:
        while not self._jobs.empty():
            job_id = self._jobs.get_nowait().job_id
            self._queued.discard(job_id)
            self._answer(job_id, "not_started", "printer.closed")

    def _answer(self, job_id: str, state: JobState, reason: str = "") -> None:
        self._outbox.add_answer(JobAnswer(job_id=job_id, state=state, reason=reason))


async def _seen(event: asyncio.Event, timeout_s: float) -> bool:
    try:
        async with asyncio.timeout(timeout_s):
            await event.wait()
    except TimeoutError:
        return event.is_set()
    return True
