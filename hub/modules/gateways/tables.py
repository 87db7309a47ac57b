"""Paired gateways are rebuilt from the journal; their tokens and the open code belong to this machine."""

from sqlalchemy import Index

from hub.kernel.tables import integer, local, projected, text

paired_gateways = projected(
    "paired_gateways",
    "store",
    text("gateway_id"),
    integer("paired_ms"),
    integer("revoked_ms", nullable=True),
    key=("gateway_id",),
)

gateway_tokens = local(
    "gateway_tokens",
    text("gateway_id"),
    text("token_digest"),
    Index("gateway_tokens_by_digest", "token_digest"),
    key=("gateway_id",),
)

gateway_offers = local(
    "gateway_offers",
    integer("slot"),
    text("gateway_id"),
    text("code_digest"),
    integer("opened_ms"),
    integer("failures"),
    key=("slot",),
)
"""The one code that is good now, in slot 1; opened_ms is monotonic time."""

TABLES = (paired_gateways, gateway_tokens, gateway_offers)
