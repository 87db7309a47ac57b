"""The print spool: queued jobs to their printers, one at a time each, never the same job twice.

The gateway keeps each job's fate durably, so a job is sent again under its own id until it has one. Which
gateway was given a job is kept here before it is: no other is given it until that one says it never began.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import NamedTuple

from drivers import messages as wire
from drivers.messages import Document, content_hash
from hub.devices import messages, model, store
from hub.devices.links import Gateways
from hub.kernel.bus import Bus
from hub.kernel.clock import Clock
from hub.kernel.context import SYSTEM
from hub.kernel.db import Readers
from hub.kernel.ids import new_id
from hub.kernel.sql import Reader

log = logging.getLogger(__name__)

ANSWER_WITHIN_S = 20.0
"""A printer that says nothing for this long is asked again about its job."""
REST_S = 5.0
"""A printer that could not begin is left alone for this long, or until a device or a gateway changes."""
STRANDED_LOOK_S = 10.0
"""So often is looked for jobs whose till has no printer."""
_LOOK_AGAIN_S = 1.0
_FINAL = ("printed", "unknown", "failed")
_WAITS_AT_GATEWAY = "gateway.queued"

Layout = Callable[[Reader, messages.PrintJobView], Document]
"""Lays a document out; joined by the app, which knows what an order looks like."""


class _Sent:
    __slots__ = ("ask_again_at_s", "device_id", "gateway_id", "is_only_asked")

    def __init__(
        self, device_id: str, gateway_id: str, ask_again_at_s: float, is_only_asked: bool = False
    ) -> None:
        self.device_id = device_id
        self.gateway_id = gateway_id
        self.ask_again_at_s = ask_again_at_s
        self.is_only_asked = is_only_asked


class _Idle(NamedTuple):
    device_id: str
    terminal_id: str | None
    kind: str


class Spool:
    """Runs on the event loop; wake it after commits."""

    def __init__(
        self, bus: Bus, readers: Readers, store_id: str, gateways: Gateways, clock: Clock, layout: Layout
    ) -> None:
        self._bus = bus
        self._readers = readers
        self._store_id = store_id
        self._gateways = gateways
        self._clock = clock
        self._layout = layout
        self._due = asyncio.Event()
        self._sent: dict[str, _Sent] = {}
        self._someone_waits = self._someone_is_stranded = False
        self._stranded_look_s = 0.0
        self._resting_until_s: dict[str, float] = {}
        self._answers: asyncio.Queue[wire.JobAnswer] = asyncio.Queue(1_000)
        gateways.on_print_answer(self._take_answer, self._forget_lost)

    def wake(self) -> None:
        """A job was queued."""
        self._due.set()

    async def run(self) -> None:
        """Serve until cancelled."""
        self._due.set()
        while True:
            look_again_s = _LOOK_AGAIN_S if self._has_to_look_again() else None
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(look_again_s):
                    await self._due.wait()
            self._due.clear()
            try:
                await self._record_answers()
                await self._send_what_can_go()
            except Exception:  # supervisor: no one job, and no bad moment of the disk, ends all printing
                log.exception("print spool failed; going on")
                await asyncio.sleep(_LOOK_AGAIN_S)
                self._due.set()

    def _take_answer(self, answer: wire.JobAnswer) -> None:
        try:
            self._answers.put_nowait(answer)
        except asyncio.QueueFull:
            log.warning("print answers overflow; the job will be asked about again")
        self._due.set()

    def _forget_lost(self) -> None:
        """A gateway or device changed: jobs whose printer is away are sent again when it is back."""
        self._resting_until_s.clear()
        self._stranded_look_s = 0.0
        self._sent = {
            job_id: sent for job_id, sent in self._sent.items() if self._gateways.link_to(sent.gateway_id)
        }
        self._due.set()

    async def _record_answers(self) -> None:
        while not self._answers.empty():
            answer = self._answers.get_nowait()
            if answer.state in _FINAL:
                await self._finish(answer.job_id, answer.state, answer.reason)
            elif answer.state == "not_started":
                await self._not_started(answer)
            elif (sent := self._sent.get(answer.job_id)) is not None:
                sent.ask_again_at_s = self._now_s() + ANSWER_WITHIN_S

    async def _not_started(self, answer: wire.JobAnswer) -> None:
        sent = self._sent.get(answer.job_id)
        if sent is not None and answer.reason == _WAITS_AT_GATEWAY:
            sent.ask_again_at_s = self._now_s() + ANSWER_WITHIN_S
            return
        self._sent.pop(answer.job_id, None)
        if sent is not None and sent.is_only_asked:
            await self._bus.adispatch(
                messages.TakeBackPrint(command_id=new_id(), job_id=answer.job_id), SYSTEM
            )
        job = store.print_job(self._readers, self._store_id, answer.job_id)
        if job is not None and self._is_stale(job):
            await self._finish(answer.job_id, "held", "too_old")
        elif sent is not None and answer.reason:
            self._rest(sent.device_id)

    async def _finish(self, job_id: str, state: str, reason: str) -> None:
        sent = self._sent.pop(job_id, None)
        command = messages.FinishPrint(command_id=new_id(), job_id=job_id, state=state, reason=reason)  # type: ignore[arg-type]
        outcome = await self._bus.adispatch(command, SYSTEM)
        if outcome.refusal is not None and sent is not None:
            self._rest(sent.device_id)  # not recorded: the gateway remembers, and is asked again then

    def _rest(self, device_id: str) -> None:
        self._resting_until_s[device_id] = self._now_s() + REST_S

    async def _send_what_can_go(self) -> None:
        now_s = self._now_s()
        self._resting_until_s = {
            device_id: until_s for device_id, until_s in self._resting_until_s.items() if until_s > now_s
        }
        for job_id, sent in list(self._sent.items()):
            await self._ask_if_silent(job_id, sent)
        self._someone_waits = False
        for printer in self._idle_printers():
            await self._send_next(printer)
        if now_s >= self._stranded_look_s:
            self._stranded_look_s = now_s + STRANDED_LOOK_S
            await self._attend_stranded()

    async def _send_next(self, printer: _Idle) -> None:
        """The oldest job that may go to this printer now; one that another gateway has holds up no other."""
        jobs = store.waiting_print_jobs_of(self._readers, self._store_id, printer.device_id)
        if printer.terminal_id is not None:
            jobs += store.waiting_print_jobs(self._readers, self._store_id, printer.terminal_id, printer.kind)
        for job in jobs:
            if job.job_id not in self._sent and await self._send(job, printer.device_id):
                return

    async def _attend_stranded(self) -> None:
        """Jobs of tills that have no printer: whoever was given one is asked, the others are soon skipped."""
        served = {
            (device.terminal_id, device.kind) for device in store.all_devices(self._readers, self._store_id)
        }
        self._someone_is_stranded = False
        for waiting in store.waiting_tills(self._readers, self._store_id):
            if (waiting.terminal_id, waiting.printer_kind) not in served:
                self._someone_is_stranded = True
                await self._attend_till(waiting)

    async def _attend_till(self, till: store.WaitingView) -> None:
        place = (self._readers, self._store_id, till.terminal_id, till.printer_kind)
        given = store.given_print_jobs(*place)
        for job in given:
            attempt = store.print_attempt(self._readers, job.job_id)
            if attempt is not None and job.job_id not in self._sent:
                await self._ask_first(job, attempt)
        if not given and self._clock.read().wall_ms - till.since_ms > model.NO_PRINTER_MS:
            await self._bus.adispatch(
                messages.SkipPrints(
                    command_id=new_id(), terminal_id=till.terminal_id, printer_kind=till.printer_kind
                ),
                SYSTEM,
            )

    async def _ask_first(self, job: messages.PrintJobView, attempt: store.AttemptView) -> None:
        """Ask the gateway that was given the job; while it is away, wait, and not for ever."""
        self._someone_waits = True
        link = self._gateways.link_to(attempt.gateway_id)
        if link is not None:
            until_s = self._now_s() + ANSWER_WITHIN_S
            self._sent[job.job_id] = _Sent(attempt.device_id, attempt.gateway_id, until_s, is_only_asked=True)
            await link.send(wire.QueryJob(job_id=job.job_id))
        elif self._clock.read().wall_ms - attempt.given_ms > model.GIVEN_AWAY_MS:
            await self._finish(job.job_id, "held", "gateway_away")

    def _has_to_look_again(self) -> bool:
        return bool(self._sent or self._resting_until_s or self._someone_waits or self._someone_is_stranded)

    def _idle_printers(self) -> list[_Idle]:
        """Each printer that can be reached, is idle and not left alone, with the till that it serves.

        Of several of a kind bound to one till only the first serves it, or each would print the same receipt.
        """
        if not self._gateways.connected():
            return []
        away = {sent.device_id for sent in self._sent.values()} | self._resting_until_s.keys()
        served: set[tuple[str | None, str]] = set()
        idle: list[_Idle] = []
        for device in store.all_devices(self._readers, self._store_id):
            if device.kind not in model.PRINTER_KINDS:
                continue
            place = (device.terminal_id, device.kind)
            terminal_id = None if place in served else device.terminal_id
            served.add(place)
            if device.device_id not in away and self._gateways.link_of(device.device_id) is not None:
                idle.append(_Idle(device.device_id, terminal_id, device.kind))
        return idle

    async def _send(self, job: messages.PrintJobView, device_id: str) -> bool:
        """Give a job to a printer; False where it must not go there now."""
        link = self._gateways.link_of(device_id)
        if link is None:
            return False
        attempt = store.print_attempt(self._readers, job.job_id)
        if attempt is not None and attempt.gateway_id != link.gateway_id:
            await self._ask_first(job, attempt)
            return False
        self._sent[job.job_id] = _Sent(device_id, link.gateway_id, self._now_s() + ANSWER_WITHIN_S)
        if self._is_stale(job):
            await link.send(wire.QueryJob(job_id=job.job_id))
            return True
        try:
            document = self._layout(self._readers, job)
        except LookupError:
            await self._finish(job.job_id, "failed", "nothing_to_print")
            return False
        is_known = attempt is not None and attempt.device_id == device_id
        if is_known or await self._give(job, device_id, link.gateway_id):
            await link.send(
                wire.Print(
                    job_id=job.job_id,
                    device_id=device_id,
                    content_hash=content_hash(document),
                    document=document,
                )
            )
        return True

    async def _give(self, job: messages.PrintJobView, device_id: str, gateway_id: str) -> bool:
        """Keep which gateway gets the job; False when that cannot be kept, and it must not be sent."""
        command = messages.GivePrint(
            command_id=new_id(), job_id=job.job_id, device_id=device_id, gateway_id=gateway_id
        )
        outcome = await self._bus.adispatch(command, SYSTEM)
        if outcome.refusal is not None:
            del self._sent[job.job_id]
            self._rest(device_id)
            return False
        return True

    async def _ask_if_silent(self, job_id: str, sent: _Sent) -> None:
        if self._now_s() < sent.ask_again_at_s:
            return
        sent.ask_again_at_s = self._now_s() + ANSWER_WITHIN_S
        link = self._gateways.link_to(sent.gateway_id)
        if link is not None:
            await link.send(wire.QueryJob(job_id=job_id))

    def _is_stale(self, job: messages.PrintJobView) -> bool:
        return self._clock.read().wall_ms - job.queued_ms > model.PRINT_MAX_AGE_MS

    def _now_s(self) -> float:
        return self._clock.read().monotonic_s
