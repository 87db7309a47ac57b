"""The manifest of gateways."""

from typing import Any

from hub.kernel.module import CommandSpec, Manifest
from hub.modules.gateways import events, handlers, messages, projection
from hub.modules.gateways.tables import TABLES


def _routes() -> list[Any]:
    from hub.modules.gateways.routes import CONTROLLERS  # noqa: PLC0415 (the HTTP library only where it serves)

    return list(CONTROLLERS)


MODULE = Manifest(
    name="gateways",
    package="hub.modules.gateways",
    commands=(
        CommandSpec(messages.OpenPairing, handlers.open_pairing, "gateways.edit"),
        CommandSpec(messages.PairGateway, handlers.pair_gateway, "gateways.pair"),
        CommandSpec(messages.RevokeGateway, handlers.revoke_gateway, "gateways.edit"),
    ),
    events=(events.PairingOpened, events.PairingRefused, events.GatewayPaired, events.GatewayRevoked),
    projections={
        events.GatewayPaired: projection.gateway_paired,
        events.GatewayRevoked: projection.gateway_revoked,
    },
    tables=TABLES,
    routes=_routes,
)
