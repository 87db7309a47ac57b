"""A mock input node as a wire: whole input events out, nothing in."""

import asyncio
import os
from collections.abc import Callable

from hardware_sim.devices.input_keys import EVENT, dropped
from hardware_sim.devices.input_record import InputIdentity
from hardware_sim.devices.testbed import Testbed
from hardware_sim.devices.wire import CARRIED_OVER_S, Ears, hung_up, settled

WATCH_S = 0.05
# The tty under a mock node holds 4,096 bytes; more in flight could tear an event, which evdev would lose.
# 84 events are an EAN-13 and its Enter: a usual scan leaves in one piece. What was written shows as unread
# only when a kernel worker has carried it over, hence the pause before the next piece is even considered.
CHUNK_BYTES = 84 * EVENT.size
PAUSE_S = 0.005


class InputWire:
    """Each plug makes a new node behind the same by-id link. A reader too slow is told SYN_DROPPED."""

    def __init__(
        self, testbed: Testbed, identity: InputIdentity, ears: Ears, now_us: Callable[[], int]
    ) -> None:
        self._testbed, self._identity, self._ears, self._now_us = testbed, identity, ears, now_us
        self._fd: int | None = None
        self._slave_path = ""
        self._watch: asyncio.TimerHandle | None = None
        self._was_connected = False
        self._overrun = False
        self._rested_at_s = 0.0

    @property
    def link(self) -> str:
        return f"hid:///dev/input/{self._identity.by_id}"

    @property
    def plugged(self) -> bool:
        return self._fd is not None

    @property
    def connected(self) -> bool:
        return self._fd is not None and not hung_up(self._fd)

    def pace(self, bytes_per_s: int | None) -> None:
        """A scanner takes nothing from the host."""

    def plug(self) -> None:
        if self._fd is not None:
            return
        self._identity = self._identity.numbered(self._testbed.next_number())
        self._fd = self._testbed.add(self._identity)
        self._slave_path = self._testbed.slave(self._identity)
        self._ears.line_changed()
        self._look()

    def unplug(self) -> None:
        if self._fd is None:
            return
        if self._watch is not None:
            self._watch.cancel()
        self._testbed.remove(self._identity, self._fd)
        self._fd, self._was_connected, self._overrun = None, False, False
        self._ears.line_changed()

    async def send(self, data: bytes) -> bool:
        for start in range(0, len(data), CHUNK_BYTES):
            if self._fd is None or not self.connected:
                return False
            if not await self._read_up():
                self._overrun = self.connected
                return False
            await self._write(data[start : start + CHUNK_BYTES])
        return True

    async def settle(self) -> None:
        await asyncio.sleep(CARRIED_OVER_S)
        if self._fd is not None:
            await settled(self._fd, self._slave_path)

    async def _read_up(self) -> bool:
        """Whether the host has read all that was written before."""
        await asyncio.sleep(max(0.0, self._rested_at_s - asyncio.get_running_loop().time()))
        return self._fd is not None and await settled(self._fd, self._slave_path)

    async def _write(self, chunk: bytes) -> None:
        if self._overrun:
            self._overrun = False
            chunk = dropped(self._now_us()) + chunk
        while chunk and self._fd is not None:
            try:
                chunk = chunk[os.write(self._fd, chunk) :]
            except BlockingIOError:
                await asyncio.sleep(PAUSE_S)
        self._rested_at_s = asyncio.get_running_loop().time() + PAUSE_S

    def _look(self) -> None:
        """Nothing tells us that a host opened the node, so it is looked at for the bench's sake."""
        if self._fd is None:
            return
        if self._was_connected != self.connected:
            self._was_connected = not self._was_connected
            self._ears.line_changed()
        self._watch = asyncio.get_running_loop().call_later(WATCH_S, self._look)
