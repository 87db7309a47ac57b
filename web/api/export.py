"""Writes api/{hub,cloud,bench}.json: what pages may say and be told. `--check` compares instead of writing.

HTTP comes from the servers' own OpenAPI; the structs of their WebSocket frames are merged in.
"""

import importlib
import inspect
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
from litestar import Litestar
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig

HERE = Path(__file__).parent
ROOMS: dict[str, tuple[str, ...]] = {
    "hub": ("hub.app.frames", "hub.app.screen_frames"),
    "cloud": ("cloud_sync.cloud.messages",),
    "bench": ("hardware_sim.bench.messages", "hardware_sim.views", "hardware_sim.faults"),
}


def _structs(module: ModuleType) -> list[type[msgspec.Struct]]:
    own = (value for value in vars(module).values() if inspect.isclass(value))
    return [kind for kind in own if issubclass(kind, msgspec.Struct) and kind.__module__ == module.__name__]


def _handlers(room: str) -> list[Any]:
    """A server's routes, without the server: the schema needs their signatures, not an open journal."""
    if room == "hub":
        modules = importlib.import_module("hub.app.wiring").MODULES
        controllers = [route for module in modules if module.routes for route in module.routes()]
        return [*importlib.import_module("hub.app.routes").ROUTES, *controllers]
    if room == "cloud":
        routes = importlib.import_module("cloud_sync.cloud.routes")
        return [routes.SignInController, routes.ConsoleController]
    return [importlib.import_module("hardware_sim.bench.routes").api]


def _injected(room: str) -> tuple[str, ...]:
    return ("bus", "readers", "people", "store_id", "caller") if room == "hub" else ()


def _http_schema(room: str) -> dict[str, Any]:
    app = Litestar(
        route_handlers=_handlers(room),
        dependencies={name: Provide(lambda: None, sync_to_thread=False) for name in _injected(room)},
        openapi_config=OpenAPIConfig(title=f"Dianshu {room}", version="1"),
    )
    return app.openapi_schema.to_schema()


def schema_of(room: str) -> dict[str, Any]:
    """One server's schema."""
    http = _http_schema(room)
    types = [struct for name in ROOMS[room] for struct in _structs(importlib.import_module(name))]
    _, frames = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    schemas = http.get("components", {}).get("schemas", {}) | frames
    return {
        "openapi": "3.1.0",
        "info": {"title": f"Dianshu {room}", "version": "1"},
        "paths": http.get("paths", {}),
        "components": {"schemas": schemas},
    }


def rendered(room: str) -> str:
    """The schema file's exact text."""
    return json.dumps(schema_of(room), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main(check: bool) -> int:
    """Write the schema files, or say which of them no longer match the code."""
    stale = []
    for room in ROOMS:
        path, text = HERE / f"{room}.json", rendered(room)
        if check and (not path.exists() or path.read_text(encoding="utf-8") != text):
            stale.append(path.name)
        elif not check:
            path.write_text(text, encoding="utf-8")
    if stale:
        sys.stderr.write(f"out of date: {', '.join(stale)}; python web/api/export.py && npm run types\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parents[1]))
    sys.exit(main("--check" in sys.argv))
