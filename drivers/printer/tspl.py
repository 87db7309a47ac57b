"""TSPL label printers (TSC and most Chinese makes): labels as command lines in GBK, status by ESC ! ?.

In a BITMAP a bit that is not set is ink.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from msgspec import Meta

from drivers.base import Answers, Driver, Probe, Verdict
from drivers.document import AnyLabelField, Label, LabelBarcode, LabelPrice, LabelQr, LabelText
from drivers.messages import PrinterStatus
from drivers.printer.labels import Drawing, LabelOptions, LabelPrinter, Said, cut_to
from drivers.printer.layout import clusters, gbk_only, in_gbk, printable
from drivers.profile import Profile, read_options

_HEAD_OPEN, _JAM, _PAPER_OUT, _RIBBON_OUT, _PAUSED, _PRINTING, _COVER_OPEN, _HOT = (
    1 << bit for bit in range(8)
)
_MAGNIFIED_MAX = 10
_NAME = re.compile(rb"([A-Z][ -~]{1,40})\r?\n?")
_BARCODES = {"ean13": "EAN13", "code128": "128"}


class TsplOptions(LabelOptions, frozen=True, kw_only=True):
    """A TSPL printer's facts; font names a bitmap font in GBK, font_dots its height, font_has what it draws.

    Fonts for simplified Chinese often have the characters of GB 2312 alone.
    """

    font: Annotated[str, Meta(pattern=r"^[A-Z0-9.]{1,16}$")] = "TSS24.BF2"
    font_dots: Annotated[int, Meta(ge=8, le=64)] = 24
    font_has: Literal["gb2312", "gbk"] = "gb2312"


class Tspl:
    """The language. ESC ! ? is obeyed at once, even before the label is begun: idle alone proves nothing."""

    question = b"\x1b!?"
    shows_working = True

    def __init__(self, options: TsplOptions) -> None:
        self._dots = options.dots_per_mm
        self._gap_mm = options.gap_mm
        self._font = options.font
        self._font_dots = options.font_dots
        self._font_has = options.font_has
        self._drawing = Drawing(options.drawn_with)

    def label(self, label: Label) -> bytes:
        lines = [
            f"SIZE {label.width_mm} mm,{label.height_mm} mm",
            f"GAP {self._gap_mm} mm,0 mm",
            "DIRECTION 1",
            "CLS",
            *(self._field(field, label.width_mm * self._dots) for field in label.fields),
            f"PRINT 1,{label.copies}",
        ]
        return b"".join(_line(line) for line in lines)

    def receive(self, data: bytes) -> list[Said]:
        return [_said(byte) for byte in data]

    def reset(self) -> None:
        """Every answer is one byte: there is no half of one."""

    def _field(self, field: AnyLabelField, width: int) -> str | bytes:
        at = f"{field.x_mm * self._dots},{field.y_mm * self._dots}"
        match field:
            case LabelText():
                return self._text(at, field.text, field, width)
            case LabelPrice():
                yuan, fen = divmod(field.amount_fen, 100)
                return self._text(at, f"￥{yuan}.{fen:02d}", field, width)
            case LabelBarcode():
                height = field.height_mm * self._dots
                return f'BARCODE {at},"{_BARCODES[field.symbology]}",{height},1,0,2,2,"{_safe(field.data)}"'
            case LabelQr():
                cell = max(1, min(10, field.module_mm_tenths * self._dots // 10))
                return f'QRCODE {at},M,{cell},A,0,"{_safe(field.data)}"'

    def _text(self, at: str, text: str, field: LabelText | LabelPrice, width: int) -> str | bytes:
        times = max(1, min(_MAGNIFIED_MAX, field.height_mm * self._dots // self._font_dots))
        room = max(0, width - field.x_mm * self._dots)
        shown = cut_to(printable(text).replace("\n", " "), room * 2 // (self._font_dots * times))
        if not all(self._has(cluster) for cluster in clusters(shown)):
            return self._bitmap(at, shown, self._font_dots * times)
        return f'TEXT {at},"{self._font}",0,{times},{times},"{_safe(shown)}"'

    def _has(self, cluster: str) -> bool:
        """Whether the printer's font has this character, with the marks that stand on it."""
        if len(cluster) > 1 or in_gbk(cluster) is None:
            return False
        return self._font_has == "gbk" or _is_encodable(cluster, "gb2312")

    def _bitmap(self, at: str, text: str, height: int) -> bytes:
        drawn = self._drawing.line(text, height)
        head = f"BITMAP {at},{drawn.row_bytes},{drawn.height},0,"
        return head.encode() + _defused(bytes(byte ^ 0xFF for byte in drawn.dots))


def _line(line: str | bytes) -> bytes:
    return (line.encode("gbk") if isinstance(line, str) else line) + b"\r\n"


def _is_encodable(char: str, encoding: str) -> bool:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _defused(dots: bytes) -> bytes:
    """Image data with a dot less wherever it would have begun a command that is obeyed at once."""
    return dots.replace(b"\x1b!", b"\x1b#")


def _safe(text: str) -> str:
    r"""Quoted text in which nothing ends the quotes: \["] prints a quote, and no other \ is let through."""
    return gbk_only(text).replace("\n", " ").replace("\\", "/").replace('"', '\\["]')


def _said(byte: int) -> Said:
    status = PrinterStatus(
        online=not byte & _PAUSED,
        cover_open=bool(byte & (_HEAD_OPEN | _COVER_OPEN)),
        paper="out" if byte & _PAPER_OUT else "ok",
        fatal_error=bool(byte & (_JAM | _RIBBON_OUT | _HOT)),
    )
    return Said(status=status, working=bool(byte & _PRINTING), idle=byte == 0)


def build(profile: Profile, overrides: dict[str, Any]) -> Driver:
    """A TSPL printer as its profile describes it."""
    options = read_options(profile, TsplOptions, overrides)
    return LabelPrinter(options, Tspl(options))


def probe(profile: Profile) -> Probe:
    """ESC ! ? is answered with one byte, the same again while nothing changes; ~!T with the model's name."""
    question = Tspl.question

    def judge(answers: Answers) -> Verdict | None:
        once, again, name = answers
        if len(once) != 1 or once != again:
            return None
        named = _NAME.fullmatch(name)
        if named is not None:
            return Verdict(sure="certain", why="probe.named", says=named[1].decode())
        return Verdict(sure="likely", why="probe.status_bits")

    return Probe(asks=(question, question, b"~!T"), judge=judge)
