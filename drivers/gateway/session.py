"""One open device: its link read, its driver fed, its readings passed on, until the link is lost."""

from __future__ import annotations

from collections.abc import Callable

from drivers.base import Driver, Heard
from drivers.gateway.links.fd_link import Link

POLL_WRITE_TIMEOUT_S = 2.0

Hear = Callable[[Heard], None]


class Session:
    """Listens to one device; `writing` is set while a receipt is on the wire, when no poll may cut in."""

    def __init__(self, link: Link, driver: Driver, hear: Hear, monotonic: Callable[[], float]) -> None:
        self.link = link
        self.driver = driver
        self.writing = False
        self._hear = hear
        self._monotonic = monotonic
        self._settled = True
        self._last_byte_s = 0.0
        self._next_poll_s = 0.0

    async def listen(self) -> None:
        """Read until LinkLost."""
        self.driver.reset()
        self._last_byte_s = self._next_poll_s = self._monotonic()
        while True:
            await self._poll_if_due()
            data = await self.link.read(self._patience_s())
            if data:
                self._settled, self._last_byte_s = False, self._monotonic()
                self._pass_on(self.driver.receive(data))
            else:
                self._settle()

    async def _poll_if_due(self) -> None:
        if self.driver.poll_s is None or self._monotonic() < self._next_poll_s:
            return
        self._next_poll_s = self._monotonic() + self.driver.poll_s
        if not self.writing and (question := self.driver.poll()):
            await self.link.write(question, POLL_WRITE_TIMEOUT_S)
            self._settled, self._last_byte_s = False, self._monotonic()

    def _patience_s(self) -> float | None:
        waits = []
        if self.driver.quiet_s is not None and not self._settled:
            waits.append(self._last_byte_s + self.driver.quiet_s - self._monotonic())
        if self.driver.poll_s is not None:
            waits.append(self._next_poll_s - self._monotonic())
        return max(0.0, min(waits)) if waits else None

    def _settle(self) -> None:
        quiet_s = self.driver.quiet_s
        if quiet_s is None or self._settled or self._monotonic() < self._last_byte_s + quiet_s:
            return
        self._settled = True
        self._pass_on(self.driver.quiet())

    def _pass_on(self, heard: list[Heard]) -> None:
        for item in heard:
            self._hear(item)
