"""The running gateway lets a program on this computer listen to one device's line."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec

from drivers.gateway.capture import Header
from drivers.gateway.settings import Device
from drivers.gateway.tap import Listener, Taps, TooManyListeners

logger = logging.getLogger(__name__)

SOCKET_FILE = "record.sock"
ASKED_WITHIN_S = 5.0
TAKEN_WITHIN_S = 10.0
MAX_ASKED_BYTES = 256


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The first line where nothing is recorded says why; a recording's header says nothing of that."""

    refused: str = ""


class RecordingServer:
    """One line in, the device's id; then the header and all that passes, a line each, until either leaves."""

    def __init__(self, folder: Path, devices: Mapping[str, Device], taps: Taps) -> None:
        self._folder = folder
        self._devices = devices
        self._taps = taps

    async def run(self) -> None:
        """Serve for ever; without its socket the gateway works all the same."""
        try:
            # A killed gateway's is still there; the folder is ours alone.
            self._folder.joinpath(SOCKET_FILE).unlink(missing_ok=True)
            with socket_path(self._folder) as path:
                server = await asyncio.start_unix_server(self._serve, path, limit=MAX_ASKED_BYTES)
        except OSError as error:
            logger.warning("nothing can be recorded: %s", error)
            return
        async with server:
            await server.serve_forever()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, TimeoutError, ValueError):
            async with asyncio.timeout(ASKED_WITHIN_S):
                asked = (await reader.readline()).decode("utf-8", "replace").strip()
            await self._record(asked, reader, writer)
        writer.close()

    async def _record(
        self, device_id: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        device = self._devices.get(device_id)
        if reason := _why_not(device):
            await _say(writer, Answer(refused=reason))
        elif device is not None:
            try:
                with self._taps.listening(device_id) as heard:
                    await _say(writer, header_of(device))
                    leaving = asyncio.create_task(reader.read(1), name=f"record:{device_id}")
                    try:
                        while not leaving.done():
                            await _pass_on(heard, leaving, writer)
                    finally:
                        leaving.cancel()
            except TooManyListeners:
                await _say(writer, Answer(refused="record.too_many"))


def header_of(device: Device) -> Header:
    """How a device's driver and link are set."""
    return Header(
        device_id=device.device_id,
        profile=device.settings.profile,
        link=device.settings.link,
        options=device.settings.options,
        link_settings=device.url.options,
    )


@contextmanager
def socket_path(folder: Path) -> Iterator[str]:
    """The socket's path by its folder's descriptor: a path of its own may be too long for a socket."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{fd}/{SOCKET_FILE}"
    finally:
        os.close(fd)


def _why_not(device: Device | None) -> str:
    if device is None:
        return "record.device_unknown"
    if device.profile.kind == "payment_terminal":
        return "record.not_payments"  # what customers pay with is kept nowhere
    return "record.no_line" if device.url.scheme == "printer" else ""


async def _pass_on(heard: Listener, leaving: asyncio.Task[bytes], writer: asyncio.StreamWriter) -> None:
    """The next piece of traffic, unless the listener leaves first."""
    next_one = asyncio.create_task(heard.get())
    try:
        await asyncio.wait([next_one, leaving], return_when=asyncio.FIRST_COMPLETED)
        if next_one.done():
            await _say(writer, next_one.result())
    finally:
        next_one.cancel()


async def _say(writer: asyncio.StreamWriter, line: object) -> None:
    writer.write(msgspec.json.encode(line) + b"\n")
    async with asyncio.timeout(TAKEN_WITHIN_S):
        await writer.drain()
