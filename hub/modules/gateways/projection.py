"""Events of gateways → rows."""

from sqlalchemy import bindparam, update

from hub.kernel.journal import Record
from hub.kernel.module import Rows
from hub.kernel.sql import Kept, upsert
from hub.modules.gateways.events import GatewayPaired, GatewayRevoked
from hub.modules.gateways.tables import paired_gateways

_pair = upsert(paired_gateways, replace=("paired_ms", "revoked_ms"))
_revoke = Kept(
    update(paired_gateways)
    .where(
        paired_gateways.c.store_id == bindparam("of_store"),
        paired_gateways.c.gateway_id == bindparam("of_gateway"),
    )
    .values(revoked_ms=bindparam("revoked_ms"))
)


def gateway_paired(record: Record[GatewayPaired]) -> Rows:
    """A gateway with a token of its own."""
    yield (
        _pair,
        {
            "store_id": record.store_id,
            "gateway_id": record.event.gateway_id,
            "paired_ms": record.at_ms,
            "revoked_ms": None,
        },
    )


def gateway_revoked(record: Record[GatewayRevoked]) -> Rows:
    """A gateway that is let in no more."""
    yield (
        _revoke,
        {
            "of_store": record.store_id,
            "of_gateway": record.event.gateway_id,
            "revoked_ms": record.at_ms,
        },
    )
