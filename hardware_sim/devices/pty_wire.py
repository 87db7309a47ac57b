"""A serial line as a pseudo-terminal: a new pty for each plug, behind a symlink that stays."""

import asyncio
import os
import tty
from pathlib import Path

from hardware_sim.devices.wire import (
    CARRIED_OVER_S,
    READ_BYTES,
    Ears,
    PacedReader,
    hung_up,
    read_some,
    settled,
)

WATCH_S = 0.01  # a pty tells nobody that it was opened, so an unopened one is looked at this often
SEND_TIMEOUT_S = 5.0


class PtyWire:
    """`path` points to a fresh pty while plugged; the device side never keeps the host side open."""

    def __init__(self, path: Path, ears: Ears, scheme: str = "serial") -> None:
        self._path, self._ears, self._scheme = path, ears, scheme
        self._master: int | None = None
        self._slave_path = ""
        self._reader: PacedReader | None = None
        self._watch: asyncio.TimerHandle | None = None
        self._bytes_per_s: int | None = None

    @property
    def link(self) -> str:
        return f"{self._scheme}://{self._path}"

    @property
    def plugged(self) -> bool:
        return self._master is not None

    @property
    def connected(self) -> bool:
        return self._master is not None and not hung_up(self._master)

    def pace(self, bytes_per_s: int | None) -> None:
        self._bytes_per_s = bytes_per_s
        if self._reader is not None:
            self._reader.pace(bytes_per_s)

    def plug(self) -> None:
        if self._master is not None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        master, slave = os.openpty()
        tty.setraw(slave)
        os.set_blocking(master, False)
        self._slave_path = os.ttyname(slave)
        os.close(slave)
        self._master = master
        point(self._path, self._slave_path)
        self._await_host()
        self._ears.line_changed()

    def unplug(self) -> None:
        if self._master is None:
            return
        self._path.unlink(missing_ok=True)
        if self._reader is not None:
            self._reader.close()
            self._reader = None
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        os.close(self._master)
        self._master = None
        self._ears.line_changed()

    async def send(self, data: bytes) -> bool:
        if self._master is None or not self.connected:
            return False
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                return await self._write_all(data)
        except TimeoutError:
            return False

    async def settle(self) -> None:
        await asyncio.sleep(CARRIED_OVER_S)
        if self._master is not None:
            await settled(self._master, self._slave_path)

    async def _write_all(self, data: bytes) -> bool:
        while data:
            if self._master is None or not self.connected:
                return False
            try:
                data = data[os.write(self._master, data) :]
            except BlockingIOError:
                await asyncio.sleep(WATCH_S)
        return True

    def _await_host(self) -> None:
        self._watch = None
        if self._master is None:
            return
        if hung_up(self._master):
            self._drain_parting_words(self._master)
            self._watch = asyncio.get_running_loop().call_later(WATCH_S, self._await_host)
            return
        self._reader = PacedReader(self._master, self._ears.heard, self._host_left)
        if self._bytes_per_s is not None:
            self._reader.pace(self._bytes_per_s)
        self._ears.line_changed()

    def _drain_parting_words(self, master: int) -> None:
        """A host may open, write and close between two looks; what it wrote still counts."""
        if self._bytes_per_s == 0:
            return
        while data := read_some(master, READ_BYTES):
            self._ears.heard(data)

    def _host_left(self) -> None:
        self._reader = None
        self._await_host()
        self._ears.line_changed()


def point(path: Path, target: str) -> None:
    """Let the symlink at `path` point to `target`, at once and for every reader."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(path)
