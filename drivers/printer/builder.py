"""Document blocks to ESC/POS bytes, with python-escpos as the byte builder and our own Chinese layout.

Text goes out as text; a character that the printer's own font does not have is drawn in its place.
"""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
import threading
from contextlib import ExitStack
from functools import cache, cached_property
from importlib import import_module, resources
from typing import TYPE_CHECKING, Any, Literal

from drivers.document import (
    Align,
    AnyBlock,
    Barcode,
    Columns,
    Cut,
    Drawer,
    Feed,
    Label,
    Picture,
    Qr,
    Rule,
    Text,
)
from drivers.printer.code128 import code128, code128_modules
from drivers.printer.layout import clusters, columns, in_gbk, line_in_gbk, printable, wrap

if TYPE_CHECKING:
    from drivers.printer.drawing import Pen

PICKLE_DIR = "ESCPOS_CAPABILITIES_PICKLE_DIR"
CAPABILITIES_FILE = "ESCPOS_CAPABILITIES_FILE"
_DOUBLE_BYTE = {"gbk": b"\x1c\x26", "ascii": b"\x1c\x2e"}
_QUAD_ON, _QUAD_OFF = b"\x1c\x57\x01", b"\x1c\x57\x00"
_BARCODE_HEIGHT_DOTS = 64
_QUIET_ZONE_MODULES = 20
_MODULE_DOTS_MIN, _MODULE_DOTS_MAX = 2, 3
_QR_DOT_SIZE = 6
_TEAR_BAR_LINES = 4


_escpos = threading.Lock()  # receipts of two printers are laid out at once, and it meddles with the process


def _dummy_class() -> Any:
    """python-escpos' byte builder."""
    with _escpos:
        return _imported()


@cache
def _imported() -> Any:
    """Imported at the first receipt: it brings imaging libraries of some 8 MB.

    Its importing reads a database of printers (ours is one entry: 3 MB and 0.4 s less), keeps a pickle of it
    (which a power cut could tear) and always leaves a temporary directory behind: both go with the scratch.
    """
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as kept:
        database = kept.enter_context(
            resources.as_file(resources.files("drivers.printer") / "escpos_capabilities.json")
        )
        for name, value in ((CAPABILITIES_FILE, str(database)), (PICKLE_DIR, scratch)):
            kept.callback(_restore, name, os.environ.get(name))
            os.environ[name] = value
        kept.callback(setattr, tempfile, "tempdir", tempfile.tempdir)
        tempfile.tempdir = scratch
        return import_module("escpos.printer.dummy").Dummy


def _restore(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value


class ReceiptBuilder:
    """Turns one document into bytes for a paper of this width; holds no state between documents."""

    def __init__(
        self,
        *,
        width_cells: int,
        width_dots: int,
        cutter: bool,
        chinese_size: Literal["gs", "fs"],
        charset: Literal["gbk", "ascii"],
        font: str,
    ) -> None:
        self._width_cells = width_cells
        self._width_dots = width_dots
        self._cutter = cutter
        self._chinese_size = chinese_size
        self._charset = charset
        self._font = font

    @cached_property
    def _pen(self) -> Pen:
        """Made at the first thing that has to be drawn: Pillow comes with it."""
        pen: Pen = import_module("drivers.printer.drawing").Pen(self._width_dots, self._font)
        return pen

    def build(self, document: tuple[AnyBlock, ...], after_init: bytes) -> bytes:
        """The document's bytes; after_init goes right behind ESC @, which resets what it sets."""
        paper = _dummy_class()()
        paper.hw("INIT")
        paper._raw(after_init + _DOUBLE_BYTE[self._charset])
        for block in document:
            self._block(paper, block)
        output: bytes = paper.output
        return output

    def _block(self, paper: Any, block: AnyBlock) -> None:
        match block:
            case Text():
                self._text(paper, block)
            case Columns():
                self._lines(paper, columns(block.cells, self._width_cells), bold=block.bold)
            case Rule():
                self._lines(paper, ["-" * self._width_cells], bold=False)
            case Barcode():
                self._barcode(paper, block)
            case Qr():
                self._qr(paper, block.data)
            case Picture():
                paper._raw(self._pen.picture(block.png))
            case Feed():
                paper.print_and_feed(block.lines)
            case Cut():
                self._cut(paper)
            case Drawer():
                paper.cashdraw(block.pin)
            case Label():
                raise ValueError("a receipt printer prints no labels")

    def _text(self, paper: Any, block: Text) -> None:
        lines = wrap(printable(block.text), self._width_cells // block.size)
        if block.size == 1:
            if block.align != "left":
                paper.set(align=block.align)
            self._lines(paper, lines, bold=block.bold)
        else:
            self._double(paper, block, lines)
        if block.align != "left":
            paper.set(align="left")

    def _double(self, paper: Any, block: Text, lines: list[str]) -> None:
        for line in lines:
            if self._said_line(line) is not None:
                self._double_text(paper, line, block.align, bold=block.bold)
            else:
                paper.set(align="left")
                paper._raw(self._pen.double_line(line, block.align))

    def _double_text(self, paper: Any, line: str, align: Align, *, bold: bool) -> None:
        paper.set(align=align, custom_size=True, width=2, height=2)
        if self._chinese_size == "fs":
            paper._raw(_QUAD_ON)
        self._lines(paper, [line], bold=bold)
        if self._chinese_size == "fs":
            paper._raw(_QUAD_OFF)
        paper.set(custom_size=True, width=1, height=1)

    def _lines(self, paper: Any, lines: list[str], *, bold: bool) -> None:
        if bold:
            paper.set(bold=True)
        paper._raw(b"".join(self._line(line) + b"\n" for line in lines))
        if bold:
            paper.set(bold=False)

    def _line(self, line: str) -> bytes:
        if (said := self._said_line(line)) is not None:
            return said
        return b"".join(self._said(one) or self._pen.inline(one) for one in clusters(line))

    def _said_line(self, line: str) -> bytes | None:
        if line.isascii():
            return line.encode("ascii")
        return line_in_gbk(line) if self._charset == "gbk" else None

    def _said(self, cluster: str) -> bytes | None:
        """The character in the printer's own font, None where that does not have it."""
        if len(cluster) > 1 or (self._charset == "ascii" and not cluster.isascii()):
            return None
        return in_gbk(cluster)

    def _barcode(self, paper: Any, block: Barcode) -> None:
        encoded = code128(block.data)
        module_dots = min(
            _MODULE_DOTS_MAX, self._width_dots // (code128_modules(encoded) + _QUIET_ZONE_MODULES)
        )
        if module_dots < _MODULE_DOTS_MIN:
            self._qr(paper, block.data)
        else:
            # escpos prints a remark for every barcode
            with _escpos, contextlib.redirect_stdout(io.StringIO()):
                paper.barcode(
                    encoded,
                    "CODE128",
                    height=_BARCODE_HEIGHT_DOTS,
                    width=module_dots,
                    pos="OFF",
                    function_type="B",
                )
        paper.set(align="center")
        self._lines(paper, wrap(block.data, self._width_cells), bold=False)
        paper.set(align="left")

    def _qr(self, paper: Any, data: str) -> None:
        paper.set(align="center")
        paper.qr(data, size=_QR_DOT_SIZE, native=True)
        paper.set(align="left")

    def _cut(self, paper: Any) -> None:
        if self._cutter:
            paper.cut(mode="PART")
        else:
            paper.print_and_feed(_TEAR_BAR_LINES)
