"""Only pages of this machine may play the devices: not another site's page in the same browser."""

from urllib.parse import urlsplit

from litestar.datastructures import Headers
from litestar.enums import ScopeType
from litestar.exceptions import PermissionDeniedException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

OURS = frozenset({"127.0.0.1", "localhost"})


class LocalPagesOnly(ASGIMiddleware):
    """403 for a Host or an Origin that is not this machine."""

    scopes = (ScopeType.HTTP, ScopeType.WEBSOCKET)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        headers = Headers.from_scope(scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        if not is_ours(f"//{host}") or (origin is not None and not is_ours(origin)):
            raise PermissionDeniedException(detail="only pages of this machine")
        await next_app(scope, receive, send)


def is_ours(url: str) -> bool:
    try:
        return urlsplit(url).hostname in OURS
    except ValueError:
        return False
