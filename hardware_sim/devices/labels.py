"""What label printers understand: ZPL formats and TSPL lines, each parsed to the things on the label."""

import re
from dataclasses import dataclass
from typing import Protocol

from hardware_sim.devices.barcodes import code128, ean, qr_matrix
from hardware_sim.views import PaperLine, Span

LONGEST_FORMAT = 64 * 1024  # more than this without an end is no label: the printer forgets it
BITMAP = re.compile(rb"BITMAP ([0-9]{1,5}),([0-9]{1,5}),([0-9]{1,4}),([0-9]{1,4}),([0-2]),")
QUOTED = re.compile(r'"((?:\\\["\]|[^"])*)"')


@dataclass(frozen=True)
class Thing:
    """One thing on a label, its corner in dots; no `symbology` for text, `rows` are a picture's dots."""

    x: int
    y: int
    text: str
    symbology: str = ""
    rows: tuple[str, ...] = ()

    def line(self) -> PaperLine:
        if self.rows:
            size = f"{len(self.rows[0])}x{len(self.rows)}"
            return PaperLine(kind="image", data=size, matrix=self.rows, module_dots=1)
        if not self.symbology:
            return PaperLine(kind="text", spans=(Span(text=self.text),))
        if self.symbology == "qr":
            matrix = qr_matrix(self.text.encode(), "m")
            return PaperLine(kind="qr", data=self.text, symbology="qr", matrix=matrix)
        raw = self.text.encode("ascii", "replace")
        drawn = ean(raw, 13) if self.symbology == "ean13" else code128(b"{B" + raw)
        bars = drawn.widths if drawn else None
        spans = (Span(text=self.text),)
        return PaperLine(kind="barcode", data=self.text, symbology=self.symbology, bars=bars, spans=spans)


@dataclass(frozen=True)
class PrintedLabel:
    """A label as asked for; its things from top to bottom, then from left to right."""

    things: tuple[Thing, ...]
    copies: int

    @property
    def lines(self) -> tuple[PaperLine, ...]:
        return tuple(thing.line() for thing in sorted(self.things, key=lambda thing: (thing.y, thing.x)))


@dataclass(frozen=True)
class Condition:
    """What a label printer says when it is asked."""

    paper_out: bool
    head_up: bool
    paused: bool
    waiting: int  # labels taken in and not printed
    partial: bool  # a label has begun to come in


class Language(Protocol):
    """Bytes in any pieces to labels; `asked` counts the questions among them."""

    asked: int

    @property
    def partial(self) -> bool: ...
    def receive(self, data: bytes) -> list[PrintedLabel]: ...
    def answer(self, condition: Condition) -> bytes: ...
    def forget(self) -> None: ...


@dataclass
class Stream:
    """Bytes that came and are not used up; a question is obeyed wherever it stands, and taken out."""

    question: bytes
    asked: int = 0
    unread: bytes = b""

    def add(self, data: bytes) -> None:
        parts = (self.unread + data).split(self.question)
        self.asked += len(parts) - 1
        self.unread = b"".join(parts)[-LONGEST_FORMAT:]


@dataclass
class _Field:
    """The field a ZPL format is in the middle of."""

    x: int = 0
    y: int = 0
    symbology: str = ""
    hex_marks: bool = False
    data: str = ""
    rows: tuple[str, ...] = ()


class Zpl(Stream):
    """Formats from ^XA to ^XZ in UTF-8."""

    def __init__(self) -> None:
        super().__init__(b"~HS")

    @property
    def partial(self) -> bool:
        return b"^XA" in self.unread

    def receive(self, data: bytes) -> list[PrintedLabel]:
        self.add(data)
        *formats, self.unread = self.unread.split(b"^XZ")
        return [zpl_label(one.partition(b"^XA")[2].decode("utf-8", "replace")) for one in formats]

    def answer(self, condition: Condition) -> bytes:
        out, paused, head = (int(flag) for flag in (condition.paper_out, condition.paused, condition.head_up))
        return (
            f"\x02030,{out},{paused},0240,{condition.waiting:03d},0,0,{int(condition.partial)},000,0,0,0\x03\r\n"
            f"\x02000,0,{head},0,0,2,4,0,{condition.waiting:08d},1,000\x03\r\n"
            "\x021234,0\x03\r\n"
        ).encode()

    def forget(self) -> None:
        self.unread = b""


ZPL_BARCODES = {"BE": "ean13", "BC": "code128", "BQ": "qr"}


def zpl_label(text: str) -> PrintedLabel:
    """The label of one format's commands."""
    things: list[Thing] = []
    copies, now = 1, _Field()
    for command in text.split("^")[1:]:
        name, rest = command[:2], command[2:]
        if name == "FO":
            now.x, now.y = (*numbers(rest), 0, 0)[:2]
        elif name in ZPL_BARCODES:
            now.symbology = ZPL_BARCODES[name]
        elif name == "FH":
            now.hex_marks = True
        elif name == "FD":
            now.data = rest
        elif name == "GF":
            now.rows = zpl_graphic(rest)
        elif name == "FS":
            things.append(Thing(now.x, now.y, zpl_data(now), now.symbology, now.rows))
            now = _Field()
        elif name == "PQ":
            copies = (*numbers(rest), 1)[0]
    return PrintedLabel(tuple(things), copies)


def zpl_graphic(parameters: str) -> tuple[str, ...]:
    """A picture in hexadecimal: A, bytes sent, bytes in all, bytes in a row, data; a set bit is ink."""
    found = re.fullmatch(r"A,([0-9]{1,6}),([0-9]{1,6}),([0-9]{1,4}),([0-9A-Fa-f]+)", parameters)
    if found is None or len(found[4]) != 2 * int(found[2]) or not int(found[3]):
        return ()
    return rows_of_dots(bytes.fromhex(found[4]), int(found[3]))


def rows_of_dots(dots: bytes, row_bytes: int) -> tuple[str, ...]:
    """Dots as rows of "0" and "1", "1" being ink."""
    rows = (dots[at : at + row_bytes] for at in range(0, len(dots), row_bytes))
    return tuple("".join(f"{byte:08b}" for byte in row) for row in rows)


def numbers(text: str) -> list[int]:
    """The numbers in a command's parameters; one too long to be meant is left out."""
    return [int(number) for number in re.findall("[0-9]+", text) if len(number) <= 6]


def zpl_data(now: _Field) -> str:
    data = now.data
    if now.hex_marks:
        data = re.sub(r"_([0-9A-Fa-f]{2})", lambda found: chr(int(found[1], 16)), data)
    if now.symbology == "ean13" and re.fullmatch("[0-9]{12,13}", data):
        return data[:12] + check_digit(data[:12])
    if now.symbology == "code128":
        return data.removeprefix(">:").removeprefix(">;").replace(">0", ">")
    return data.partition(",")[2] if now.symbology == "qr" else data


def check_digit(twelve: str) -> str:
    odd, even = sum(map(int, twelve[::2])), sum(map(int, twelve[1::2]))
    return str(-(odd + 3 * even) % 10)


class Tspl(Stream):
    """Command lines in GBK; what was drawn stays for the next PRINT until CLS."""

    def __init__(self) -> None:
        super().__init__(b"\x1b!?")
        self._drawn: list[Thing] = []

    @property
    def partial(self) -> bool:
        return bool(self.unread)

    def receive(self, data: bytes) -> list[PrintedLabel]:
        self.add(data)
        labels: list[PrintedLabel] = []
        while True:
            if (picture := BITMAP.match(self.unread)) is not None:
                if not self._draw(picture):
                    return labels
                continue
            line, ended, rest = self.unread.partition(b"\r\n")
            if not ended:
                return labels
            self.unread = rest
            if (label := self._obey(line.decode("gbk", "replace"))) is not None:
                labels.append(label)

    def _draw(self, picture: re.Match[bytes]) -> bool:
        """A picture whose dots follow as bytes, ink where no bit is set; False until all are there."""
        x, y, row_bytes, height, _mode = map(int, picture.groups())
        end = picture.end() + row_bytes * height
        if len(self.unread) < end + 2 <= LONGEST_FORMAT:
            return False
        dots = bytes(byte ^ 0xFF for byte in self.unread[picture.end() : end])
        self.unread = self.unread[end:].removeprefix(b"\r\n")
        if dots and row_bytes:
            self._drawn.append(Thing(x, y, "", rows=rows_of_dots(dots, row_bytes)))
        return True

    def answer(self, condition: Condition) -> bytes:
        bits = (condition.head_up, 0x01), (condition.paper_out, 0x04), (condition.paused, 0x10)
        stopped = sum(bit for flag, bit in bits if flag)
        return bytes([stopped or (0x20 if condition.waiting else 0)])

    def forget(self) -> None:
        self.unread, self._drawn = b"", []

    def _obey(self, line: str) -> PrintedLabel | None:
        name, _, rest = line.partition(" ")
        given = numbers(QUOTED.sub("", rest))
        quoted = [text.replace('\\["]', '"') for text in QUOTED.findall(rest)]
        if name == "CLS":
            self._drawn = []
        elif name in ("TEXT", "BARCODE", "QRCODE") and quoted and len(given) >= 2:
            symbology = {"TEXT": "", "QRCODE": "qr"}.get(name, {"EAN13": "ean13"}.get(quoted[0], "code128"))
            self._drawn.append(Thing(given[0], given[1], quoted[-1], symbology))
        elif name == "PRINT" and given:
            copies = given[0] * (given[1] if len(given) > 1 else 1)
            return PrintedLabel(tuple(self._drawn), copies)
        return None
