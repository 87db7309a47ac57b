"""Paper as PNG, dot by dot, each character in its cell."""

import io
import subprocess
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from hardware_sim.devices.paper import DOTS_PER_COLUMN, cells_of
from hardware_sim.pictures.sheet import LINE_DOTS, Box, Sheet, Words, sheet_of
from hardware_sim.views import PaperLine

GLYPH_DOTS = 24
BASELINE_DOTS = 23
MAX_HEIGHT_DOTS = 60_000  # more than any printer's uncut paper that is kept
PAPER, INK = 254, 34
FONT_WITHIN_S = 20
WANTED = "Noto Sans Mono CJK SC:lang=zh-cn:weight=80"


class FontMissing(Exception):
    """There is no font that has Chinese characters."""


def find_font(font_file: Path | None = None) -> ImageFont.FreeTypeFont:
    """The named font file, or what fontconfig has for Chinese."""
    if font_file is not None:
        return _opened(str(font_file), 0)
    try:
        told = subprocess.run(
            ["fc-match", "--format=%{file}\n%{index}\n%{lang}", WANTED],
            check=True,
            capture_output=True,
            text=True,
            timeout=FONT_WITHIN_S,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise FontMissing from error
    path, index, languages = told.stdout.split("\n", 2)
    if "zh-cn" not in languages.split("|"):
        raise FontMissing
    return _opened(path, int(index) & 0xFFFF)


def png_of(lines: tuple[PaperLine, ...], columns: int, font: ImageFont.FreeTypeFont) -> bytes:
    """One PNG of the lines as they hang out of a printer `columns` wide."""
    sheet = sheet_of(lines, columns)
    paper = Image.new("L", (sheet.width, min(sheet.height, MAX_HEIGHT_DOTS)), PAPER)
    _paint(sheet, paper, font)
    out = io.BytesIO()
    paper.save(out, "PNG", optimize=True)
    return out.getvalue()


@lru_cache(maxsize=8)
def _opened(path: str, index: int) -> ImageFont.FreeTypeFont:
    try:
        return ImageFont.truetype(path, GLYPH_DOTS, index=index)
    except OSError as error:
        raise FontMissing from error


def _paint(sheet: Sheet, paper: Image.Image, font: ImageFont.FreeTypeFont) -> None:
    pen = ImageDraw.Draw(paper)
    for mark in sheet.marks:
        if isinstance(mark, Box):
            pen.rectangle((mark.x, mark.y, mark.x + mark.width - 1, mark.y + mark.height - 1), fill=INK)
        else:
            _write(mark, paper, font)


def _write(words: Words, paper: Image.Image, font: ImageFont.FreeTypeFont) -> None:
    """A span set in its plain size, then magnified dot by dot as a printer does."""
    span = words.span
    plain = _set(words, font)
    size = (plain.width * span.width, plain.height * span.height)
    ink = plain.resize(size, Image.Resampling.NEAREST)
    place = (words.x, words.bottom - size[1])
    if span.inverse:
        paper.paste(INK, (words.x, words.top, words.x + size[0], words.bottom))
    paper.paste(PAPER if span.inverse else INK, place, ink)


def _set(words: Words, font: ImageFont.FreeTypeFont) -> Image.Image:
    """The span's ink; a character of another width stands in the middle of its cell."""
    span = words.span
    cells = cells_of(span.text)
    ink = Image.new("L", (cells * DOTS_PER_COLUMN, LINE_DOTS), 0)
    pen = ImageDraw.Draw(ink)
    x = 0
    for char in span.text:
        cell = cells_of(char) * DOTS_PER_COLUMN
        left = x + (cell - font.getlength(char)) / 2
        for shift in range(1 + span.bold):  # bold is struck twice, one dot apart
            pen.text((left + shift, BASELINE_DOTS), char, fill=255, font=font, anchor="ls")
        x += cell
    if span.underline:
        pen.rectangle((0, BASELINE_DOTS + 3, x - 1, BASELINE_DOTS + 4), fill=255)
    return ink
