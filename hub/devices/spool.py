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
REST_S = 5.0
"""A printer that could not begin is left alone for this long, or until a device or a gateway changes."""
_LOOK_AGAIN_S = 1.0
_FINAL = ("printed", "unknown", "failed")
_WAITS_AT_GATEWAY = "gateway.queued"

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
            look_again_s = _LOOK_AGAIN_S if self._sent or self._resting_until_s else None
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
        sent = self._sent.get(answer.job_id)
        if sent is not None and answer.reason == _WAITS_AT_GATEWAY:
            sent.ask_again_at_s = self._now_s() + ANSWER_WITHIN_S
            return
        self._sent.pop(answer.job_id, None)
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
        for device_id, terminal_id in self._idle_printers():
            job = store.next_print_job_of(self._readers, self._store_id, device_id)
            if job is None and terminal_id is not None:
                job = store.next_print_job(self._readers, self._store_id, terminal_id)
            if job is not None and job.job_id not in self._sent:
                await self._send(job, device_id)

    def _idle_printers(self) -> list[tuple[str, str | None]]:
        """Each printer that can be reached, is idle and not left alone, with the till that it serves.

        Of several bound to one till only the first serves it, or each would print the same receipt.
        """
        if not self._gateways.connected():
            return []
        away = {sent.device_id for sent in self._sent.values()} | self._resting_until_s.keys()
        served: set[str | None] = set()
        idle: list[tuple[str, str | None]] = []
        for device in store.all_devices(self._readers, self._store_id):
            if device.kind != "printer":
                continue
            terminal_id = None if device.terminal_id in served else device.terminal_id
            served.add(terminal_id)
            if device.device_id not in away and self._gateways.link_of(device.device_id) is not None:
                idle.append((device.device_id, terminal_id))
        return idle

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
            self._due.set()  # for the job behind it
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
