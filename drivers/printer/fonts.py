"""Fonts of the system for the characters that a printer does not have."""

from __future__ import annotations

import logging
import subprocess
from functools import lru_cache

from PIL import ImageFont

logger = logging.getLogger(__name__)

FIND_TIMEOUT_S = 5.0
_TRIED_MAX = 4
_REGULAR = "80"  # fontconfig's weight


class Fonts:
    """Finds a font that has a character: the configured file first, then what fontconfig knows."""

    def __init__(self, font_file: str) -> None:
        self._font_file = font_file
        self._has_complained = False
        self.of = lru_cache(maxsize=512)(self._find)

    def _find(self, char: str, height_dots: int) -> ImageFont.FreeTypeFont | None:
        """A Pillow font of this height with the character in it; None if there is none."""
        files = [(self._font_file, 0)] if self._font_file else []
        for file, index in [*files, *_known_to_fontconfig(ord(char))]:
            font = _load(file, index, height_dots)
            if font is not None and _has(font, char):
                return font
        self._complain(char)
        return None

    def _complain(self, char: str) -> None:
        if not self._has_complained:
            self._has_complained = True
            logger.warning("no font has U+%04X: such characters print as a block; install one", ord(char))


@lru_cache(maxsize=512)
def _known_to_fontconfig(codepoint: int) -> list[tuple[str, int]]:
    pattern = f":charset={codepoint:x}:scalable=true:color=false"
    try:
        found = subprocess.run(
            ["fc-list", "--format", "%{weight}\t%{file}\t%{index}\n", pattern],
            capture_output=True, text=True, timeout=FIND_TIMEOUT_S, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return []
    fonts = [line.split("\t") for line in found.stdout.splitlines() if line.count("\t") == 2]
    fonts.sort(key=lambda font: (font[0] != _REGULAR, font[1]))  # bold strokes run together in 24 dots
    return [(file, int(index) & 0xFFFF) for _, file, index in fonts if index.isdigit()][:_TRIED_MAX]


@lru_cache(maxsize=64)
def _load(file: str, index: int, height_dots: int) -> ImageFont.FreeTypeFont | None:
    try:
        return ImageFont.truetype(file, height_dots, index=index)
    except (OSError, ValueError):
        return None


def _has(font: ImageFont.FreeTypeFont, char: str) -> bool:
    """Whether the font draws more than the box it draws for what it does not have."""
    shape, box = font.getmask(char), font.getmask("\U0010ffff")
    return shape.size != box.size or bytes(shape) != bytes(box)
