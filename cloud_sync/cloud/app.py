"""The console's Litestar app: refusals in the reader's language, headers, the live feed beside it."""

import asyncio
import logging
import queue
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from litestar import Litestar, Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException

from cloud_sync.cloud.db import DatabaseError
from cloud_sync.cloud.feed import Feed
from cloud_sync.cloud.messages import Problem
from cloud_sync.cloud.pages import STATIC, home, page, root
from cloud_sync.cloud.pool import Pool
from cloud_sync.cloud.routes import ConsoleController, SignInController, language_of, live
from hub.kernel.errors import Refusal, Refused, Texts

log = logging.getLogger(__name__)

MAX_BODY_BYTES = 64 * 1024
TEXTS = ("hub.kernel", "cloud_sync.wire", "cloud_sync.cloud")
_HEADERS = {
    "content-security-policy": (
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}
"""Inline styles are let in because Element Plus sets them; scripts never are."""


def create_app(
    pool: Pool,
    feed: Feed,
    texts: Texts,
    now_ms: Callable[[], int],
    secure_cookie: bool = False,
    static: Path = STATIC,
) -> Litestar:
    """The app over a pool of connections and a feed."""
    return Litestar(
        route_handlers=[SignInController, ConsoleController, live, root, home, page],
        exception_handlers={
            Refused: _refused,
            HTTPException: _http,
            queue.Empty: _busy,
            **dict.fromkeys(DatabaseError, _database),
            Exception: _bug,
        },
        lifespan=[_beside(feed)],
        state=State(
            {
                "pool": pool,
                "feed": feed,
                "texts": texts,
                "now_ms": now_ms,
                "secure_cookie": secure_cookie,
                "static": static,
            }
        ),
        request_max_body_size=MAX_BODY_BYTES,
        after_request=_after_request,
        openapi_config=None,
        logging_config=None,
    )


def _beside(feed: Feed) -> Callable[[Litestar], Any]:
    @asynccontextmanager
    async def living(_app: Litestar) -> AsyncGenerator[None, None]:
        making = asyncio.create_task(feed.run(), name="live feed")
        try:
            yield
        finally:
            making.cancel()

    return living


async def _after_request(response: Response[Any]) -> Response[Any]:
    return _guarded(response)


def _guarded(response: Response[Any]) -> Response[Any]:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _problem(request: Request[Any, Any, Any], refusal: Refusal) -> Response[Problem]:
    text = request.app.state.texts.render(refusal, language_of(request))
    problem = Problem(refusal.code, text, dict(refusal.facts))
    return _guarded(Response(problem, status_code=refusal.status, media_type="application/json"))


def _refused(request: Request[Any, Any, Any], error: Refused) -> Response[Problem]:
    return _problem(request, error.refusal)


def _http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Problem]:
    match error.status_code:
        case 413:
            refusal = Refusal("console.too_large", 413, {"limit_kib": MAX_BODY_BYTES // 1024})
        case 404 | 405:
            refusal = Refusal("console.not_found", error.status_code)
        case status if status < 500:
            refusal = Refusal("console.malformed", status, {"reason": _reason(error)})
        case _:
            return _bug(request, error)
    return _problem(request, refusal)


def _reason(error: HTTPException) -> str:
    extra = error.extra
    if isinstance(extra, list) and extra and isinstance(extra[0], dict):
        return str(extra[0].get("message", error.detail))[:200]
    return error.detail[:200]


def _busy(request: Request[Any, Any, Any], _error: queue.Empty) -> Response[Problem]:
    return _problem(request, Refusal("console.busy", 503))


def _database(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    log.error("database: %s", error)
    return _problem(request, Refusal("console.database_unavailable", 503))


def _bug(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    log.error("request failed", exc_info=error)
    return _problem(request, Refusal("console.internal_error", 500))
