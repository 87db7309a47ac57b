"""ZPL II label printers (Zebra and alike): labels as formats in UTF-8, status by ~HS."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Any

from msgspec import Meta

from drivers.base import Answers, Driver, Probe, Verdict
from drivers.document import AnyLabelField, Label, LabelBarcode, LabelPrice, LabelQr, LabelText
from drivers.messages import PrinterStatus
from drivers.printer.labels import Drawing, LabelOptions, LabelPrinter, Said, cut_to
from drivers.printer.layout import clusters, in_gbk, printable
from drivers.profile import Profile, read_options

_STX, _ETX = 0x02, 0x03
_LONGEST_STRING = 100
_FIRST = re.compile(rb"\d{3},([01]),([01]),\d{4},(\d{3}),[01],[01],([01]),\d{3},([01]),[01],([01])")
_SECOND = re.compile(rb"\d{3},\d,([01]),([01]),[01],\w,\w,[01],(\d{8}),\d,\d{3}")
_THIRD = re.compile(rb"\w{1,8},\d")
_READY = PrinterStatus(online=True, cover_open=False, paper="ok", fatal_error=False)
_SPECIAL = re.compile(r"[\^~_]")


class ZplOptions(LabelOptions, frozen=True, kw_only=True):
    """A ZPL printer's facts; font is a letter, or a file on the printer where that has the Chinese."""

    font: Annotated[str, Meta(pattern=r"^([A-Z0-9]|[A-Z]:[A-Z0-9_]{1,16}\.[A-Z]{3})$")] = "0"


class Zpl:
    """The language. ~HS is obeyed at once: it is asked until no format is left in the printer."""

    question = b"~HS"
    shows_working = False

    def __init__(self, options: ZplOptions) -> None:
        self._dots = options.dots_per_mm
        self._font = options.font
        self._drawing = Drawing(options.drawn_with)
        self._string: bytearray | None = None
        self._strings: list[re.Match[bytes]] = []

    def label(self, label: Label) -> bytes:
        width, height = label.width_mm * self._dots, label.height_mm * self._dots
        fields = "".join(self._field(field, width) for field in label.fields)
        return f"^XA^CI28^PW{width}^LL{height}^LH0,0{fields}^PQ{label.copies}^XZ\n".encode()

    def receive(self, data: bytes) -> list[Said]:
        return [said for byte in data if (said := self._take(byte)) is not None]

    def reset(self) -> None:
        self._string = None
        self._strings.clear()

    def _field(self, field: AnyLabelField, width: int) -> str:
        at = f"^FO{field.x_mm * self._dots},{field.y_mm * self._dots}"
        match field:
            case LabelText():
                return at + self._text(field.text, field, width)
            case LabelPrice():
                yuan, fen = divmod(field.amount_fen, 100)
                return at + self._text(f"¥{yuan}.{fen:02d}", field, width)
            case LabelBarcode():
                return at + self._barcode(field)
            case LabelQr():
                module = max(1, min(10, field.module_mm_tenths * self._dots // 10))
                return f"{at}^BQN,2,{module}^FH^FDMA,{_safe(field.data)}^FS"

    def _text(self, text: str, field: LabelText | LabelPrice, width: int) -> str:
        size = field.height_mm * self._dots
        room = max(0, width - field.x_mm * self._dots)
        shown = cut_to(_printable(text), room * 2 // size)
        if not all(self._has(cluster) for cluster in clusters(shown)):
            return self._graphic(cut_to(printable(text).replace("\n", " "), room * 2 // size), size)
        font = f"^A{self._font}N,{size},{size}"
        if len(self._font) > 1:
            font = f"^A@N,{size},{size},{self._font}"
        return f"{font}^FH^FD{_safe(shown)}^FS"

    def _has(self, cluster: str) -> bool:
        """Whether the font has it: the printer's own is Latin, a file brought to it is Chinese as well."""
        if len(cluster) > 1:
            return False
        return cluster <= "\xff" or (len(self._font) > 1 and in_gbk(cluster) is not None)

    def _graphic(self, text: str, height: int) -> str:
        drawn = self._drawing.line(text, height)
        size = len(drawn.dots)
        return f"^GFA,{size},{size},{drawn.row_bytes},{drawn.dots.hex().upper()}^FS"

    def _barcode(self, field: LabelBarcode) -> str:
        height = field.height_mm * self._dots
        if field.symbology == "ean13":
            return f"^BY2^BEN,{height},Y,N^FD{field.data[:12]}^FS"
        # Pairs of digits in half the width: a scale label of 18 digits fits 40 mm.
        start = ">;" if field.data.isdigit() and len(field.data) % 2 == 0 else ">:"
        data = _safe(field.data.replace(">", ">0"))
        return f"^BY2^BCN,{height},Y,N,N^FH^FD{start}{data}^FS"

    def _take(self, byte: int) -> Said | None:
        if byte == _STX:
            self._string = bytearray()
        elif self._string is None:
            return None
        elif byte == _ETX:
            string, self._string = bytes(self._string), None
            return self._whole(string)
        elif len(self._string) >= _LONGEST_STRING:
            self._string = None
        else:
            self._string.append(byte)
        return None

    def _whole(self, string: bytes) -> Said | None:
        """The answer when its third string is there; a string out of turn begins anew."""
        found = (_FIRST, _SECOND, _THIRD)[len(self._strings)].fullmatch(string)
        if found is None:
            first = _FIRST.fullmatch(string)
            self._strings = [first] if first else []
            return None
        self._strings.append(found)
        if len(self._strings) < 3:
            return None
        first, second, _ = self._strings
        self._strings = []
        return _said(first, second)


def _said(first: re.Match[bytes], second: re.Match[bytes]) -> Said:
    paper_out, paused, formats, partial, corrupt, hot = first.groups()
    head_up, ribbon_out, remaining = second.groups()
    status = PrinterStatus(
        online=paused == b"0",
        cover_open=head_up == b"1",
        paper="out" if paper_out == b"1" else "ok",
        fatal_error=b"1" in (corrupt, hot, ribbon_out),
    )
    working = int(formats) > 0 or int(remaining) > 0 or partial == b"1"
    return Said(status=status, working=working, idle=not working and status == _READY)


def _printable(text: str) -> str:
    normal = unicodedata.normalize("NFC", text)
    return "".join(char for char in normal if unicodedata.category(char) not in {"Cc", "Cf", "Cs"})


def _safe(text: str) -> str:
    """Field data in which nothing can begin a command: ^FH reads _5E as ^."""
    return _SPECIAL.sub(lambda found: f"_{ord(found[0]):02X}", _printable(text))


def build(profile: Profile, overrides: dict[str, Any]) -> Driver:
    """A ZPL printer as its profile describes it."""
    options = read_options(profile, ZplOptions, overrides)
    return LabelPrinter(options, Zpl(options))


def probe(profile: Profile) -> Probe:
    """~HS is answered with three strings of figures in their order."""
    language = Zpl(read_options(profile, ZplOptions, {}))

    def judge(answers: Answers) -> Verdict | None:
        language.reset()
        return Verdict(sure="certain", why="probe.status_strings") if language.receive(answers[0]) else None

    return Probe(asks=(language.question,), judge=judge)
