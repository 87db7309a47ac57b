"""Fitting text into a display's line, and what every two-line display has in common.

What a display cannot show: on a GBK display one 〓 for each character GBK does not have; on an ASCII display
the plain line is shown where there is one; yuan signs and accents are dropped, full-width forms become
ordinary ones, and each run of characters that are left over becomes one *.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby
from typing import Annotated, Literal, Protocol

from msgspec import Meta

from drivers.display.contract import DisplayOptions, Mute
from drivers.messages import Show

Charset = Literal["ascii", "gbk"]
NOT_IN_GBK = "〓"
NOT_IN_ASCII = "*"
_YUAN_SIGN = re.compile("[¥￥]")


class TextOptions(DisplayOptions, frozen=True, kw_only=True):
    """Facts of a two-line display; columns are display cells, a Chinese character takes two."""

    columns: Annotated[int, Meta(ge=8, le=40)] = 20
    charset: Charset = "ascii"


class LineWire(Protocol):
    """How one wire puts a whole line (0 or 1) of exactly the display's width."""

    def greeting(self, options: TextOptions) -> bytes: ...
    def line(self, row: int, text: bytes) -> bytes: ...


class LineDisplay(Mute):
    """Two lines of text on any wire; remembers what stands there, so that only a changed line is sent."""

    def __init__(self, options: TextOptions, wire: LineWire) -> None:
        self.write_timeout_s = options.write_timeout_s
        self._options = options
        self._wire = wire
        self._standing: list[bytes | None] = [None, None]

    def wake(self) -> bytes:
        return self._wire.greeting(self._options)

    def show(self, frame: Show) -> bytes:
        return b"".join(self._change(row, text) for row, text in enumerate(self._lines(frame)))

    def reset(self) -> None:
        self._standing = [None, None]

    def _lines(self, frame: Show) -> tuple[bytes, bytes]:
        upper, lower = frame.upper, frame.lower
        if self._options.charset == "ascii":
            upper, lower = frame.upper_plain or upper, frame.lower_plain or lower
        columns, charset = self._options.columns, self._options.charset
        return fit(upper, columns, charset), fit(lower, columns, charset)

    def _change(self, row: int, text: bytes) -> bytes:
        if self._standing[row] == text:
            return b""
        self._standing[row] = text
        return self._wire.line(row, text)


def fit(line: str, columns: int, charset: Charset) -> bytes:
    """The line in exactly columns cells: cut or filled with spaces; what follows a tab keeps its place."""
    left, _, right = line.partition("\t")
    tail = _cut(_shown(right, charset), columns)
    room = columns - len(tail) - (1 if tail and left else 0)
    head = _cut(_shown(left, charset), max(0, room))
    return head + b" " * (columns - len(head) - len(tail)) + tail


def _shown(text: str, charset: Charset) -> list[bytes]:
    """The characters as the display takes them, each as many bytes as it has cells."""
    if charset == "gbk":
        signed = _YUAN_SIGN.sub("￥", unicodedata.normalize("NFC", text))
        return [_gbk(char) for char in signed if not _is_invisible(char)]
    plain = unicodedata.normalize("NFKD", _YUAN_SIGN.sub("", text))
    kept = [char for char in plain if not _is_invisible(char) and not unicodedata.combining(char)]
    return [
        one
        for is_ascii, run in groupby(kept, str.isascii)
        for one in ([char.encode() for char in run] if is_ascii else [NOT_IN_ASCII.encode()])
    ]


def _gbk(char: str) -> bytes:
    if char.isascii():
        return char.encode()
    try:
        encoded = char.encode("gbk")
    except UnicodeEncodeError:
        return NOT_IN_GBK.encode("gbk")
    return encoded if len(encoded) == 2 else NOT_IN_GBK.encode("gbk")


def _is_invisible(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cf"}


def _cut(chars: list[bytes], columns: int) -> bytes:
    """As many whole characters as fit."""
    taken = b""
    for char in chars:
        if len(taken) + len(char) > columns:
            break
        taken += char
    return taken
