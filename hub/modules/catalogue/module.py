"""The manifest of the catalogue."""

from typing import Any

from hub.kernel.module import CommandSpec, Manifest
from hub.modules.catalogue import events, handlers, messages, projection
from hub.modules.catalogue.tables import TABLES


def _routes() -> list[Any]:
    from hub.modules.catalogue.routes import CONTROLLERS  # noqa: PLC0415 (the HTTP library only where it serves)

    return list(CONTROLLERS)


MODULE = Manifest(
    name="catalogue",
    package="hub.modules.catalogue",
    commands=(CommandSpec(messages.ActivateVersion, handlers.activate_version, "catalogue.activate"),),
    events=(events.VersionActivated,),
    projections={events.VersionActivated: projection.version_activated},
    tables=TABLES,
    routes=_routes,
)
