"""A printer of the tests on a real pty: keeps what it got, confirms process ids if told to."""

from __future__ import annotations

import asyncio
import os
import pty
import re
import tty

from tests.drivers.gateway.fake_hub import PATIENCE_S

READY = bytes.fromhex("1000000f")
_ASKS = re.compile(rb"\x1d\x61\x0f|\x10\x04\x01|\x1d\x28\x48\x06\x00\x30\x30([\x20-\x7e]{4})")


class PtyPrinter:
    """Read by the test's event loop; stalls when `reading` is off, as a printer that went deaf."""

    def __init__(self) -> None:
        self.master, slave = pty.openpty()
        tty.setraw(self.master)
        self.path = os.ttyname(slave)
        self._slave = slave  # kept open so that the gateway's end can come and go
        self.got = bytearray()
        self.confirming = True
        self.marks: list[bytes] = []
        self._seen = 0
        self._grew = asyncio.Event()
        asyncio.get_running_loop().add_reader(self.master, self._read)

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self.master)
        os.close(self.master)
        os.close(self._slave)

    async def until(self, part: bytes) -> None:
        """Wait until this was received."""
        async with asyncio.timeout(PATIENCE_S):
            while part not in self.got:
                self._grew.clear()
                await self._grew.wait()

    def _read(self) -> None:
        self.got += os.read(self.master, 65536)
        for ask in _ASKS.finditer(self.got, self._seen):
            self._seen = ask.end()
            if mark := ask.group(1):
                self.marks.append(bytes(mark))
                if self.confirming:
                    os.write(self.master, b"\x37\x22" + mark + b"\x00")
            else:
                os.write(self.master, READY if ask.group(0)[0] == 0x1D else b"\x12")
        self._grew.set()
