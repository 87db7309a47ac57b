"""The second port: the same app over TLS, of which gateways see their own routes and nobody sees more."""

import asyncio
import logging
import socket
from pathlib import Path

import uvicorn
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from hub.app.settings import GatewayPort

log = logging.getLogger(__name__)

MAX_FRAME_BYTES = 256 * 1024
_OURS = ("/ws/gateway", "/gateways/", "/api/devices/of-gateway/")


class OnlyGateways:
    """Everything but the gateways' own routes is not there."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(_OURS):
            await self._app(scope, receive, send)
        elif scope["type"] == ScopeType.HTTP:
            await send({"type": "http.response.start", "status": 404, "headers": []})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        else:
            await send({"type": "websocket.close", "code": 1000, "reason": None})


async def serve_gateways(app: ASGIApp, port: GatewayPort, certificate: Path) -> None:
    """Serve until cancelled. A port that cannot be had is logged: the store sells without it."""
    try:
        listener = socket.create_server((port.host, port.port))
    except OSError as error:
        log.error("no port for gateways at %s:%s: %s", port.host, port.port, error)
        return
    config = uvicorn.Config(
        OnlyGateways(app),
        ssl_certfile=certificate,
        ws="websockets-sansio",
        lifespan="off",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=2,
        ws_max_size=MAX_FRAME_BYTES,
        server_header=False,
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]), name="gateways' port")
    try:
        await asyncio.shield(serving)
    finally:
        server.should_exit = True
        await serving
        listener.close()
