"""The hub's own routes: the shop, signing in, devices, print jobs, and the two WebSockets."""

import asyncio
from typing import Any

import msgspec
from litestar import Controller, Request, Response, WebSocket, get, post, websocket
from litestar.datastructures import Cookie
from litestar.exceptions import WebSocketDisconnect

from cloud_sync.edge.status import SyncStatus
from hub.app.auth import COOKIE, Tokens
from hub.app.device_page import DevicePageController
from hub.app.http import bearer_of, language_of
from hub.app.label_routes import print_scale_label, print_shelf_label
from hub.app.live import Page
from hub.app.pairing import PAIRING_ROUTES
from hub.app.screen_routes import ROUTES as SCREEN_ROUTES
from hub.app.settings import HubSettings
from hub.app.statistics import device_statistics
from hub.app.weighing import preset_tare, press_scale_key, weigh_item
from hub.devices import store as devices
from hub.devices.links import NOT_LET_IN, Gateways, SocketClosed
from hub.devices.messages import DeviceView
from hub.devices.routes import CONTROLLERS as DEVICE_CONTROLLERS
from hub.kernel.bus import Bus
from hub.kernel.clock import SystemClock
from hub.kernel.context import Caller
from hub.kernel.db import Readers
from hub.kernel.errors import Refused
from hub.kernel.http import is_same_origin, send
from hub.modules.gateways.doors import SHARED, GatewayDoor
from hub.modules.identity import store as identity
from hub.modules.identity.messages import SignedIn, SignIn, SignOut, TerminalView

_NOT_SIGNED_IN = 4401
_TOO_SLOW = 4408


class DemoLogin(msgspec.Struct, frozen=True):
    """A login that exists in demo mode only."""

    staff_no: str
    pin: str
    role: str


class Shop(msgspec.Struct, frozen=True):
    """What a page must know before anybody signs in."""

    store_id: str
    name: str
    name_en: str
    terminals: list[TerminalView]
    is_demo: bool
    demo_logins: list[DemoLogin]


class SessionController(Controller):
    """Signing in and out."""

    path = "/api"

    @get("/shop", sync_to_thread=False)
    def shop(self, request: Request[Any, Any, Any], readers: Readers, store_id: str) -> Shop:
        """The store's name and tills; in demo mode the logins too."""
        settings: HubSettings = request.app.state.settings
        demo: list[DemoLogin] = request.app.state.demo_logins
        terminals = identity.all_terminals(readers, store_id)
        shop = settings.shop
        return Shop(store_id, shop.name, shop.name_en, terminals, settings.mode == "demo", demo)

    @post("/sign-in", status_code=200)
    async def sign_in(
        self, data: SignIn, request: Request[Any, Any, Any], bus: Bus, caller: Caller
    ) -> Response[SignedIn]:
        """Open a session; its token is set as a cookie that scripts cannot read.

        A repeated command gets no token: whoever knows its id need not know the PIN.
        """
        outcome = await bus.adispatch(data, caller)
        if outcome.refusal is not None:
            raise Refused.of(outcome.refusal)
        if outcome.repeated:
            raise Refused("auth.sign_in_again", 409)
        signed_in: SignedIn = outcome.answer
        tokens: Tokens = request.app.state.tokens
        cookie = Cookie(
            COOKIE,
            value=tokens.token_of(signed_in.session_id),
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return Response(signed_in, cookies=[cookie])

    @post("/sign-out", status_code=200)
    async def sign_out(self, data: SignOut, bus: Bus, caller: Caller) -> Response[None]:
        """End the session; its pages are hung up on."""
        await send(bus, data, caller)
        response: Response[None] = Response(None)
        response.delete_cookie(COOKIE)
        return response


class Health(msgspec.Struct, frozen=True):
    """The hub at one glance."""

    status: str
    gateways: list[str]
    sync: SyncStatus
    clock_trusted: bool = True
    clock_ahead_ms: int | None = None
    """Of the cloud's; None where that never told its time."""
    gateway_clocks_ahead_ms: dict[str, int] = {}


@get("/health", sync_to_thread=False)
def health(request: Request[Any, Any, Any], gateways: int = 0) -> Health:
    """Whether the hub answers, and at least so many gateways are connected."""
    here: Gateways = request.app.state.gateways
    connected = here.connected()
    if len(connected) < gateways:
        raise Refused("devices.gateway_missing", 503)
    uplink, clock = request.app.state.uplink, request.app.state.engine.clock
    return Health(
        "ok",
        connected,
        uplink.status if uplink else SyncStatus(),
        clock.read().trusted,
        clock.ahead_ms if isinstance(clock, SystemClock) else None,
        here.clocks_ahead_ms(),
    )


@get("/api/devices/of-gateway/{gateway_id:str}", sync_to_thread=False, tags=["devices"])
def devices_of_gateway(
    request: Request[Any, Any, Any], gateway_id: str, readers: Readers, store_id: str
) -> list[DeviceView]:
    """What the hub knows of a gateway's devices, for whoever shows the gateways' token or its own."""
    door: GatewayDoor = request.app.state.gateway_door
    if door.admits(bearer_of(request) or "") not in (SHARED, gateway_id):
        raise Refused("devices.gateway_token_wrong", 403)
    known = devices.all_devices(readers, store_id)
    return [device for device in known if device.gateway_id == gateway_id]


@websocket("/ws/terminal/{terminal_id:str}")
async def terminal_socket(socket: WebSocket[Any, Any, Any], terminal_id: str) -> None:
    """The till's live picture, for whoever is signed in at that till."""
    await socket.accept()
    caller: Caller = socket.app.state.callers.of(socket)
    at_another = caller.terminal_id != terminal_id
    if caller.actor is None or at_another or not is_same_origin(socket.headers):
        await socket.close(_NOT_SIGNED_IN, "sign in first")
        return
    page = Page(terminal_id, caller.actor.session_id, language_of(socket))
    live = socket.app.state.live
    live.open(page)
    sending = asyncio.create_task(_send_frames(socket, page), name=f"page of {terminal_id}")
    try:
        while True:
            await socket.receive_text()
    except WebSocketDisconnect:
        pass
    finally:
        live.close(page)
        sending.cancel()


async def _send_frames(socket: WebSocket[Any, Any, Any], page: Page) -> None:
    while (frame := await page.waiting.get()) is not None:
        await socket.send_data(frame, mode="text")
    await socket.close(_TOO_SLOW, "start again from a snapshot")


class _GatewaySocket:
    """A Litestar WebSocket as the devices room knows one."""

    def __init__(self, socket: WebSocket[Any, Any, Any]) -> None:
        self._socket = socket

    async def receive_text(self) -> str:
        try:
            return await self._socket.receive_text()
        except WebSocketDisconnect as error:
            raise SocketClosed(str(error.code)) from error

    async def send_text(self, data: str) -> None:
        await self._socket.send_text(data)

    async def close(self, code: int = 1000, reason: str | None = None) -> None:
        await self._socket.close(code, reason)


@websocket("/ws/gateway")
async def gateway_socket(socket: WebSocket[Any, Any, Any]) -> None:
    """A gateway's link."""
    await socket.accept()
    door: GatewayDoor = socket.app.state.gateway_door
    name = door.admits(bearer_of(socket) or "")
    if name is None:
        await socket.close(NOT_LET_IN, "devices.gateway_token_wrong")
        return
    await socket.app.state.gateways.serve(_GatewaySocket(socket), None if name == SHARED else name)


ROUTES = [
    SessionController,
    *DEVICE_CONTROLLERS,
    DevicePageController,
    weigh_item,
    device_statistics,
    press_scale_key,
    preset_tare,
    print_scale_label,
    print_shelf_label,
    devices_of_gateway,
    *PAIRING_ROUTES,
    *SCREEN_ROUTES,
    health,
    terminal_socket,
    gateway_socket,
]
