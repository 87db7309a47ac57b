"""Paper drawn as SVG: well formed, aligned by columns, nothing from the paper unescaped."""

from typing import Literal
from xml.etree import ElementTree

import pytest

from hardware_sim.devices.barcodes import qr_matrix
from hardware_sim.devices.paper import DOTS_PER_COLUMN
from hardware_sim.pictures.sheet import MARGIN_DOTS
from hardware_sim.pictures.svg import svg_of
from hardware_sim.views import PaperLine, Span

SVG = "{http://www.w3.org/2000/svg}"


def elements(name: str, *lines: PaperLine) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(svg_of(lines, 48)).iter(SVG + name))


def test_text_is_escaped_and_as_wide_as_its_columns() -> None:
    (text,) = elements("text", PaperLine(kind="text", spans=(Span(text="<店&枢>"),)))
    assert text.text == "<店&枢>"
    assert int(text.attrib["textLength"]) == (3 + 4) * DOTS_PER_COLUMN


def test_right_aligned_double_width_ends_at_the_right_edge() -> None:
    line = PaperLine(kind="text", align="right", spans=(Span(text="店", width=2, height=2),))
    (text,) = elements("text", line)
    x = int(text.attrib["transform"].split("(")[1].split()[0])
    assert x + 4 * DOTS_PER_COLUMN == MARGIN_DOTS + 48 * DOTS_PER_COLUMN
    assert "scale(2 2)" in text.attrib["transform"]


def test_bars_alternate_and_carry_their_text() -> None:
    line = PaperLine(kind="barcode", data="1", bars="211", module_dots=2, spans=(Span(text="1"),))
    paper, *bars = elements("rect", line)
    assert paper.attrib["width"] == "100%"
    assert [(int(bar.attrib["x"]) - MARGIN_DOTS, bar.attrib["width"]) for bar in bars] == [(0, "4"), (6, "2")]
    assert [text.text for text in elements("text", line)] == ["1"]


@pytest.mark.parametrize("kind", ["qr", "image"])
def test_a_matrix_is_inked_where_it_is_dark(kind: Literal["qr", "image"]) -> None:
    matrix = qr_matrix(b"hello", "m")
    line = PaperLine(kind=kind, data="hello", matrix=matrix)
    inked = sum(int(rect.attrib["width"]) // 3 for rect in elements("rect", line)[1:])
    assert inked == "".join(matrix).count("1")


def test_every_kind_of_line_takes_its_height() -> None:
    lines = (
        PaperLine(kind="feed", lines=3),
        PaperLine(kind="image", data="8x1", matrix=("10101010",) * 22, module_dots=1),
        PaperLine(kind="text", spans=(Span(text="x", inverse=True, bold=True, underline=True),)),
    )
    root = ElementTree.fromstring(svg_of(lines, 32))
    assert int(root.attrib["height"]) == 2 * MARGIN_DOTS + 5 * 30
