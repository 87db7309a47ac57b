"""Ids: 32 lower-case hex digits, random, made by the client wherever a retry is possible."""

import os
import re

_HEX_ID = re.compile(r"[0-9a-f]{32}")


def new_id() -> str:
    """A random 128-bit id in hex; five times cheaper than formatting a `uuid4`."""
    return os.urandom(16).hex()


def is_id(text: str) -> bool:
    """Whether `text` has the form of an id."""
    return _HEX_ID.fullmatch(text) is not None
