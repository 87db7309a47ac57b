"""One customer display's work: what was asked for last, and nothing before it."""

from __future__ import annotations

import asyncio

from drivers.base import Heard
from drivers.display.contract import CustomerDisplay
from drivers.gateway.session import Session
from drivers.messages import Show


class DisplayDesk:
    """Keeps only the newest Show: a slow display skips what came between, a new one shows it at once."""

    def __init__(self, device_id: str, display: CustomerDisplay) -> None:
        self._device_id = device_id
        self._display = display
        self._newest: Show | None = None
        self._due = asyncio.Event()

    def accept(self, frame: Show) -> None:
        """Show this next, in place of whatever waits."""
        self._newest = frame
        self._due.set()

    def hear(self, heard: Heard) -> None:
        """A display says nothing that is news."""

    def blocked(self) -> str:
        """Nothing is known against it."""
        return ""

    async def work(self, session: Session) -> None:
        """Show what is asked for until the link is lost."""
        self._due.set()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(session.listen(), name=f"{self._device_id}:listen")
                tasks.create_task(self._show_on(session), name=f"{self._device_id}:show")
        except ExceptionGroup as group:
            raise group.exceptions[0] from group

    async def _show_on(self, session: Session) -> None:
        await self._send(session, self._display.wake())
        while True:
            await self._due.wait()
            self._due.clear()
            if self._newest is not None:
                await self._send(session, self._display.show(self._newest))

    async def _send(self, session: Session, data: bytes) -> None:
        if data:
            await session.link.write(data, self._display.write_timeout_s)
