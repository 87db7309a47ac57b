"""Paper as SVG: robust wherever a browser is, with whatever CJK font it finds."""

import re
from collections.abc import Iterator
from html import escape

from hardware_sim.devices.paper import DOTS_PER_COLUMN, cells_of, indent
from hardware_sim.views import PaperLine, Span

LINE_DOTS = 30
MARGIN_DOTS = 24
BARCODE_DOTS = 80
FONTS = "'Noto Sans Mono CJK SC','Noto Sans CJK SC','WenQuanYi Zen Hei Mono','Source Han Sans SC',monospace"


def picture_of(lines: tuple[PaperLine, ...], columns: int) -> str:
    """One SVG of the lines as they hang out of a printer `columns` wide."""
    width = columns * DOTS_PER_COLUMN
    y = MARGIN_DOTS
    parts: list[str] = []
    for line in lines:
        parts.extend(drawn(line, columns, y))
        y += height_of(line)
    total_width, total_height = width + 2 * MARGIN_DOTS, y + MARGIN_DOTS
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total_width} {total_height}" '
        f'width="{total_width}" height="{total_height}" font-family="{FONTS}" font-size="24">'
        f'<rect width="100%" height="100%" fill="#fffef8"/><g fill="#222">{"".join(parts)}</g></svg>'
    )


def height_of(line: PaperLine) -> int:
    if line.kind == "feed":
        return line.lines * LINE_DOTS
    if line.kind == "barcode":
        return BARCODE_DOTS + (LINE_DOTS if line.spans else 0) + 8
    if line.kind in ("qr", "image"):
        return len(line.matrix or ()) * line.module_dots + 8
    return LINE_DOTS * max((span.height for span in line.spans), default=1)


def drawn(line: PaperLine, columns: int, top: int) -> Iterator[str]:
    """The SVG elements of one line whose upper edge is at `top`."""
    if line.kind == "barcode":
        yield from barcode(line, columns, top)
    elif line.kind in ("qr", "image"):
        yield from matrix(line, columns, top)
    elif line.kind == "text":
        yield from text(line, columns, top)


def text(line: PaperLine, columns: int, top: int) -> Iterator[str]:
    cells = sum(cells_of(span.text) * span.width for span in line.spans)
    x = MARGIN_DOTS + indent(cells, columns, line.align) * DOTS_PER_COLUMN
    for span in line.spans:
        length = cells_of(span.text) * span.width * DOTS_PER_COLUMN
        yield from run(span, x, top, length, height_of(line))
        x += length


def run(span: Span, x: int, top: int, length: int, line_height: int) -> Iterator[str]:
    """One span; magnified by scaling, so that double width looks as a printer's does."""
    if not span.text.strip() and not span.inverse:
        return
    baseline = top + line_height - 7
    style = (' font-weight="bold"' if span.bold else "") + (
        ' text-decoration="underline"' if span.underline else ""
    )
    if span.inverse:
        yield f'<rect x="{x}" y="{top}" width="{length}" height="{line_height}"/>'
        style += ' fill="#fff"'
    yield (
        f'<text transform="translate({x} {baseline}) scale({span.width} {span.height})"{style} '
        f'textLength="{length // span.width}" lengthAdjust="spacingAndGlyphs" xml:space="preserve">'
        f"{escape(span.text)}</text>"
    )


def barcode(line: PaperLine, columns: int, top: int) -> Iterator[str]:
    widths = [int(width) * line.module_dots for width in line.bars or ""]
    x = start = MARGIN_DOTS + aligned(sum(widths), columns, line)
    for number, width in enumerate(widths):
        if number % 2 == 0:
            yield f'<rect x="{x}" y="{top}" width="{width}" height="{BARCODE_DOTS}"/>'
        x += width
    for span in line.spans:
        centre = (start + x) // 2
        place = f'x="{centre}" y="{top + BARCODE_DOTS + 24}" text-anchor="middle"'
        yield f"<text {place}>{escape(span.text)}</text>"


def matrix(line: PaperLine, columns: int, top: int) -> Iterator[str]:
    rows, dots = line.matrix or (), line.module_dots
    left = MARGIN_DOTS + aligned(len(rows[0]) * dots if rows else 0, columns, line)
    for y, row in enumerate(rows):
        for run_of_ink in re.finditer("1+", row):
            x, width = left + run_of_ink.start() * dots, len(run_of_ink[0]) * dots
            yield f'<rect x="{x}" y="{top + y * dots}" width="{width}" height="{dots}"/>'


def aligned(width: int, columns: int, line: PaperLine) -> int:
    free = max(0, columns * DOTS_PER_COLUMN - width)
    return {"left": 0, "center": free // 2, "right": free}[line.align]
