"""What a controller needs: `bus`, `readers`, `caller`, `people`, `store_id` come as dependencies by name."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from hub.kernel.bus import Bus
from hub.kernel.context import Caller
from hub.kernel.errors import Refused
from hub.kernel.messages import Command


async def send(bus: Bus, command: Command, caller: Caller) -> Any:
    """Dispatch the request's body and return its answer. Raises Refused, which the app renders."""
    outcome = await bus.adispatch(command, caller)
    if outcome.refusal is not None:
        raise Refused.of(outcome.refusal)
    return outcome.answer


def require(caller: Caller, permission: str) -> None:
    """Refuse a reader who may not see this. Raises Refused `auth.sign_in_first` or `auth.not_permitted`."""
    if caller.actor is None:
        raise Refused("auth.sign_in_first", 401)
    if permission not in caller.actor.permissions:
        raise Refused("auth.not_permitted", 403, permission=permission)


def is_same_origin(headers: Mapping[str, str]) -> bool:
    """Whether a WebSocket was opened by our own page, or by no page at all: cookies alone do not tell."""
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")
