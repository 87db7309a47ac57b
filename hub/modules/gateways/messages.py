"""Commands about paired gateways, and what managers see of them."""

import msgspec

from hub.kernel.messages import Command, View


class OpenPairing(Command, frozen=True, kw_only=True):
    """A code was made for a gateway of this name; only its keyed digest comes here."""

    gateway_id: str
    code_digest: str


class PairGateway(Command, frozen=True, kw_only=True):
    """A gateway shows a code, and is to be known by a token from now on; both come as keyed digests."""

    code_digest: str
    token_digest: str


class RevokeGateway(Command, frozen=True, kw_only=True):
    """A paired gateway is to be let in no more."""

    gateway_id: str


class PairedGateway(View, frozen=True):
    """A gateway with a token of its own, or one that had it."""

    gateway_id: str
    paired_ms: int
    revoked_ms: int | None


class Paired(msgspec.Struct, frozen=True):
    """Answer to PairGateway: by what name the hub knows the gateway."""

    gateway_id: str
