"""A drawer on a trigger box of its own: kicked now or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from drivers.base import Heard
from drivers.drawer.serial_trigger import SerialTrigger
from drivers.gateway.kicks import Kicks
from drivers.gateway.outbox import Outbox
from drivers.gateway.session import Session
from drivers.messages import DrawerLearnt, LearnDrawer, ReleaseDrawer


class TriggerDesk:
    """One box; its line carries nothing but kicks."""

    def __init__(
        self, device_id: str, box: SerialTrigger, outbox: Outbox, monotonic: Callable[[], float]
    ) -> None:
        self._device_id = device_id
        self._box = box
        self._outbox = outbox
        self._kicks = Kicks(outbox, monotonic, "drawer.closed")

    def accept(self, frame: ReleaseDrawer) -> None:
        """Queue a release; the same release_id again gets its first answer, not a second kick."""
        self._kicks.accept(frame)

    def learn(self, frame: LearnDrawer) -> None:
        """There is nothing to learn: a box says nothing."""
        self._outbox.add_answer(
            DrawerLearnt(request_id=frame.request_id, ok=False, reason="drawer.no_sensor")
        )

    def hear(self, heard: Heard) -> None:
        """A box says nothing."""

    def blocked(self) -> str:
        """Nothing holds a box up that it could tell of."""
        return ""

    async def work(self, session: Session) -> None:
        """Listen and kick until the link is lost."""
        self._kicks.open()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(session.listen(), name=f"{self._device_id}:listen")
                tasks.create_task(self._kick_all(session), name=f"{self._device_id}:kick")
        except ExceptionGroup as group:
            raise group.exceptions[0] from group
        finally:
            self._kicks.shut()

    async def _kick_all(self, session: Session) -> None:
        while True:
            frame, deadline_s = await self._kicks.next()
            if self._kicks.is_late(deadline_s):
                self._kicks.refuse(frame, "drawer.expired")
            else:
                await self._kicks.send(session.link, frame, self._box.kick())
