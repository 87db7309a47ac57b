"""Paper as SVG: robust wherever a browser is, with whatever CJK font it finds."""

from collections.abc import Iterator
from html import escape

from hardware_sim.pictures.sheet import Box, Words, sheet_of
from hardware_sim.views import PaperLine

FONTS = "'Noto Sans Mono CJK SC','Noto Sans CJK SC','WenQuanYi Zen Hei Mono','Source Han Sans SC',monospace"


def svg_of(lines: tuple[PaperLine, ...], columns: int) -> str:
    """One SVG of the lines as they hang out of a printer `columns` wide."""
    sheet = sheet_of(lines, columns)
    ink = "".join(element for mark in sheet.marks for element in _drawn(mark))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {sheet.width} {sheet.height}" '
        f'width="{sheet.width}" height="{sheet.height}" font-family="{FONTS}" font-size="24">'
        f'<rect width="100%" height="100%" fill="#fffef8"/><g fill="#222">{ink}</g></svg>'
    )


def _drawn(mark: Box | Words) -> Iterator[str]:
    if isinstance(mark, Box):
        yield f'<rect x="{mark.x}" y="{mark.y}" width="{mark.width}" height="{mark.height}"/>'
    else:
        yield from _written(mark)


def _written(words: Words) -> Iterator[str]:
    """One span; magnified by scaling, so that double width looks as a printer's does."""
    span, length = words.span, words.length_dots
    style = (' font-weight="bold"' if span.bold else "") + (
        ' text-decoration="underline"' if span.underline else ""
    )
    if span.inverse:
        height = words.bottom - words.top
        yield f'<rect x="{words.x}" y="{words.top}" width="{length}" height="{height}"/>'
        style += ' fill="#fff"'
    yield (
        f'<text transform="translate({words.x} {words.bottom - 7}) scale({span.width} {span.height})"{style} '
        f'textLength="{length // span.width}" lengthAdjust="spacingAndGlyphs" xml:space="preserve">'
        f"{escape(span.text)}</text>"
    )
