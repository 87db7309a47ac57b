"""What a printer's own font does not have is drawn, and no drawing hides a real-time command."""

from __future__ import annotations

import io
import logging
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFont

from drivers.document import Cell, Columns, Picture, Text
from drivers.printer import fonts
from drivers.printer.drawing import LinePen, Pen
from drivers.printer.layout import clusters
from drivers.printer.realtime import COMMANDS, defused
from tests.drivers.printer.test_escpos import printer

GLYPH = b"\x1b*\x21\x18\x00"
GLYPH_BYTES = len(GLYPH) + 24 * 3


@pytest.fixture
def no_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_known_to_fontconfig", lambda _codepoint: [])


@pytest.fixture
def font_file(tmp_path: Path, no_fonts: None) -> str:
    """A Latin font, which is the only one of its machine."""
    font: Any = ImageFont.load_default(24)
    path = tmp_path / "latin.ttf"
    path.write_bytes(font.font_bytes)
    return str(path)


def dots(wire: bytes) -> Image.Image:
    """The picture in the first ESC * of these bytes, upright."""
    at = wire.index(GLYPH) + len(GLYPH)
    return Image.frombytes("1", (24, 24), wire[at : at + 72]).transpose(Image.Transpose.TRANSPOSE)


def test_a_character_that_gbk_does_not_have_is_drawn_in_its_place(font_file: str) -> None:
    wire = printer("generic_58mm", font=font_file).render((Text(text="Piñata 好"),))
    before, after = wire.split(GLYPH)
    assert before.endswith(b"Pi")
    assert after[72:] == b"ata \xba\xc3\n"
    drawn = dots(wire)
    assert drawn.getbbox() is not None
    assert wire == printer("generic_58mm", font=font_file).render((Text(text="Piñata 好"),))


def test_columns_stay_aligned_around_a_drawn_character(font_file: str) -> None:
    row = Columns(cells=(Cell(text="ñ", width=3), Cell(text="1.00", align="right")))
    wire = printer("generic_58mm", font=font_file).render((row,))
    at = wire.index(GLYPH)
    assert len(wire[at + GLYPH_BYTES :].rstrip(b"\n")) == 32 - 2


def test_a_line_of_double_size_is_drawn_as_a_whole(font_file: str) -> None:
    wire = printer("generic_58mm", font=font_file).render((Text(text="Piñata", size=2, align="right"),))
    at = wire.index(b"\x1dv0\x00")
    assert wire[at + 4 : at + 8] == (48).to_bytes(2, "little") * 2
    image = Image.frombytes("1", (384, 48), wire[at + 8 : at + 8 + 48 * 48])
    box = image.getbbox()
    assert box is not None
    assert box[0] >= 384 - 7 * 24


def test_a_letter_too_wide_for_its_cell_is_condensed_and_not_cut(font_file: str) -> None:
    """Both outer strokes of a W are there, at the edges of twelve dots."""
    drawn = LinePen(font_file).line("W", 24)
    assert (drawn.row_bytes, drawn.height) == (2, 24)
    image = Image.frombytes("1", (16, 24), drawn.dots)
    box = image.getbbox()
    assert box is not None
    assert box[0] <= 1
    assert 10 <= box[2] <= 12
    top = [bool(image.getpixel((x, box[1]))) for x in range(16)]
    assert any(top[:4])
    assert any(top[8:12])


def test_without_a_font_there_is_a_block_and_one_remark(
    no_fonts: None, caplog: pytest.LogCaptureFixture
) -> None:
    driver = printer("generic_58mm")
    with caplog.at_level(logging.WARNING):
        wire = driver.render((Text(text="😀 😁"),))
    assert wire.count(GLYPH) == 2
    assert dots(wire).getbbox() is not None
    assert [record.getMessage() for record in caplog.records] == [
        "no font has U+1F600: such characters print as a block; install one"
    ]


def test_a_printer_without_chinese_gets_no_byte_above_ascii_as_text(font_file: str) -> None:
    wire = printer("epson_tm_t20", font=font_file, status="none").render((Text(text="a店b"),))
    assert wire.startswith(b"\x1b@\x1c\x2ea" + GLYPH)
    assert wire.endswith(b"b\n")


def test_marks_stand_on_what_they_follow() -> None:
    assert list(clusters("ŝ\u0323x")) == ["ŝ\u0323", "x"]
    assert list(clusters("\u0323x")) == ["x"]


def png(size: tuple[int, int], colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


def test_a_logo_is_centred_and_never_wider_than_the_paper() -> None:
    driver = printer("generic_58mm")
    small = driver.render((Picture(png=png((80, 10), "black")),))
    at = small.index(b"\x1dv0\x00")
    image = Image.frombytes("1", (384, 10), small[at + 8 :])
    assert image.getbbox() == (152, 0, 232, 10)
    wide = driver.render((Picture(png=png((768, 100), "black")),))
    assert wide[wide.index(b"\x1dv0\x00") + 6 :][:2] == b"\x32\x00"


@pytest.mark.parametrize("bad", [b"GIF89a", b"\x89PNG\r\n\x1a\n", png((2001, 1), "white")])
def test_a_picture_that_is_none_is_refused(bad: bytes) -> None:
    with pytest.raises(ValueError):
        Pen(384, "").picture(bad)


@given(st.lists(st.sampled_from([0x10, 0x04, 0x05, 0x14, 0x00, 0xFF]), max_size=200).map(bytes))
def test_no_image_hides_a_real_time_command(data: bytes) -> None:
    safe = defused(data)
    assert len(safe) == len(data)
    assert not any(command in safe for command in COMMANDS)
    changed = [was ^ now for was, now in zip(data, safe, strict=True) if was != now]
    assert set(changed) <= {0x01}
