"""Who may come in as a gateway: by the token that all on this machine share, or by one of its own."""

import base64
import hmac
import secrets

from hub.kernel.context import People
from hub.kernel.db import Readers
from hub.modules.gateways import store

SHARED = ""
"""Whoever shows the shared token may have any name."""
SECRET_BYTES = 5
FINGERPRINT_BYTES = 10
_GROUP = 4


class GatewayDoor:
    """Knows gateways by their tokens, of which only keyed digests are kept."""

    def __init__(self, readers: Readers, people: People, shared_token: str) -> None:
        self._readers = readers
        self._people = people
        self._shared = shared_token.encode()

    def admits(self, token: str) -> str | None:
        """The name of the gateway that shows this token, SHARED for the shared one, None for a wrong one."""
        if hmac.compare_digest(token.encode(), self._shared):
            return SHARED
        with self._readers.session() as read:
            return store.gateway_of_token(read, token_digest(self._people, token))


def token_digest(people: People, token: str) -> str:
    """What is kept of a gateway's token."""
    return people.digest(f"gateway token {token}")


def code_digest(people: People, secret: bytes) -> str:
    """What is kept of a pairing code."""
    return people.digest(f"pairing code {secret.hex()}")


def new_secret() -> bytes:
    """The secret part of a pairing code: 40 bits, for it is tried five times at most."""
    return secrets.token_bytes(SECRET_BYTES)


def code_of(secret: bytes, fingerprint: bytes) -> str:
    """A code to be typed: the secret, and the beginning of the fingerprint by which the hub is known."""
    text = base64.b32encode(secret + fingerprint[:FINGERPRINT_BYTES]).decode()
    return "-".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))
