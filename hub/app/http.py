"""The hub's HTTP face: who asks, how a refusal reads, which pages and routes there are."""

import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from litestar import Litestar, Request, Response
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.static_files import create_static_files_router

from hub.app.auth import COOKIE, Tokens
from hub.app.remembered import Remembered
from hub.kernel.bus import Bus
from hub.kernel.context import Caller, People
from hub.kernel.db import Readers
from hub.kernel.engine import Engine
from hub.kernel.errors import Refusal, Refused, Texts
from hub.modules.identity import store as identity

log = logging.getLogger(__name__)

MAX_BODY_BYTES = 256 * 1024
STATIC = Path(__file__).parent / "static"
_POLICY = (
    "default-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)


class Problem(msgspec.Struct, frozen=True):
    """A refusal as the client reads it."""

    code: str
    text: str
    facts: dict[str, str | int]


def language_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """The reader's language: the page's own choice, else what the browser asks for."""
    asked = connection.query_params.get("lang") or connection.headers.get("accept-language") or ""
    return "en" if asked.lower().startswith("en") else "zh-CN"


class Renderer:
    """Turns every "no" into one shape, in the reader's language."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    def refused(self, request: Request[Any, Any, Any], error: Refused) -> Response[Problem]:
        """A refusal."""
        return self._problem(request, error.refusal)

    def http(self, request: Request[Any, Any, Any], error: HTTPException) -> Response[Problem]:
        """What the HTTP library refuses by itself."""
        match error.status_code:
            case 413:
                refusal = Refusal("command.too_large", 413, {"limit_kib": MAX_BODY_BYTES // 1024})
            case 404:
                refusal = Refusal("hub.not_found", 404)
            case status if status < 500:
                refusal = Refusal("command.malformed", status, {"reason": _reason(error)})
            case _:
                return self.bug(request, error)
        return self._problem(request, refusal)

    def too_deep(self, request: Request[Any, Any, Any], _error: RecursionError) -> Response[Problem]:
        """A body nested so deep that it cannot be read."""
        return self._problem(request, Refusal("command.malformed", 400, {"reason": "nested too deeply"}))

    def bug(self, request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
        """What should not have happened."""
        log.error("request failed", exc_info=error)
        return self._problem(request, Refusal("hub.internal_error", 500))

    def _problem(self, request: Request[Any, Any, Any], refusal: Refusal) -> Response[Problem]:
        text = self._texts.render(refusal, language_of(request))
        return Response(Problem(refusal.code, text, refusal.facts), status_code=refusal.status)


def _reason(error: HTTPException) -> str:
    extra = error.extra
    if isinstance(extra, list) and extra and isinstance(extra[0], dict):
        return "; ".join(f"{item.get('key', '')}: {item.get('message', '')}".strip(": ") for item in extra)
    return error.detail


class Callers:
    """Finds out who sends a request: the session's cookie, or its token as a bearer."""

    def __init__(self, engine: Engine, tokens: Tokens) -> None:
        self._readers = engine.readers
        self._tokens = tokens
        self._remembered = Remembered(engine, ("identity.",), self._find)

    def of(self, connection: ASGIConnection[Any, Any, Any, Any]) -> Caller:
        """The caller, with no actor when nobody is signed in."""
        session_id = self._tokens.session_of(bearer_of(connection) or connection.cookies.get(COOKIE))
        return (self._remembered(session_id) if session_id else None) or Caller()

    def _find(self, session_id: str) -> Caller | None:
        row = identity.session(self._readers, session_id)
        return Caller(identity.actor_of(row), row.terminal_id) if row else None


def bearer_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    """The token in the Authorization header, if there is one."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else None


def create_app(
    engine: Engine,
    texts: Texts,
    controllers: list[Any],
    run_beside: Callable[[Litestar], Any],
    state: dict[str, Any],
) -> Litestar:
    """The Litestar app over an engine; `run_beside` is an async context that lives as long as it does."""
    renderer = Renderer(texts)
    callers = Callers(engine, state["tokens"])
    return Litestar(
        route_handlers=[*controllers, *_pages()],
        dependencies=_dependencies(engine, callers),
        exception_handlers={
            Refused: renderer.refused,
            HTTPException: renderer.http,
            RecursionError: renderer.too_deep,
            Exception: renderer.bug,
        },
        lifespan=[_lifespan(run_beside)],
        state=State({**state, "callers": callers, "engine": engine, "texts": texts}),
        request_max_body_size=MAX_BODY_BYTES,
        openapi_config=OpenAPIConfig(
            title="Dianshu hub", version="1", path="/api/schema", render_plugins=[JsonRenderPlugin()]
        ),
        before_request=_only_json,
        after_request=_guarded,
        logging_config=None,
    )


def _dependencies(engine: Engine, callers: Callers) -> dict[str, Provide]:
    """What every controller may ask for by name.

    The caller comes first and the others name it, because Litestar puts dependencies that stand side by side
    into a task group, and that costs more than all of them.
    """

    def caller(request: Request[Any, Any, Any]) -> Caller:
        return callers.of(request)

    def bus(caller: Caller) -> Bus:
        return engine.bus

    def readers() -> Readers:
        return engine.readers

    def people() -> People:
        return engine.keystore

    def store_id() -> str:
        return engine.origin.store_id

    makers = (caller, bus, readers, people, store_id)
    return {make.__name__: Provide(make, sync_to_thread=False) for make in makers}


def _lifespan(run_beside: Callable[[Litestar], Any]) -> Callable[[Litestar], Any]:
    @asynccontextmanager
    async def living(app: Litestar) -> AsyncGenerator[None, None]:
        async with run_beside(app):
            yield

    return living


async def _only_json(request: Request[Any, Any, Any]) -> None:
    """A form of another page in the same browser can send anything but this without being asked first."""
    if request.method == "POST" and request.content_type[0] != "application/json":
        raise Refused("command.not_json", 415)


async def _guarded(response: Response[Any]) -> Response[Any]:
    """The headers of every answer. Litestar would send a plain function to a thread and back."""
    response.headers.setdefault("content-security-policy", _POLICY)
    response.headers.setdefault("x-content-type-options", "nosniff")
    response.headers.setdefault("referrer-policy", "same-origin")
    response.headers.setdefault("cache-control", "no-store")
    return response


def _pages() -> list[Any]:
    folders = [STATIC / name for name in ("till", "display")]
    return [
        create_static_files_router(path=f"/{folder.name}", directories=[folder], html_mode=True)
        for folder in folders
        if folder.is_dir()
    ]
