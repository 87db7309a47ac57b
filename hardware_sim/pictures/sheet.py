"""Paper as ink in its places: boxes and runs of words, in dots."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hardware_sim.devices.paper import DOTS_PER_COLUMN, cells_of, indent
from hardware_sim.views import PaperLine, Span

LINE_DOTS = 30
MARGIN_DOTS = 24
BARCODE_DOTS = 80


@dataclass(frozen=True)
class Box:
    """A rectangle of ink."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Words:
    """A span whose left edge is at `x`, in a line between `top` and `bottom`."""

    x: int
    top: int
    bottom: int
    span: Span

    @property
    def length_dots(self) -> int:
        return length_of(self.span)


@dataclass(frozen=True)
class Sheet:
    """Everything on a piece of paper."""

    width: int
    height: int
    marks: tuple[Box | Words, ...]


def sheet_of(lines: tuple[PaperLine, ...], columns: int) -> Sheet:
    """The lines as they hang out of a printer `columns` wide."""
    y = MARGIN_DOTS
    marks: list[Box | Words] = []
    for line in lines:
        marks.extend(_marks(line, columns, y))
        y += height_of(line)
    return Sheet(columns * DOTS_PER_COLUMN + 2 * MARGIN_DOTS, y + MARGIN_DOTS, tuple(marks))


def height_of(line: PaperLine) -> int:
    if line.kind == "feed":
        return line.lines * LINE_DOTS
    if line.kind == "barcode":
        return BARCODE_DOTS + (LINE_DOTS if line.spans else 0) + 8
    if line.kind in ("qr", "image"):
        return len(line.matrix or ()) * line.module_dots + 8
    return LINE_DOTS * max((span.height for span in line.spans), default=1)


def length_of(span: Span) -> int:
    return cells_of(span.text) * span.width * DOTS_PER_COLUMN


def _marks(line: PaperLine, columns: int, top: int) -> Iterator[Box | Words]:
    """What is on one line whose upper edge is at `top`."""
    if line.kind == "barcode":
        yield from _barcode(line, columns, top)
    elif line.kind in ("qr", "image"):
        yield from _matrix(line, columns, top)
    elif line.kind == "text":
        yield from _text(line, columns, top)


def _text(line: PaperLine, columns: int, top: int) -> Iterator[Words]:
    cells = sum(cells_of(span.text) * span.width for span in line.spans)
    x = MARGIN_DOTS + indent(cells, columns, line.align) * DOTS_PER_COLUMN
    for span in line.spans:
        if span.text.strip() or span.inverse:
            yield Words(x, top, top + height_of(line), span)
        x += length_of(span)


def _barcode(line: PaperLine, columns: int, top: int) -> Iterator[Box | Words]:
    widths = [int(width) * line.module_dots for width in line.bars or ""]
    x = start = MARGIN_DOTS + _aligned(sum(widths), columns, line)
    for number, width in enumerate(widths):
        if number % 2 == 0:
            yield Box(x, top, width, BARCODE_DOTS)
        x += width
    for span in line.spans:
        left = (start + x - length_of(span)) // 2
        yield Words(left, top + BARCODE_DOTS, top + BARCODE_DOTS + LINE_DOTS, span)


def _matrix(line: PaperLine, columns: int, top: int) -> Iterator[Box]:
    rows, dots = line.matrix or (), line.module_dots
    left = MARGIN_DOTS + _aligned(len(rows[0]) * dots if rows else 0, columns, line)
    for y, row in enumerate(rows):
        for run_of_ink in re.finditer("1+", row):
            x, width = left + run_of_ink.start() * dots, len(run_of_ink[0]) * dots
            yield Box(x, top + y * dots, width, dots)


def _aligned(width: int, columns: int, line: PaperLine) -> int:
    free = max(0, columns * DOTS_PER_COLUMN - width)
    return {"left": 0, "center": free // 2, "right": free}[line.align]
