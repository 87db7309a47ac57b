"""Topic names: es1/{shard}/{tenant}/{hub}/{up|dn}/{type}; within AWS's limits, safe for NATS."""

import hashlib
import re
from typing import NamedTuple

SHARDS = 64
MAX_NAME_CHARS = 48
_ROOT = "es1"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")


class HubAddress(NamedTuple):
    """Which hub of which tenant; both names lower case, without dot, space or wildcard."""

    tenant: str
    hub: str

    def topic(self, kind: str) -> str:
        """The hub's topic of a kind, such as `up/ev`."""
        return f"{_ROOT}/{shard_of(self)}/{self.tenant}/{self.hub}/{kind}"


UP_EVENTS = "up/ev"
UP_STATUS = "up/st"
UP_TELEMETRY = "up/tm"
DOWN_ACK = "dn/ack"


def is_name(name: str) -> bool:
    """Whether a tenant or hub may carry this name in a topic."""
    return len(name) <= MAX_NAME_CHARS and _NAME.fullmatch(name) is not None


def address(tenant: str, hub: str) -> HubAddress:
    """A checked address. Raises ValueError for a name that a broker would not carry."""
    for name in (tenant, hub):
        if not is_name(name):
            raise ValueError(f"not a topic name: {name!r} (lower case letters, digits, - and _)")
    return HubAddress(tenant, hub)


def shard_of(hub: HubAddress) -> int:
    """The shard that a hub belongs to for life."""
    digest = hashlib.sha256(f"{hub.tenant}/{hub.hub}".encode()).digest()
    return int.from_bytes(digest[:8]) % SHARDS


def parse(topic: str) -> tuple[HubAddress, str] | None:
    """The hub and kind that a topic names; None when it is not one of ours."""
    parts = topic.split("/")
    if len(parts) != 6 or parts[0] != _ROOT or not (is_name(parts[2]) and is_name(parts[3])):
        return None
    hub = HubAddress(parts[2], parts[3])
    if parts[1] != str(shard_of(hub)):
        return None
    return hub, f"{parts[4]}/{parts[5]}"


def every_hub(kind: str) -> str:
    """The filter under which the aggregator hears a kind from every hub."""
    return f"{_ROOT}/+/+/+/{kind}"
