"""The print spool: queued jobs to their printers, one at a time each, never the same job twice.

The gateway keeps each job's fate durably, so a job is sent again under its own id until it has one.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable

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
_LOOK_AGAIN_S = 1.0
_FINAL = ("printed", "unknown", "failed")

Layout = Callable[[Reader, messages.PrintJobView], Document]
"""Lays a document out; joined by the app, which knows what an order looks like."""


class _Sent:
    __slots__ = ("ask_again_at_s", "device_id")

    def __init__(self, device_id: str, ask_again_at_s: float) -> None:
        self.device_id = device_id
        self.ask_again_at_s = ask_again_at_s


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
        self._answers: asyncio.Queue[wire.JobAnswer] = asyncio.Queue(1_000)
        gateways.on_print_answer(self._take_answer, self._forget_lost)

    def wake(self) -> None:
        """A job was queued."""
        self._due.set()

    async def run(self) -> None:
        """Serve until cancelled."""
        self._due.set()
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._due.wait(), _LOOK_AGAIN_S if self._sent else None)
            self._due.clear()
            await self._record_answers()
            await self._send_what_can_go()

    def _take_answer(self, answer: wire.JobAnswer) -> None:
        try:
            self._answers.put_nowait(answer)
        except asyncio.QueueFull:
            log.warning("print answers overflow; the job will be asked about again")
        self._due.set()

    def _forget_lost(self) -> None:
        """A gateway came or went: jobs whose printer is away are sent again when it is back."""
        self._sent = {
            job_id: sent for job_id, sent in self._sent.items() if self._gateways.link_of(sent.device_id)
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
        self._sent.pop(answer.job_id, None)
        job = store.print_job(self._readers, self._store_id, answer.job_id)
        if job is not None and self._is_stale(job):
            await self._finish(answer.job_id, "held", "too_old")

    async def _finish(self, job_id: str, state: str, reason: str) -> None:
        self._sent.pop(job_id, None)
        command = messages.FinishPrint(command_id=new_id(), job_id=job_id, state=state, reason=reason)  # type: ignore[arg-type]
        await self._bus.adispatch(command, SYSTEM)

    async def _send_what_can_go(self) -> None:
        for job_id, sent in list(self._sent.items()):
            await self._ask_if_silent(job_id, sent)
        busy = {sent.device_id for sent in self._sent.values()}
        for printer in self._idle_printers(busy):
            job = store.next_print_job(self._readers, self._store_id, printer.terminal_id or "")
            if job is not None:
                await self._send(job, printer.device_id)

    def _idle_printers(self, busy: set[str]) -> list[messages.DeviceView]:
        """The printers that work for a till, can be reached, and have no job under way."""
        if not self._gateways.connected():
            return []
        return [
            device
            for device in store.all_devices(self._readers, self._store_id)
            if device.kind == "printer"
            and device.terminal_id is not None
            and device.device_id not in busy
            and self._gateways.link_of(device.device_id) is not None
        ]

    async def _send(self, job: messages.PrintJobView, device_id: str) -> None:
        link = self._gateways.link_of(device_id)
        if link is None:
            return
        self._sent[job.job_id] = _Sent(device_id, self._now_s() + ANSWER_WITHIN_S)
        if self._is_stale(job):
            await link.send(wire.QueryJob(job_id=job.job_id))
            return
        try:
            document = self._layout(self._readers, job)
        except LookupError:
            await self._finish(job.job_id, "failed", "nothing_to_print")
            return
        await link.send(
            wire.Print(
                job_id=job.job_id,
                device_id=device_id,
                content_hash=content_hash(document),
                document=document,
            )
        )

    async def _ask_if_silent(self, job_id: str, sent: _Sent) -> None:
        if self._now_s() < sent.ask_again_at_s:
            return
        sent.ask_again_at_s = self._now_s() + ANSWER_WITHIN_S
        link = self._gateways.link_of(sent.device_id)
        if link is not None:
            await link.send(wire.QueryJob(job_id=job_id))

    def _is_stale(self, job: messages.PrintJobView) -> bool:
        return self._clock.read().wall_ms - job.queued_ms > model.PRINT_MAX_AGE_MS

    def _now_s(self) -> float:
        return self._clock.read().monotonic_s
