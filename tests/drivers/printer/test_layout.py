"""Laying out Chinese text by display cells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.document import Cell
from drivers.printer.layout import (
    UNPRINTABLE,
    column_widths,
    columns,
    display_cells,
    gbk_only,
    pad,
    printable,
    wrap,
)

texts = st.text(max_size=120)


def test_yen_sign_prints_as_the_full_width_one() -> None:
    assert printable("¥192 汉").encode("gbk").hex() == "a3a4313932" + "20" + "baba"


@pytest.mark.parametrize("text", ["👍", "€", "꧅", "𠮷", "한"])
def test_what_gbk_cannot_say_is_visible(text: str) -> None:
    assert gbk_only(f"a{text}b") == f"a{UNPRINTABLE}b"
    assert printable(f"a{text}b") == f"a{text}b"
    assert display_cells(printable(text)) == 2


@pytest.mark.parametrize("text", ["\ue123", "\U000e0fff", "\ud800"])
def test_what_has_no_shape_is_visible_too(text: str) -> None:
    assert printable(f"a{text}b") == f"a{UNPRINTABLE}b"


def test_marks_take_no_room_of_their_own() -> None:
    assert display_cells(printable("x\u0323")) == 1
    assert gbk_only("x\u0323y") == "xy"
    assert printable("👍\ufe0f\U0001f3fd") == "👍"


def test_a_question_mark_stays_one_and_controls_vanish() -> None:
    assert printable("a?\x1b@\x00\u200bb") == "a?@b"


def test_decomposed_letters_are_joined() -> None:
    assert printable("e\u0301") == "é"


@given(texts)
def test_printable_text_is_gbk_of_as_many_bytes_as_cells(text: str) -> None:
    line = gbk_only(text).replace("\n", "")
    assert len(line.encode("gbk")) == display_cells(line)


@given(texts, st.integers(2, 48))
def test_wrapping_keeps_every_character_within_the_paper(text: str, width: int) -> None:
    lines = wrap(printable(text), width)
    assert all(display_cells(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == printable(text).replace("\n", "").replace(" ", "")


def test_words_stay_whole_and_hanzi_break_anywhere() -> None:
    assert wrap("Cola Zero 500ml", 10) == ["Cola Zero", "500ml"]
    assert wrap("可口可乐零度", 5) == ["可口", "可乐", "零度"]
    assert wrap("abcdefghij", 4) == ["abcd", "efgh", "ij"]
    assert wrap("a\n\nb", 4) == ["a", "", "b"]


@pytest.mark.parametrize(("align", "line"), [("left", "汉a  "), ("right", "  汉a"), ("center", " 汉a ")])
def test_padding_counts_cells(align: str, line: str) -> None:
    assert pad("汉a", 5, align) == line  # type: ignore[arg-type]


@given(st.lists(st.integers(1, 100), min_size=1, max_size=12), st.integers(40, 96))
def test_columns_fill_the_paper_exactly(shares: list[int], width: int) -> None:
    widths = column_widths(shares, width)
    assert sum(widths) + len(shares) - 1 == width
    assert min(widths) >= 2


def test_a_receipt_row_in_32_cells() -> None:
    cells = (
        Cell(text="可口可乐 500ml 罐装特价", width=6),
        Cell(text="2", align="right", width=1),
        Cell(text="¥7.00", align="right", width=3),
    )
    rows = columns(cells, 32)
    assert rows == ["可口可乐 500ml 罐    2    ￥7.00", "装特价"]


@given(st.lists(st.builds(Cell, text=texts, width=st.integers(1, 9)), min_size=1, max_size=6))
def test_rows_never_pass_the_edge(cells: list[Cell]) -> None:
    assert all(display_cells(row) <= 32 for row in columns(tuple(cells), 32))
