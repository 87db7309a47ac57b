"""What a printer cannot say in its own font, drawn dot by dot; logos too."""

from __future__ import annotations

import io
import math
from functools import lru_cache
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

from drivers.document import Align
from drivers.printer.fonts import Fonts
from drivers.printer.layout import cells_of, clusters, display_cells
from drivers.printer.realtime import defused

CELL_DOTS = 12
LINE_DOTS = 24
_INK = 255
_PICTURE_DOTS_MAX = 2_000


class Glyphs:
    """Single characters, each in a box of its own."""

    def __init__(self, font_file: str) -> None:
        self._fonts = Fonts(font_file)

    def draw(self, cluster: str, width: int, height: int) -> Image.Image:
        """A character with the marks that stand on it; a block where no font has it."""
        glyph = Image.new("1", (width, height))
        draw = ImageDraw.Draw(glyph)
        font = self._fonts.of(cluster[0], height * 7 // 8)
        if font is None:
            third = height // 3
            draw.rectangle((1, third - 2, width - 2, third + 1), fill=_INK)
            draw.rectangle((1, 2 * third - 2, width - 2, 2 * third + 1), fill=_INK)
        else:
            return _fitted(cluster, font, width, height)
        return glyph


def _fitted(cluster: str, font: ImageFont.FreeTypeFont, width: int, height: int) -> Image.Image:
    """The character in the middle of its box, condensed where it is wider."""
    room = max(width, math.ceil(font.getlength(cluster)))
    glyph = Image.new("1", (room, height))
    middle = (room / 2, height * 4 // 5)
    ImageDraw.Draw(glyph).text(middle, cluster, fill=_INK, font=font, anchor="ms")
    if room == width:
        return glyph
    condensed = glyph.convert("L").resize((width, height), Image.Resampling.BOX)
    return condensed.point(lambda level: _INK if level >= _INK // 3 else 0).convert("1")


class Drawn(NamedTuple):
    """Rows of dots, eight a byte, ink where a bit is set."""

    row_bytes: int
    height: int
    dots: bytes


class LinePen:
    """Draws whole lines for printers that place them anywhere."""

    def __init__(self, font_file: str) -> None:
        self._glyphs = Glyphs(font_file)

    def line(self, text: str, height: int) -> Drawn:
        """A line of printable text, each cell half as wide as it is high."""
        row_bytes = max(1, -(-display_cells(text) * height // 16))
        paper, x = Image.new("1", (8 * row_bytes, height)), 0
        for cluster in clusters(text):
            width = cells_of(cluster[0]) * height // 2
            paper.paste(self._glyphs.draw(cluster, width, height), (x, 0))
            x += width
        return Drawn(row_bytes, height, paper.tobytes())


class Pen:
    """Draws for one paper width."""

    def __init__(self, width_dots: int, font_file: str) -> None:
        self._width_dots = width_dots
        self._glyphs = Glyphs(font_file)
        self.inline = lru_cache(maxsize=512)(self._inline)

    def _inline(self, cluster: str) -> bytes:
        """One character among others in a line of normal size: ESC * in 24 dots."""
        glyph = self._glyphs.draw(cluster, cells_of(cluster[0]) * CELL_DOTS, LINE_DOTS)
        columns = glyph.transpose(Image.Transpose.TRANSPOSE)
        return b"\x1b*\x21" + glyph.width.to_bytes(2, "little") + defused(columns.tobytes())

    def double_line(self, line: str, align: Align) -> bytes:
        """A whole line of double size as an image: ESC * is too low for it."""
        height = 2 * LINE_DOTS
        paper = Image.new("1", (self._width_dots, height))
        room = self._width_dots - display_cells(line) * 2 * CELL_DOTS
        x = {"left": 0, "center": room // 2, "right": room}[align]
        for cluster in clusters(line):
            width = cells_of(cluster[0]) * 2 * CELL_DOTS
            paper.paste(self._glyphs.draw(cluster, width, height), (x, 0))
            x += width
        return _raster(paper)

    def picture(self, png: bytes) -> bytes:
        """A PNG, centred; wider than the paper it is made smaller. ValueError for one that is no good."""
        try:
            with Image.open(io.BytesIO(png), formats=["PNG"]) as opened:
                if max(opened.size) > _PICTURE_DOTS_MAX:
                    raise ValueError("a picture has at most 2000 dots a side")
                grey = _on_white(opened)
        except (OSError, SyntaxError) as error:
            raise ValueError(f"not a PNG: {error}") from error
        grey.thumbnail((self._width_dots, _PICTURE_DOTS_MAX))
        paper = Image.new("1", (self._width_dots, grey.height))
        ink = grey.point(lambda level: 255 - level).convert("1")
        paper.paste(ink, ((self._width_dots - grey.width) // 2, 0))
        return _raster(paper)


def _on_white(opened: Image.Image) -> Image.Image:
    layer = opened.convert("RGBA")
    paper = Image.new("RGBA", layer.size, "white")
    return Image.alpha_composite(paper, layer).convert("L")


def _raster(paper: Image.Image) -> bytes:
    """GS v 0: rows of dots, eight a byte."""
    row_bytes = -(-paper.width // 8)
    head = b"\x1dv0\x00" + row_bytes.to_bytes(2, "little") + paper.height.to_bytes(2, "little")
    return head + defused(paper.tobytes())
