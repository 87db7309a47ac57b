"""Where one ESC/POS command ends and the next begins, read from the printer's side of the wire."""

import re
from collections.abc import Callable
from typing import NamedTuple

ESC, GS, FS, DLE = 0x1B, 0x1D, 0x1C, 0x10
LINE_CONTROLS = frozenset(b"\n\r\t\x0c\x18")
MAX_PAYLOAD_BYTES = 512 * 1024

# Two-byte commands and how many argument bytes follow.
FIXED: dict[bytes, int] = (
    dict.fromkeys((b"\x1b@", b"\x1b2", b"\x1bS", b"\x1bL", b"\x1bi", b"\x1bm", b"\x1b\x0c"), 0)
    | dict.fromkeys((b"\x1b" + bytes([c]) for c in b"!aEGMdeJK3-tR{V rT%?=&u"), 1)
    | dict.fromkeys((b"\x1b$", b"\x1b\\", b"\x1bc", b"\x1bB"), 2)
    | {b"\x1bp": 3, b"\x1bW": 8}
    | dict.fromkeys((b"\x1d" + bytes([c]) for c in b"!BHhwfbarIT/"), 1)
    | dict.fromkeys((b"\x1dL", b"\x1dW", b"\x1dP", b"\x1d$", b"\x1d\\"), 2)
    | {b"\x1d:": 0, b"\x1d^": 3}
    | {b"\x1c&": 0, b"\x1c.": 0, b"\x1c!": 1, b"\x1c-": 1, b"\x1cW": 1, b"\x1cC": 1}
    | {b"\x1cS": 2, b"\x1cp": 2, b"\x1c2": 74, b"\x10\x04": 1, b"\x10\x05": 1}
)


class Token(NamedTuple):
    """`name` is the command's first bytes, empty for a character; `args` is all that follows."""

    name: bytes
    args: bytes
    size: int


def next_token(data: bytes, double_byte: bool) -> Token | None:
    """The first token of non-empty `data`; None while it is still incomplete."""
    first = data[0]
    if first in (ESC, GS, FS, DLE):
        return command(data)
    if double_byte and 0x81 <= first <= 0xFE:
        if len(data) < 2:
            return None
        size = 2 if 0x40 <= data[1] <= 0xFE and data[1] != 0x7F else 1
        return Token(b"", data[:size], size)
    if first < 0x20:
        return Token(data[:1] if first in LINE_CONTROLS else b"\0", b"", 1)
    return Token(b"", data[:1], 1)


def command(data: bytes) -> Token | None:
    name = data[:2]
    if len(name) < 2:
        return None
    measure = VARIABLE.get(name)
    size = measure(data) if measure else 2 + FIXED.get(name, 0)
    if size is None or len(data) < size:
        return None
    return Token(name, data[2:size], size)


def known(name: bytes) -> bool:
    return name in FIXED or name in VARIABLE


def bit_image(data: bytes) -> int | None:
    if len(data) < 5:
        return None
    return 5 + (data[3] | data[4] << 8) * (3 if data[2] >= 32 else 1)


def until_nul(data: bytes) -> int | None:
    end = data.find(b"\0", 2)
    return end + 1 if end >= 0 else None


def barcode(data: bytes) -> int | None:
    if len(data) < 4:
        return None
    if data[2] <= 6:
        end = data.find(b"\0", 3)
        return end + 1 if end >= 0 else None
    return 4 + data[3]


def sized(data: bytes) -> int | None:
    return 5 + (data[3] | data[4] << 8) if len(data) >= 5 else None


def long_sized(data: bytes) -> int | None:
    if len(data) < 7:
        return None
    return 7 + min(int.from_bytes(data[3:7], "little"), MAX_PAYLOAD_BYTES)


def raster(data: bytes) -> int | None:
    if len(data) < 8:
        return None
    return 8 + min((data[4] | data[5] << 8) * (data[6] | data[7] << 8), MAX_PAYLOAD_BYTES)


def stored_image(data: bytes) -> int | None:
    return 4 + data[2] * data[3] * 8 if len(data) >= 4 else None


def cut(data: bytes) -> int | None:
    if len(data) < 3:
        return None
    return 3 if data[2] in (0, 1, 48, 49) else 4


def realtime_request(data: bytes) -> int | None:
    if len(data) < 3:
        return None
    return {1: 5, 2: 5, 7: 4, 8: 10}.get(data[2], 3)


VARIABLE: dict[bytes, Callable[[bytes], int | None]] = {
    b"\x1b*": bit_image,
    b"\x1bD": until_nul,
    b"\x1dk": barcode,
    b"\x1d(": sized,
    b"\x1c(": sized,
    b"\x1d8": long_sized,
    b"\x1dv": raster,
    b"\x1d*": stored_image,
    b"\x1dV": cut,
    b"\x10\x14": realtime_request,
}

# Real-time commands are obeyed the moment their bytes arrive, wherever they stand: even inside an image.
REALTIME = re.compile(
    rb"\x10(?:\x04[\x01-\x04]|\x05[\x01\x02]|\x14\x01[\x00\x01][\x01-\x08]|\x14\x08\x01\x03\x14\x01\x06\x02\x08)",
    re.DOTALL,
)
LONGEST_REALTIME = 10


class RealtimeEar:
    """Finds real-time commands in a stream that comes in any pieces."""

    def __init__(self) -> None:
        self._tail = b""

    def hear(self, data: bytes) -> list[bytes]:
        window = self._tail + data
        found = list(REALTIME.finditer(window))
        rest = window[found[-1].end() :] if found else window
        start = rest.find(b"\x10", max(0, len(rest) - LONGEST_REALTIME + 1))
        self._tail = rest[start:] if start >= 0 else b""
        return [match.group() for match in found]
