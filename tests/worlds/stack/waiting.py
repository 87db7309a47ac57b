"""Waiting for what must come, with an end to it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

WAIT_S = 40.0
_LOOK_EVERY_S = 0.02

T = TypeVar("T")


def eventually(look: Callable[[], T | None], what: str, within_s: float = WAIT_S) -> T:
    """The first answer that is something; fails with its name when none comes."""
    until_s = time.monotonic() + within_s
    while True:
        if found := look():
            return found
        if time.monotonic() > until_s:
            raise AssertionError(f"never came: {what}")
        time.sleep(_LOOK_EVERY_S)
