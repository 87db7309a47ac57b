"""Pairing a gateway on another computer: the manager's code, and the gateway's two questions with it."""

import base64
import binascii
import secrets
from collections import Counter
from typing import Any

import msgspec
from litestar import Request, Response, get, post

from hub.app.authority import Authority
from hub.app.settings import HubSettings
from hub.devices import store as devices
from hub.kernel.bus import Bus
from hub.kernel.context import SYSTEM, Caller, People
from hub.kernel.db import Readers
from hub.kernel.errors import Refused
from hub.kernel.http import require, send
from hub.kernel.ids import new_id
from hub.modules.gateways import store as gateways
from hub.modules.gateways.doors import SECRET_BYTES, code_digest, code_of, new_secret, token_digest
from hub.modules.gateways.messages import OpenPairing, Paired, PairGateway
from hub.modules.gateways.model import CODE_LASTS_S


class AskForCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """POST /api/gateways/code: what the gateway is to be called."""

    gateway_id: str


class PairingCode(msgspec.Struct, frozen=True):
    """The code to type on the other computer, at which port of this one, and for how long it is good."""

    code: str
    port: int
    lasts_s: int


class ShowCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """POST /gateways/pair: the secret part of the code, in base32."""

    secret: str


class OwnToken(msgspec.Struct, frozen=True):
    """Told once: the gateway's name and its token."""

    gateway_id: str
    token: str


@post("/api/gateways/code", status_code=200, tags=["gateways"])
async def pairing_code(
    data: AskForCode,
    request: Request[Any, Any, Any],
    bus: Bus,
    readers: Readers,
    caller: Caller,
    store_id: str,
) -> PairingCode:
    """A code for one gateway; the one before it is good no more."""
    settings: HubSettings = request.app.state.settings
    authority: Authority | None = request.app.state.authority
    if settings.gateways is None or authority is None:
        raise Refused("hub.pairing_off", 409)
    if _is_here(readers, store_id, data.gateway_id):
        raise Refused("hub.gateway_exists", 409, gateway_id=data.gateway_id)
    secret = new_secret()
    digest = code_digest(_people(request), secret)
    opening = OpenPairing(command_id=new_id(), gateway_id=data.gateway_id, code_digest=digest)
    await send(bus, opening, caller)
    return PairingCode(code_of(secret, authority.fingerprint), settings.gateways.port, CODE_LASTS_S)


class GatewayKnown(msgspec.Struct, frozen=True):
    """A gateway that has come, or was paired; without `paired_ms` it shows the hub's own token.

    `seen_ms` is None for one that was paired and never came.
    """

    gateway_id: str
    paired_ms: int | None
    revoked_ms: int | None
    is_connected: bool
    seen_ms: int | None
    device_count: int


@get("/api/gateways/known", sync_to_thread=True, tags=["gateways"])
def known_gateways(
    request: Request[Any, Any, Any], readers: Readers, caller: Caller, store_id: str
) -> list[GatewayKnown]:
    """Every gateway: whether it is connected, when it was last seen, and what hangs on it."""
    require(caller, "gateways.edit")
    paired = {one.gateway_id: one for one in gateways.all_paired(readers, store_id)}
    seen_ms = devices.gateways_seen(readers)
    hung = Counter(device.gateway_id for device in devices.all_devices(readers, store_id))
    connected = set(request.app.state.gateways.connected())
    return [
        GatewayKnown(
            gateway_id,
            paired[gateway_id].paired_ms if gateway_id in paired else None,
            paired[gateway_id].revoked_ms if gateway_id in paired else None,
            gateway_id in connected,
            seen_ms.get(gateway_id),
            hung[gateway_id],
        )
        for gateway_id in sorted((paired.keys() | seen_ms.keys() | connected) - {""})
    ]


@get("/gateways/authority", sync_to_thread=False, media_type="text/plain", include_in_schema=False)
def authority_certificate(request: Request[Any, Any, Any]) -> Response[str]:
    """The certificate that the code's fingerprint is of."""
    authority: Authority | None = request.app.state.authority
    if authority is None:
        raise Refused("hub.pairing_off", 409)
    return Response(authority.certificate_pem, media_type="text/plain")


@post("/gateways/pair", status_code=200, include_in_schema=False)
async def pair(data: ShowCode, request: Request[Any, Any, Any], bus: Bus) -> OwnToken:
    """A token of its own, for whoever shows the code; told over TLS only."""
    if request.url.scheme != "https":
        raise Refused("hub.pairing_needs_tls", 400)
    token, people = secrets.token_urlsafe(32), _people(request)
    shown = PairGateway(
        command_id=new_id(),
        code_digest=code_digest(people, _secret_of(data.secret)),
        token_digest=token_digest(people, token),
    )
    paired: Paired = await send(bus, shown, SYSTEM)
    return OwnToken(paired.gateway_id, token)


def _is_here(readers: Readers, store_id: str, gateway_id: str) -> bool:
    """Whether devices came by a gateway of this name that was never paired: it has the shared token."""
    came = any(device.gateway_id == gateway_id for device in devices.all_devices(readers, store_id))
    return came and gateways.paired_gateway(readers, store_id, gateway_id) is None


def _people(request: Request[Any, Any, Any]) -> People:
    keystore: People = request.app.state.engine.keystore
    return keystore


def _secret_of(text: str) -> bytes:
    try:
        secret = base64.b32decode(text)
    except (binascii.Error, ValueError):
        secret = b""
    return secret if len(secret) == SECRET_BYTES else b""


PAIRING_ROUTES = [pairing_code, known_gateways, authority_certificate, pair]
