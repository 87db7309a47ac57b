"""The manifest of inventory."""

from typing import Any

from hub.kernel.module import CommandSpec, Manifest
from hub.modules.inventory import events, handlers, messages, projection
from hub.modules.inventory.tables import TABLES


def _routes() -> list[Any]:
    from hub.modules.inventory.routes import CONTROLLERS  # noqa: PLC0415 (the HTTP library only where it serves)

    return list(CONTROLLERS)


MODULE = Manifest(
    name="inventory",
    package="hub.modules.inventory",
    commands=(CommandSpec(messages.ReceiveStock, handlers.receive_stock, "inventory.receive"),),
    events=(events.StockMoved,),
    projections={events.StockMoved: projection.stock_moved},
    tables=TABLES,
    routes=_routes,
)
