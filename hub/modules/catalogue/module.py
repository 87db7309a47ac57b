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
    commands=(
        CommandSpec(messages.ActivateVersion, handlers.activate_version, "catalogue.activate"),
        CommandSpec(messages.RecallGoods, handlers.recall_goods, "catalogue.recall"),
        CommandSpec(messages.LiftRecall, handlers.lift_recall, "catalogue.recall"),
    ),
    events=(events.VersionActivated, events.GoodsRecalled, events.RecallLifted),
    projections={
        events.VersionActivated: projection.version_activated,
        events.GoodsRecalled: projection.goods_recalled,
        events.RecallLifted: projection.recall_lifted,
    },
    tables=TABLES,
    routes=_routes,
)
