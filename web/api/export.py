"""Writes api/{hub,cloud,bench}.json: what the pages may say and may be told. `--check` compares instead of writing.

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
    "hub": ("hub.app.frames",),
    "cloud": ("cloud_sync.cloud.messages",),
    "bench": ("hardware_sim.bench.messages",),
}


def _structs(module: ModuleType) -> list[type[msgspec.Struct]]:
    found = (value for value in vars(module).values() if inspect.isclass(value))
    return [value for value in found if issubclass(value, msgspec.Struct) and value.__module__ == module.__name__]


def _hub_http() -> dict[str, Any]:
    """The hub's routes over nothing: the schema needs their signatures, not an open journal."""
    from hub.app.routes import ROUTES  # noqa: PLC0415 (only this room needs the hub)
    from hub.app.wiring import MODULES  # noqa: PLC0415

    controllers = [route for module in MODULES if module.routes for route in module.routes()]
    names = ("bus", "readers", "people", "store_id", "caller")
    app = Litestar(
        route_handlers=[*ROUTES, *controllers],
        dependencies={name: Provide(lambda: None, sync_to_thread=False) for name in names},
        openapi_config=OpenAPIConfig(title="Dianshu hub", version="1"),
    )
    return app.openapi_schema.to_schema()


def schema_of(room: str) -> dict[str, Any]:
    """One server's schema."""
    http = _hub_http() if room == "hub" else {}
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
        print(f"out of date: {', '.join(stale)}; run `python web/api/export.py` and `npm run types`")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parents[1]))
    sys.exit(main("--check" in sys.argv))
