"""Bytes that a printer obeys the moment they arrive, wherever they stand: even inside an image."""

from __future__ import annotations

import re

COMMANDS = (b"\x10\x04", b"\x10\x05", b"\x10\x14")
_HIDDEN = re.compile(rb"\x10(?=[\x04\x05\x14])")


def defused(dots: bytes) -> bytes:
    """Image data with one dot more wherever it would have been a real-time command."""
    return _HIDDEN.sub(b"\x11", dots)
