"""Every SELECT of the gateways module, and the writes of its local tables."""

from sqlalchemy import bindparam, delete, select

from hub.kernel.messages import View
from hub.kernel.sql import Kept, Query, Reader, upsert
from hub.modules.gateways.messages import PairedGateway
from hub.modules.gateways.tables import gateway_offers, gateway_tokens, paired_gateways

save_offer = upsert(gateway_offers, replace=("gateway_id", "code_digest", "opened_ms", "failures"))
drop_offer = Kept(delete(gateway_offers).where(gateway_offers.c.slot == bindparam("of_slot")))
save_token = upsert(gateway_tokens, replace=("token_digest",))
drop_token = Kept(delete(gateway_tokens).where(gateway_tokens.c.gateway_id == bindparam("of_gateway")))


class Offer(View, frozen=True):
    """The pairing code that is good now, as its keyed digest."""

    gateway_id: str
    code_digest: str
    opened_ms: int
    failures: int


class Named(View, frozen=True):
    """A gateway by its name."""

    gateway_id: str


_offer_columns = tuple(gateway_offers.c[name] for name in Offer.__struct_fields__)
_offer = Query(select(*_offer_columns).where(gateway_offers.c.slot == bindparam("slot")), Offer)
_by_token = Query(
    select(gateway_tokens.c.gateway_id).where(gateway_tokens.c.token_digest == bindparam("token_digest")),
    Named,
)
_paired_columns = tuple(paired_gateways.c[name] for name in PairedGateway.__struct_fields__)
_paired = Query(
    select(*_paired_columns).where(
        paired_gateways.c.store_id == bindparam("store_id"),
        paired_gateways.c.gateway_id == bindparam("gateway_id"),
    ),
    PairedGateway,
)
_all_paired = Query(
    select(*_paired_columns)
    .where(paired_gateways.c.store_id == bindparam("store_id"))
    .order_by(paired_gateways.c.gateway_id)
    .limit(200),
    PairedGateway,
)


def offer(read: Reader) -> Offer | None:
    """The pairing code that was made last, unless it was used."""
    return read.first(_offer, slot=1)


def gateway_of_token(read: Reader, token_digest: str) -> str | None:
    """The paired gateway that shows this token."""
    found = read.first(_by_token, token_digest=token_digest)
    return found.gateway_id if found else None


def paired_gateway(read: Reader, store_id: str, gateway_id: str) -> PairedGateway | None:
    """A gateway that is or was paired."""
    return read.first(_paired, store_id=store_id, gateway_id=gateway_id)


def all_paired(read: Reader, store_id: str) -> list[PairedGateway]:
    """At most 200 gateways that are or were paired, by name."""
    return read.all(_all_paired, store_id=store_id)
