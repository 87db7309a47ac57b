"""How much a driver holds on to: the characters, bytes and members of everything it owns."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

import msgspec


def bulk(thing: Any, seen: set[int] | None = None) -> int:
    """What grows when a buffer grows; the same object is counted once."""
    seen = set() if seen is None else seen
    if id(thing) in seen or thing is None or isinstance(thing, int | float | complex | type):
        return 0
    seen.add(id(thing))
    if isinstance(thing, str | bytes | bytearray):
        return len(thing)
    if isinstance(thing, Mapping):
        return len(thing) + sum(bulk(part, seen) for pair in thing.items() for part in pair)
    if isinstance(thing, list | tuple | set | frozenset | deque):
        return len(thing) + sum(bulk(part, seen) for part in thing)
    if isinstance(thing, msgspec.Struct):
        return sum(bulk(getattr(thing, name), seen) for name in thing.__struct_fields__)
    return sum(bulk(part, seen) for part in vars(thing).values()) if hasattr(thing, "__dict__") else 0
