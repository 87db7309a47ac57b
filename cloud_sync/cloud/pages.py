"""The console's pages: built files under /console/, cached for ever when their name carries a hash."""

import asyncio
import re
from pathlib import Path

from litestar import Response, get
from litestar.datastructures import State
from litestar.params import FromPath

from hub.kernel.errors import Refused

STATIC = Path(__file__).parent / "static" / "console"
_HASHED = re.compile(r"[-.][A-Za-z0-9_-]{8,}\.(js|css|woff2?|svg|png|webp)$")
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_FIRST = "no-cache"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
}


@get("/", sync_to_thread=False)
def root() -> Response[None]:
    """To the console."""
    return Response(None, status_code=302, headers={"location": "/console/"})


@get("/console")
async def home(state: State) -> Response[bytes]:
    """The page itself."""
    return await asyncio.to_thread(_file, state, "/")


@get("/console/{path:path}")
async def page(state: State, path: FromPath[str]) -> Response[bytes]:
    """A built file; a path without one is a place inside the page itself."""
    return await asyncio.to_thread(_file, state, path)


def _file(state: State, path: str) -> Response[bytes]:
    folder: Path = state.static.resolve()
    wanted = (folder / path.lstrip("/")).resolve()
    if not wanted.is_relative_to(folder) or "\x00" in path:
        raise Refused("console.not_found", 404)
    if not wanted.is_file():
        if wanted.suffix:
            raise Refused("console.not_found", 404)
        wanted = folder / "index.html"
    if not wanted.is_file():
        raise Refused("console.not_found", 404)
    cache = _FOR_EVER if _HASHED.search(wanted.name) else _ASK_FIRST
    media = _TYPES.get(wanted.suffix, "application/octet-stream")
    return Response(wanted.read_bytes(), media_type=media, headers={"cache-control": cache})
