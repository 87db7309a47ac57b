"""The customer's screen: its feed, its pictures, and the till that takes it."""

import asyncio
from typing import Any

import msgspec
from litestar import Request, Response, WebSocket, get, post, websocket
from litestar.exceptions import WebSocketDisconnect

from hub.app.http import language_of
from hub.app.screens import GATEWAY, PICTURES, Screen, Screens
from hub.devices.messages import BindDevice, SeeDevice
from hub.kernel.bus import Bus
from hub.kernel.context import Caller
from hub.kernel.errors import Refused
from hub.kernel.http import is_same_origin, require, send
from hub.kernel.ids import new_id
from hub.kernel.messages import Command

HELLO_WITHIN_S = 10.0
MAX_TOKEN_CHARS = 200
_REFUSED = 4403
_AGAIN = 4408


class PairScreen(Command, frozen=True, kw_only=True):
    """The screen that shows this code works for my till from now on."""

    terminal_id: str
    code: str


class ScreenPaired(msgspec.Struct, frozen=True):
    """Answer to PairScreen: the screen's name in the list of devices."""

    device_id: str


@post("/api/screens/pair", status_code=200, tags=["screens"])
async def pair_screen(
    data: PairScreen, request: Request[Any, Any, Any], bus: Bus, caller: Caller
) -> ScreenPaired:
    """Take a screen for the caller's own till: it shows what its cashier sees anyway."""
    require(caller, "orders.sell")
    if caller.terminal_id != data.terminal_id:
        raise Refused("identity.wrong_terminal", 403, terminal_id=data.terminal_id[:20])
    screens: Screens = request.app.state.screens
    screen = screens.waiting_for(data.code)
    await _see(bus, screen, "enabled")
    by_hub = Caller(caller.actor, caller.terminal_id, system=True)
    bind = BindDevice(command_id=new_id(), device_id=screen.device_id, terminal_id=data.terminal_id)
    await send(bus, bind, by_hub)
    screens.welcome(screen, language_of(request))
    return ScreenPaired(screen.device_id)


@get("/api/screens/pictures/{name:str}", sync_to_thread=True, tags=["screens"])
def screen_picture(request: Request[Any, Any, Any], name: str) -> Response[bytes]:
    """One of the pictures that turn while nobody is served; they are for everybody's eyes."""
    screens: Screens = request.app.state.screens
    path = next((path for path in screens.pictures() if path.name == name), None)
    if path is None:
        raise Refused("devices.picture_unknown", 404)
    return Response(path.read_bytes(), media_type=PICTURES[path.suffix.lower()])


@get("/api/screens/qr.svg", sync_to_thread=True, tags=["screens"])
def screen_qr(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The shop's own QR code, for everybody's eyes."""
    screens: Screens = request.app.state.screens
    drawn = screens.qr_svg()
    if drawn is None:
        raise Refused("devices.picture_unknown", 404)
    return Response(drawn, media_type="image/svg+xml")


@websocket("/ws/screen")
async def screen_socket(socket: WebSocket[Any, Any, Any]) -> None:
    """A screen's feed. It says its token first, if a till gave it one; after that it is only listened to."""
    await socket.accept()
    screens: Screens = socket.app.state.screens
    if not is_same_origin(socket.headers):
        await socket.close(_REFUSED, "another page's")
        return
    try:
        token = await asyncio.wait_for(socket.receive_text(), HELLO_WITHIN_S)
        screen = screens.open(token.strip()[:MAX_TOKEN_CHARS])
    except (TimeoutError, Refused, WebSocketDisconnect):
        await socket.close(_AGAIN, "try again later")
        return
    await _serve(socket, screens, screen)


async def _serve(socket: WebSocket[Any, Any, Any], screens: Screens, screen: Screen) -> None:
    bus: Bus = socket.app.state.engine.bus
    sending = asyncio.create_task(_send_frames(socket, screen), name=f"screen {screen.device_id}")
    try:
        if screen.terminal_id is not None:
            await _see(bus, screen, "enabled")
        while True:
            await socket.receive_text()
    except WebSocketDisconnect:
        pass
    finally:
        screens.close(screen)
        sending.cancel()
        if screen.terminal_id is not None and not screens.is_open(screen.device_id):
            await _see(bus, screen, "closed")


async def _send_frames(socket: WebSocket[Any, Any, Any], screen: Screen) -> None:
    while (frame := await screen.waiting.get()) is not None:
        await socket.send_data(frame, mode="text")
    await socket.close(_AGAIN, "start again")


async def _see(bus: Bus, screen: Screen, state: str) -> None:
    seen = SeeDevice(
        command_id=new_id(),
        device_id=screen.device_id,
        gateway_id=GATEWAY,
        kind="display",
        model="browser",
        identity=screen.device_id,
        state=state,
        health="ok" if state == "enabled" else "failed",
        reason="" if state == "enabled" else "page_closed",
    )
    await bus.adispatch(seen, Caller(system=True))


ROUTES = [pair_screen, screen_picture, screen_qr, screen_socket]
