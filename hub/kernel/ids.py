"""Ids: UUIDs of version 7 as 32 lower-case hex digits, made by the client wherever a retry is possible.

They begin with the time, so that rows of one moment stand side by side in every index: with random ids each
order would dirty twice as many pages, all to be encrypted and synced.
"""

import os
import re
import time

_HEX_ID = re.compile(r"[0-9a-f]{32}")
_VERSION = 7 << 76
_VARIANT = 2 << 62
_RANDOM_BITS = ~(0xF << 76 | 3 << 62)


def new_id() -> str:
    """An id that nobody has made: 48 bits of milliseconds, then 74 bits of chance."""
    chance = int.from_bytes(os.urandom(10), "big") & _RANDOM_BITS
    return f"{time.time_ns() // 1_000_000 << 80 | _VERSION | _VARIANT | chance:032x}"


def is_id(text: str) -> bool:
    """Whether `text` has the form of an id."""
    return _HEX_ID.fullmatch(text) is not None
