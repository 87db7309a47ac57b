"""A hub of the tests: a real WebSocket server that hears a gateway and says what the test wants."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import msgspec
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from drivers.messages import (
    Ack,
    GatewayFrame,
    Hello,
    HubFrame,
    Reading,
    Welcome,
    decode_gateway_frame,
    encode,
)

TOKEN = "a-shared-test-token"
PATIENCE_S = 30

FrameT = TypeVar("FrameT", bound=msgspec.Struct)


class FakeHub:
    """Keeps every frame it hears; acks readings unless told not to."""

    def __init__(self, heartbeat_s: float) -> None:
        self.port = 0
        self.hellos = 0
        self.refused = 0
        self.acking = True
        self.welcoming = True
        self.heard: list[GatewayFrame] = []
        self.socket: ServerConnection | None = None
        self._heartbeat_s = heartbeat_s
        self._news = asyncio.Condition()
        self._server: Server | None = None

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws/gateway"

    async def start(self) -> None:
        """Listen, on the same port every time."""
        self._server = await serve(self._talk, "127.0.0.1", self.port, ping_interval=None)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Drop every connection and stop listening."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def send(self, frame: HubFrame) -> None:
        assert self.socket is not None
        await self.socket.send(encode(frame))

    async def frame(self, kind: type[FrameT], **fields: Any) -> FrameT:
        """Take the first frame of this kind with these fields, waiting for it."""
        async with asyncio.timeout(PATIENCE_S), self._news:
            while True:
                for frame in self.heard:
                    if isinstance(frame, kind) and fields.items() <= msgspec.structs.asdict(frame).items():
                        self.heard.remove(frame)
                        return frame
                await self._news.wait()

    async def refusals(self, count: int) -> None:
        """Wait until this many connections were turned away."""
        async with asyncio.timeout(PATIENCE_S), self._news:
            await self._news.wait_for(lambda: self.refused >= count)

    async def _talk(self, socket: ServerConnection) -> None:
        request = socket.request
        if request is None or request.headers.get("Authorization") != f"Bearer {TOKEN}":
            await socket.close(4401, "no")
            async with self._news:
                self.refused += 1
                self._news.notify_all()
            return
        try:
            async for text in socket:
                await self._hear(socket, decode_gateway_frame(text))
        except ConnectionClosed:
            pass

    async def _hear(self, socket: ServerConnection, frame: GatewayFrame) -> None:
        if isinstance(frame, Hello):
            self.hellos += 1
            self.socket = socket
            if self.welcoming:
                await socket.send(encode(Welcome(heartbeat_s=self._heartbeat_s)))
        elif isinstance(frame, Reading) and self.acking:
            await socket.send(encode(Ack(boot_id=frame.boot_id, seq=frame.seq)))
        async with self._news:
            self.heard.append(frame)
            self._news.notify_all()


@asynccontextmanager
async def fake_hub(heartbeat_s: float = 5.0) -> AsyncIterator[FakeHub]:
    """A listening hub."""
    hub = FakeHub(heartbeat_s)
    await hub.start()
    try:
        yield hub
    finally:
        await hub.stop()
