"""Ids: UUIDs of version 7 as 32 lower-case hex digits, made by the client wherever a retry is possible.

They begin with the time, so that rows of one moment stand side by side in every index: with random ids each
order would dirty twice as many pages, all to be encrypted and synced.
"""

import os
import random
import re
import time

_HEX_ID = re.compile(r"[0-9a-f]{32}")
_VERSION = 7 << 76
_VARIANT = 2 << 62
_RANDOM_BITS = ~(0xF << 76 | 3 << 62)
_chance = random.Random()
"""Not the system's own chance: each question to it lets go of the interpreter, and no id is a secret."""
os.register_at_fork(after_in_child=_chance.seed)


def new_id() -> str:
    """An id that nobody has made: 48 bits of milliseconds, then 74 bits of chance."""
    chance = _chance.getrandbits(80) & _RANDOM_BITS
    return f"{time.time_ns() // 1_000_000 << 80 | _VERSION | _VARIANT | chance:032x}"


def is_id(text: str) -> bool:
    """Whether `text` has the form of an id."""
    return _HEX_ID.fullmatch(text) is not None
