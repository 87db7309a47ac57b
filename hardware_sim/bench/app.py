"""The bench as a Litestar application around a running counter."""

from pathlib import Path
from typing import Any

import msgspec
from litestar import Litestar, Request, Response, WebSocket, get, websocket
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.response import Redirect
from litestar.router import Router
from litestar.static_files import create_static_files_router

from hardware_sim.bench.feed import Feed
from hardware_sim.bench.guard import LocalPagesOnly
from hardware_sim.bench.messages import Good, Problem
from hardware_sim.bench.routes import api, counter_of, feed_of
from hardware_sim.counter import Counter, NotThatKind, UnknownDevice
from hardware_sim.devices.device import Unsuited
from hardware_sim.devices.input_keys import Untypable

PAGES = Path(__file__).resolve().parent.parent / "static" / "bench"
MAX_BODY_BYTES = 64 * 1024
LAGGED = 4408  # close code: come back and take a fresh snapshot


@get("/", include_in_schema=False)
async def to_bench() -> Redirect:
    return Redirect("/bench/")


@get("/bench", include_in_schema=False, media_type="text/plain")
async def not_built() -> str:
    return "The bench page is not built: build the web pages first. The API is at /api.\n"


@websocket("/ws/bench")
async def news(socket: WebSocket[Any, Any, State]) -> None:
    """A snapshot, then every frame as it happens. What the page says is not listened to."""
    counter, feed = counter_of(socket.app.state), feed_of(socket.app.state)
    await socket.accept()
    with feed.listening() as listener:
        await socket.send_data(msgspec.json.encode(feed.snapshot(counter)).decode())
        while (frame := await listener.next()) is not None:
            await socket.send_data(msgspec.json.encode(frame).decode())
    await socket.close(code=LAGGED, reason="lagged")


def problem(status: int, code: str, text: str, text_en: str) -> Response[Problem]:
    return Response(Problem(code=code, text=text, text_en=text_en), status_code=status)


def unknown_device(_: Request[Any, Any, State], error: UnknownDevice) -> Response[Problem]:
    name = error.args[0]
    return problem(404, "bench.unknown_device", f"没有这个设备：{name}", f"No device {name}")


def not_that_kind(_: Request[Any, Any, State], error: NotThatKind) -> Response[Problem]:
    return problem(409, "bench.not_that_kind", "这个设备做不到", f"{error.args[0]} cannot do that")


def unsuited(_: Request[Any, Any, State], error: Unsuited) -> Response[Problem]:
    device_id, fault = error.args
    return problem(409, "bench.unsuited", "这个设备没有这种故障", f"{device_id} cannot have {fault}")


def untypable(_: Request[Any, Any, State], error: Untypable) -> Response[Problem]:
    english = f"A keyboard scanner cannot type this: {error}"
    return problem(422, "bench.untypable", "键盘扫码枪打不出这个字符", english)


def refused(_: Request[Any, Any, State], error: HTTPException) -> Response[Problem]:
    return problem(error.status_code, "bench.refused", "这个操作不行", error.detail)


def build_app(counter: Counter, feed: Feed, goods: tuple[Good, ...], pages: Path = PAGES) -> Litestar:
    """The counter must have been opened with this feed as its news.

    The API at /api, the schema at /api/schema, the news at /ws/bench, the pages (if built) at /bench/."""
    page = static(pages) if (pages / "index.html").is_file() else not_built
    return Litestar(
        route_handlers=[to_bench, api, news, page],
        state=State({"counter": counter, "feed": feed, "goods": goods}),
        openapi_config=OpenAPIConfig(
            title="dianshu bench",
            version="1",
            path="/api/schema",
            render_plugins=[JsonRenderPlugin(path=["/", "/openapi.json"])],
        ),
        exception_handlers={
            UnknownDevice: unknown_device,
            NotThatKind: not_that_kind,
            Unsuited: unsuited,
            Untypable: untypable,
            HTTPException: refused,
        },
        middleware=[LocalPagesOnly()],
        request_max_body_size=MAX_BODY_BYTES,
        debug=False,
    )


def static(pages: Path) -> Router:
    return create_static_files_router(
        path="/bench", directories=[pages], html_mode=True, include_in_schema=False
    )
