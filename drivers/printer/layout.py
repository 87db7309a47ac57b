"""Laying text out in display cells, as a GBK printer prints them: ASCII one cell, everything else two."""

from __future__ import annotations

import unicodedata

from drivers.document import Align, Cell

# What GBK cannot say prints as a visible block, never as "?" and never silently nothing.
UNPRINTABLE = "〓"
_SAID_OTHERWISE = {"\u00a5": "￥", "\u00a0": " ", "\t": " ", "\u2022": "·", "\u2013": "-", "\u2212": "-"}


def printable(text: str) -> str:
    """The text with only characters GBK can print, and newlines; controls and invisible marks are dropped."""
    normal = unicodedata.normalize("NFC", text)
    return "".join(_printable_char(_SAID_OTHERWISE.get(char, char)) for char in normal)


def _printable_char(char: str) -> str:
    if char == "\n" or " " <= char <= "~":
        return char
    if unicodedata.category(char) in {"Cc", "Cf"}:
        return ""
    try:
        encoded = char.encode("gbk")
    except UnicodeEncodeError:
        return UNPRINTABLE
    return char if len(encoded) == 2 else UNPRINTABLE


def display_cells(text: str) -> int:
    """How many cells printable text takes on paper."""
    return sum(1 if char <= "~" else 2 for char in text)


def wrap(text: str, width: int) -> list[str]:
    """Printable text in lines of at most width cells: words stay whole where they fit, newlines are kept."""
    return [line for paragraph in text.split("\n") for line in _wrap_paragraph(paragraph, width)]


def _wrap_paragraph(paragraph: str, width: int) -> list[str]:
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
