"""One decision per command: a code at a time, good once, for a short time and a few tries."""

import hmac

import msgspec

from hub.kernel.context import Context
from hub.kernel.decision import Decision
from hub.kernel.sql import Row
from hub.modules.gateways import messages, store
from hub.modules.gateways.events import GatewayPaired, GatewayRevoked, PairingOpened, PairingRefused
from hub.modules.gateways.model import WRONG_CODES_LIMIT, is_name, is_open


def open_pairing(command: messages.OpenPairing, context: Context) -> Decision:
    """A code for a gateway of this name; the code before it is good no more."""
    if not is_name(command.gateway_id):
        return Decision.refuse("gateways.name_malformed", 400)
    offer: Row = {
        "slot": 1,
        "gateway_id": command.gateway_id,
        "code_digest": command.code_digest,
        "opened_ms": int(context.monotonic_s * 1000),
        "failures": 0,
    }
    opened = PairingOpened(gateway_id=command.gateway_id, staff_id=_staff_id(context))
    return Decision(events=(opened,), local=((store.save_offer, offer),))


def pair_gateway(command: messages.PairGateway, context: Context) -> Decision:
    """The right code makes a gateway known by its own token, in place of the one it had before."""
    offer = store.offer(context.read)
    if offer is None or not is_open(offer.opened_ms, context.monotonic_s):
        return _wrong()
    if not hmac.compare_digest(offer.code_digest.encode(), command.code_digest.encode()):
        return _tried(offer) + _wrong()
    token = {"gateway_id": offer.gateway_id, "token_digest": command.token_digest}
    return Decision(
        events=(GatewayPaired(gateway_id=offer.gateway_id),),
        answer=messages.Paired(offer.gateway_id),
        local=((store.save_token, token), (store.drop_offer, {"of_slot": 1})),
    )


def revoke_gateway(command: messages.RevokeGateway, context: Context) -> Decision:
    """Its token is good no more; the app hangs up on it."""
    known = store.paired_gateway(context.read, context.store_id, command.gateway_id)
    if known is None:
        return Decision.refuse("gateways.unknown", 404, gateway_id=command.gateway_id[:64])
    forgotten = Decision(local=((store.drop_token, {"of_gateway": command.gateway_id}),))
    if known.revoked_ms is not None:
        return forgotten
    return Decision.of(GatewayRevoked(gateway_id=command.gateway_id, staff_id=_staff_id(context))) + forgotten


def _tried(offer: store.Offer) -> Decision:
    """One more wrong code, on record; the last that is allowed ends the right one."""
    failures = offer.failures + 1
    refused = PairingRefused(gateway_id=offer.gateway_id, failures=failures)
    if failures >= WRONG_CODES_LIMIT:
        return Decision(events=(refused,), local=((store.drop_offer, {"of_slot": 1}),))
    counted: Row = msgspec.structs.asdict(offer) | {"slot": 1, "failures": failures}
    return Decision(events=(refused,), local=((store.save_offer, counted),))


def _wrong() -> Decision:
    return Decision.refuse("gateways.pairing_code_wrong", 403)


def _staff_id(context: Context) -> str:
    return context.actor.staff_id if context.actor else ""
