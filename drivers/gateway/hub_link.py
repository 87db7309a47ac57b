"""The one WebSocket to the hub: greeted, kept alive from both ends, and opened again when lost."""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from collections.abc import Awaitable, Callable
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from drivers.gateway.attempt import attempt
from drivers.gateway.backoff import Backoff
from drivers.gateway.outbox import Outbox
from drivers.messages import (
    MAX_FRAME_BYTES,
    Ack,
    FrameError,
    Heartbeat,
    Hello,
    HubFrame,
    Welcome,
    decode_hub_frame,
    encode,
)

logger = logging.getLogger(__name__)

CONNECT_TIMEOUT_S = 5.0
WELCOME_TIMEOUT_S = 5.0
SEND_TIMEOUT_S = 10.0
RETRY_FIRST_S = 0.2
RETRY_CEILING_S = 5.0
# The hub is given up after this many of its heartbeats did not come.
MISSED_HEARTBEATS = 3
_CLOSE_TIMEOUT_S = 1.0
_INCOMING_FRAMES_MAX = 16


class HubLost(Exception):
    """This connection is no good any more."""


class HubLink:
    """Carries the outbox to the hub and the hub's orders to handle."""

    def __init__(
        self,
        *,
        url: str,
        token: str,
        tls: ssl.SSLContext | None = None,
        gateway_id: str,
        version: str,
        outbox: Outbox,
        handle: Callable[[HubFrame], Awaitable[None]],
        backoff: Backoff,
        monotonic: Callable[[], float],
        wall_s: Callable[[], float] = time.time,
    ) -> None:
        self._url = url
        self._token = token
        self._tls: dict[str, Any] = {} if tls is None else {"ssl": tls}
        self._gateway_id = gateway_id
        self._version = version
        self._outbox = outbox
        self._handle = handle
        self._backoff = backoff
        self._monotonic = monotonic
        self._wall_s = wall_s
        self._last_trouble = ""

    async def keep(self) -> None:
        """Run for ever: the devices work on while there is no hub."""
        while True:
            try:
                await attempt(self._connect_and_talk(), "hub:attempt")
            except (OSError, TimeoutError, WebSocketException, HubLost) as error:
                self._say_once(f"{type(error).__name__}: {error}")
            except Exception:  # supervisor: the devices go on, and the link is tried again
                logger.exception("hub link failed")
            await asyncio.sleep(self._backoff.next_s())

    async def _connect_and_talk(self) -> None:
        async with connect(
            self._url,
            additional_headers={"Authorization": f"Bearer {self._token}"},
            open_timeout=CONNECT_TIMEOUT_S,
            close_timeout=_CLOSE_TIMEOUT_S,
            ping_interval=None,
            max_size=MAX_FRAME_BYTES,
            max_queue=_INCOMING_FRAMES_MAX,
            compression=None,
            proxy=None,
            **self._tls,
        ) as socket:
            welcome = await self._greet(socket)
            self._backoff.reset()
            self._last_trouble = ""
            logger.info("hub link up: %s", self._url)
            await self._talk(socket, welcome.heartbeat_s)

    async def _greet(self, socket: ClientConnection) -> Welcome:
        hello = Hello(
            gateway_id=self._gateway_id,
            boot_id=self._outbox.boot_id,
            version=self._version,
            at=self._now_ms(),
            devices=self._outbox.greet(),
        )
        await socket.send(encode(hello))
        frame = await self._receive(socket, WELCOME_TIMEOUT_S)
        if not isinstance(frame, Welcome):
            raise HubLost("no welcome")
        return frame

    async def _talk(self, socket: ClientConnection, heartbeat_s: float) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._send_news(socket), name="hub:send")
                tasks.create_task(self._beat(socket, heartbeat_s), name="hub:beat")
                tasks.create_task(self._listen(socket, heartbeat_s), name="hub:listen")
        except ExceptionGroup as group:
            raise group.exceptions[0] from group

    async def _send_news(self, socket: ClientConnection) -> None:
        while True:
            frames = await self._outbox.next_frames()
            for at, frame in enumerate(frames):
                try:
                    await self._send(socket, encode(frame))
                except BaseException:
                    self._outbox.give_back(frames[at:])
                    raise

    async def _beat(self, socket: ClientConnection, heartbeat_s: float) -> None:
        while True:
            await self._send(socket, encode(Heartbeat(at=self._now_ms(), wall_ms=int(self._wall_s() * 1000))))
            await asyncio.sleep(heartbeat_s)

    async def _send(self, socket: ClientConnection, text: str) -> None:
        async with asyncio.timeout(SEND_TIMEOUT_S):
            await socket.send(text)

    async def _listen(self, socket: ClientConnection, heartbeat_s: float) -> None:
        while True:
            frame = await self._receive(socket, heartbeat_s * MISSED_HEARTBEATS)
            if isinstance(frame, Ack):
                self._outbox.acked(frame)
            elif frame is not None:
                await self._handle(frame)

    async def _receive(self, socket: ClientConnection, timeout_s: float) -> HubFrame | None:
        try:
            async with asyncio.timeout(timeout_s):
                text = await socket.recv()
        except TimeoutError as error:
            raise HubLost(f"silent for {timeout_s} s") from error
        try:
            return decode_hub_frame(text)
        except FrameError as error:  # a newer hub may say what we do not know
            logger.warning("%s", error)
            return None

    def _now_ms(self) -> int:
        return int(self._monotonic() * 1000)

    def _say_once(self, trouble: str) -> None:
        if trouble != self._last_trouble:
            self._last_trouble = trouble
            logger.warning("no hub link, trying again: %s", trouble)
