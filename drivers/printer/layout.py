"""Laying text out in display cells, as a Chinese printer prints them: ASCII one cell, everything else two."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from drivers.document import Align, Cell

# What nobody can print stands as a visible block, never as "?" and never silently nothing.
UNPRINTABLE = "〓"
_SAID_OTHERWISE = {"\u00a5": "￥", "\u00a0": " ", "\t": " ", "\u2022": "·", "\u2013": "-", "\u2212": "-"}
_VARIATIONS = frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0x1F3FB, 0x1F400))))


def printable(text: str) -> str:
    """The text without controls and invisible marks, newlines kept; what has no shape is a block."""
    normal = unicodedata.normalize("NFC", text)
    return "".join(char if " " <= char <= "~" else _printable_char(char) for char in normal)


@lru_cache(maxsize=4096)
def _printable_char(char: str) -> str:
    char = _SAID_OTHERWISE.get(char, char)
    category = unicodedata.category(char)
    if char == "\n" or in_gbk(char) is not None:
        return char
    if category in {"Cc", "Cf"} or char in _VARIATIONS:
        return ""
    if category[0] == "Z":
        return " "
    return UNPRINTABLE if category in {"Cs", "Co", "Cn"} else char


@lru_cache(maxsize=4096)
def in_gbk(char: str) -> bytes | None:
    """One printable character as GBK has it: ASCII in one byte, the rest in two."""
    try:
        encoded = char.encode("gbk")
    except UnicodeEncodeError:
        return None
    return encoded if len(encoded) == (1 if " " <= char <= "~" else 2) else None


def line_in_gbk(line: str) -> bytes | None:
    """A printable line as GBK, None if anything in it is not in GBK."""
    try:
        encoded = line.encode("gbk")
    except UnicodeEncodeError:
        return None
    return encoded if len(encoded) == display_cells(line) else None


def gbk_only(text: str) -> str:
    """Printable text for printers that can draw nothing: what GBK does not have is a block."""
    return "".join(
        char if char == "\n" or in_gbk(char) is not None else UNPRINTABLE
        for char in printable(text)
        if char == "\n" or cells_of(char)
    )


@lru_cache(maxsize=4096)
def cells_of(char: str) -> int:
    """How many cells one printable character takes; a mark stands on the one before it."""
    if char <= "~":
        return 1
    return 0 if unicodedata.category(char)[0] == "M" and in_gbk(char) is None else 2


def display_cells(text: str) -> int:
    """How many cells printable text takes on paper."""
    return len(text) if text.isascii() else sum(map(cells_of, text))


def clusters(line: str) -> Iterator[str]:
    """The line's characters, each with the marks that stand on it; a mark on nothing is dropped."""
    cluster = ""
    for char in line:
        if cells_of(char):
            if cluster:
                yield cluster
            cluster = char
        elif cluster:
            cluster += char
    if cluster:
        yield cluster


def wrap(text: str, width: int) -> list[str]:
    """Printable text in lines of at most width cells: words stay whole where they fit, newlines are kept."""
    return [line for paragraph in text.split("\n") for line in _wrap_paragraph(paragraph, width)]


def _wrap_paragraph(paragraph: str, width: int) -> list[str]:
    if display_cells(paragraph) <= width:
        return [paragraph]
    lines, line = [], ""
    for char in paragraph:
        if display_cells(line + char) > width:
            done, line = _break(line, char)
            lines.append(done)
        line += char
    return [*lines, line]


def _break(line: str, coming: str) -> tuple[str, str]:
    """Where to end a full line: before an ASCII word that would be torn, else right here."""
    if coming == " " or not coming.isascii():
        return line, ""
    start = len(line)
    while start and line[start - 1].isascii() and line[start - 1] != " ":
        start -= 1
    return (line[:start].rstrip(" "), line[start:]) if line[:start].strip(" ") else (line, "")


def pad(text: str, width: int, align: Align) -> str:
    """The text filled with spaces to exactly width cells."""
    room = max(0, width - display_cells(text))
    left = {"left": 0, "center": room // 2, "right": room}[align]
    return " " * left + text + " " * (room - left)


def column_widths(shares: list[int], width: int) -> list[int]:
    """Divide width cells, less one cell between columns, in proportion; every column can hold one hanzi."""
    room = width - (len(shares) - 1)
    total = sum(shares)
    widths = [max(2, room * share // total) for share in shares]
    while sum(widths) > room and max(widths) > 2:
        widths[widths.index(max(widths))] -= 1
    widths[widths.index(max(widths))] += max(0, room - sum(widths))
    return widths


def columns(cells: tuple[Cell, ...], width: int) -> list[str]:
    """The cells side by side as whole lines; long cells continue on the next line."""
    widths = column_widths([cell.width for cell in cells], width)
    wrapped = [wrap(printable(cell.text), room) for cell, room in zip(cells, widths, strict=True)]
    lines = []
    for row in range(max(len(lines_of_cell) for lines_of_cell in wrapped)):
        parts = [
            pad(lines_of_cell[row] if row < len(lines_of_cell) else "", room, cell.align)
            for cell, room, lines_of_cell in zip(cells, widths, wrapped, strict=True)
        ]
        lines.append(" ".join(parts).rstrip(" "))
    return lines
