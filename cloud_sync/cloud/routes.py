"""The console's HTTP and WebSocket routes."""

import asyncio
import contextlib
import re
from typing import Annotated, Any

from litestar import Controller, Request, Response, WebSocket, get, post, websocket
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, State
from litestar.exceptions import WebSocketDisconnect
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from cloud_sync.cloud import users
from cloud_sync.cloud.devices import read_devices
from cloud_sync.cloud.feed import Feed, Queue, TooManyListeners
from cloud_sync.cloud.messages import (
    ConsoleUser,
    DayFigures,
    DeviceFiguresView,
    OrderDetail,
    OrderPage,
    ProjectionLag,
    SignIn,
    StoreState,
    TerminalSettlement,
)
from cloud_sync.cloud.pool import Pool
from cloud_sync.cloud.sales import read_figures, read_order, read_page
from cloud_sync.cloud.settlements import read_settlements
from cloud_sync.cloud.stores import read_lags, read_stores
from hub.kernel.clock import business_date
from hub.kernel.errors import Refused
from hub.kernel.http import is_same_origin

COOKIE = "dianshu_console"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_SIGN_IN_AGAIN = 4401
_BEGIN_AGAIN = 4409
_TOO_MANY = 4429
Connection = ASGIConnection[Any, Any, Any, Any]
Limit = Annotated[int, QueryParameter(ge=1, le=100)]


def language_of(connection: Connection) -> str:
    """The reader's language: the page's own choice, else what the browser asks for."""
    asked = connection.query_params.get("lang") or connection.headers.get("accept-language") or ""
    return "en" if asked.lower().startswith("en") else "zh-CN"


def signed_in(connection: Connection) -> ConsoleUser:
    """Who is asking. Raises Refused. Reads the database: not on the event loop."""
    state = connection.app.state
    with state.pool.connection() as read:
        return users.session_user(read, connection.cookies.get(COOKIE), state.now_ms())


class SignInController(Controller):
    """In and out."""

    path = "/api/console"

    @post("/sign-in", sync_to_thread=True, status_code=200)
    def sign_in(self, data: JSONBody[SignIn], state: State) -> Response[ConsoleUser]:
        """A session by cookie, which no page's script can read."""
        with _pool(state).connection() as connection:
            token, user = users.sign_in(connection, data.login, data.password, state.now_ms())
        return Response(user, cookies=[_cookie(state, token, users.SESSION_MS // 1000)])

    @post("/sign-out", sync_to_thread=True, status_code=204)
    def sign_out(self, request: Request[Any, Any, Any], state: State) -> Response[None]:
        """End the session."""
        token = request.cookies.get(COOKIE)
        if token:
            with _pool(state).connection() as connection:
                users.sign_out(connection, token)
        return Response(None, status_code=204, cookies=[_cookie(state, "", 0)])

    @get("/session", sync_to_thread=True)
    def session(self, request: Request[Any, Any, Any]) -> ConsoleUser:
        """Who is signed in."""
        return signed_in(request)


class ConsoleController(Controller):
    """Everything a signed-in reader may ask for."""

    path = "/api/console"

    @get("/stores", sync_to_thread=True)
    def stores(self, request: Request[Any, Any, Any], state: State) -> list[StoreState]:
        """How every store stands."""
        signed_in(request)
        with _pool(state).connection() as read:
            return read_stores(read, state.texts, language_of(request), state.now_ms())

    @get("/stores/{store_id:str}/devices", sync_to_thread=True)
    def devices(
        self, request: Request[Any, Any, Any], state: State, store_id: FromPath[str]
    ) -> list[DeviceFiguresView]:
        """What a store's devices have done, as its hub last told."""
        signed_in(request)
        with _pool(state).connection() as read:
            return read_devices(read, _clean(store_id) or "")

    @get("/stores/{store_id:str}/settlements", sync_to_thread=True)
    def settlements(
        self, request: Request[Any, Any, Any], state: State, store_id: FromPath[str]
    ) -> list[TerminalSettlement]:
        """What a store's payment terminals settled last."""
        signed_in(request)
        with _pool(state).connection() as read:
            return read_settlements(read, _clean(store_id) or "")

    @get("/orders", sync_to_thread=True)
    def orders(
        self,
        request: Request[Any, Any, Any],
        state: State,
        date: FromQuery[str | None] = None,
        store_id: FromQuery[str | None] = None,
        before: FromQuery[str | None] = None,
        limit: Limit = 50,
    ) -> OrderPage:
        """Paid orders of a business date, newest first."""
        signed_in(request)
        with _pool(state).connection() as read:
            try:
                return read_page(read, _date(state, date), _clean(store_id), _clean(before), limit)
            except ValueError as error:
                raise Refused("console.malformed", 400, reason="before") from error

    @get("/orders/{store_id:str}/{order_id:str}", sync_to_thread=True)
    def order(
        self, request: Request[Any, Any, Any], state: State, store_id: FromPath[str], order_id: FromPath[str]
    ) -> OrderDetail:
        """One order and every journal record of its life."""
        signed_in(request)
        with _pool(state).connection() as read:
            found = read_order(read, _clean(store_id) or "", _clean(order_id) or "")
        if found is None:
            raise Refused("console.not_found", 404)
        return found

    @get("/figures", sync_to_thread=True)
    def figures(
        self,
        request: Request[Any, Any, Any],
        state: State,
        date: FromQuery[str | None] = None,
        store_id: FromQuery[str | None] = None,
    ) -> DayFigures:
        """A business date's figures; today's unless another is asked for."""
        signed_in(request)
        with _pool(state).connection() as read:
            return read_figures(read, _date(state, date), _clean(store_id))

    @get("/projections", sync_to_thread=True)
    def projections(self, request: Request[Any, Any, Any], state: State) -> list[ProjectionLag]:
        """How far the tables stand behind the acknowledged journals."""
        signed_in(request)
        with _pool(state).connection() as read:
            return read_lags(read)


@websocket("/ws/console")
async def live(socket: WebSocket[Any, Any, Any]) -> None:
    """The live page: a snapshot, then frames whose numbers follow one another."""
    await socket.accept()
    if not is_same_origin(socket.headers):
        await socket.close(code=_SIGN_IN_AGAIN)
        return
    try:
        await asyncio.to_thread(signed_in, socket)
    except Refused:
        await socket.close(code=_SIGN_IN_AGAIN)
        return
    feed: Feed = socket.app.state.feed
    try:
        queue = await feed.listen()
    except TooManyListeners:
        await socket.close(code=_TOO_MANY)
        return
    sending = asyncio.create_task(_send(socket, queue), name="console frames")
    try:
        await _until_gone(socket)
    finally:
        feed.leave(queue)
        sending.cancel()
        await asyncio.wait([sending])


async def _send(socket: WebSocket[Any, Any, Any], queue: Queue) -> None:
    while (frame := await queue.get()) is not None:
        await socket.send_data(frame.decode(), mode="text")
    await socket.close(code=_BEGIN_AGAIN)


async def _until_gone(socket: WebSocket[Any, Any, Any]) -> None:
    """The page says nothing we need; reading it is how we notice that it has gone."""
    with contextlib.suppress(WebSocketDisconnect):
        while True:
            await socket.receive_data(mode="text")


def _pool(state: State) -> Pool:
    pool: Pool = state.pool
    return pool


def _cookie(state: State, token: str, max_age_s: int) -> Cookie:
    return Cookie(
        key=COOKIE,
        value=token,
        max_age=max_age_s,
        httponly=True,
        samesite="strict",
        secure=state.secure_cookie,
    )


def _date(state: State, date: str | None) -> str:
    if date is None:
        return business_date(state.now_ms())
    if not _DATE.fullmatch(date):
        raise Refused("console.malformed", 400, reason="date")
    return date


def _clean(text: str | None) -> str | None:
    if text is not None and ("\x00" in text or len(text) > 128):
        raise Refused("console.malformed", 400, reason="text")
    return text
