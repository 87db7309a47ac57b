"""ESC/POS commands become things to do in order: lines to print, cuts, pulses and answers."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from hardware_sim.devices import barcodes
from hardware_sim.devices.escpos_tokens import Token, known
from hardware_sim.devices.paper import DOTS_PER_COLUMN, LineBuffer, Style
from hardware_sim.views import Align, PaperLine, Span

UNKNOWN_KEPT = 100
QR_ERROR = {48: "l", 49: "m", 50: "q", 51: "h"}
DRAWN = "▦"
GARBAGE = "▯"  # what a double-byte printer makes of bytes that are no character


class Cut(NamedTuple):
    pass


class Pulse(NamedTuple):
    pin: int


class Confirmation(NamedTuple):
    """GS ( H: answered once everything before it is on paper."""

    process_id: bytes


class Enquiry(NamedTuple):
    """An answer that waits its turn behind the print data."""

    subject: Literal["paper", "drawer"]


class Identity(NamedTuple):
    n: int


Job = PaperLine | Cut | Pulse | Confirmation | Enquiry | Identity


@dataclass
class Modes:
    """What ESC @ puts back to its power-up value."""

    double_byte: bool = False
    style: Style = field(default_factory=Style)
    hri_below: bool = False
    module_dots: int = 3
    qr_module_dots: int = 3
    qr_error: str = "l"
    qr_data: bytes = b""


class Typesetter:
    """Takes tokens, hands out jobs. Knows nothing of paper, time or the wire."""

    def __init__(self, columns: int, double_byte_at_power_up: bool = False) -> None:
        self._double_byte_at_power_up = double_byte_at_power_up
        self.line = LineBuffer(columns)
        self.jobs: deque[Job] = deque()
        self.unknown: deque[bytes] = deque(maxlen=UNKNOWN_KEPT)
        self.modes = Modes(double_byte=double_byte_at_power_up)

    def take(self, token: Token) -> None:
        """Act on one token. Unknown commands are swallowed and noted, like a printer's."""
        if not token.name:
            self._character(token.args)
        elif (act := ACTIONS.get(token.name)) is not None:
            act(self, token.args)
        elif token.name[0] in b"\x1b\x1d\x1c\x10" and not known(token.name):
            self.unknown.append(token.name)

    def reset(self) -> None:
        """ESC @: modes and the unfinished line go, what was already set stays."""
        self.modes = Modes(double_byte=self._double_byte_at_power_up)
        self.line.clear()
        self.line.align = "left"

    def forget(self) -> None:
        """Everything not yet printed is gone."""
        self.jobs.clear()
        self.line.clear()

    def print_line(self) -> None:
        self.jobs.append(self.line.take())

    def finish_line(self) -> None:
        if not self.line.empty:
            self.print_line()

    def feed(self, lines: int) -> None:
        if not self.line.empty:
            self.print_line()
            lines -= 1
        if lines > 0:
            self.jobs.append(PaperLine(kind="feed", lines=lines))

    def _character(self, raw: bytes) -> None:
        cells = 1
        if len(raw) == 2:
            cells = 2
            try:
                text = raw.decode("gbk")
            except UnicodeDecodeError:
                text = GARBAGE
        elif raw[0] < 0x80:
            text = chr(raw[0])
        else:
            text = GARBAGE if self.modes.double_byte else raw.decode("cp437")
        full = self.line.put(text, cells, self.modes.style)
        if full is not None:
            self.jobs.append(full)

    def restyle(self, **changes: object) -> None:
        self.modes.style = replace(self.modes.style, **changes)  # type: ignore[arg-type]

    def align(self, n: int) -> None:
        """Only at the beginning of a line, as the manual has it."""
        names: dict[int, Align] = {0: "left", 1: "center", 2: "right"}
        if self.line.empty and n & 0x0F in names:
            self.line.align = names[n & 0x0F]

    def barcode(self, args: bytes) -> None:
        """GS k. What is malformed or wider than the paper is not printed at all."""
        kind, raw = args[0], args[1:-1] if args[0] <= 6 else args[2:]
        made = barcodes.barcode(kind, raw)
        if made is None or made[1].modules * self.modes.module_dots > self.line.columns * DOTS_PER_COLUMN:
            self.unknown.append(b"\x1dk" + args[:32])
            return
        symbology, bars = made
        self.finish_line()
        self.jobs.append(
            PaperLine(
                kind="barcode",
                align=self.line.align,
                spans=(Span(text=bars.text),) if self.modes.hri_below else (),
                data=bars.text,
                symbology=symbology,
                bars=bars.widths or None,
                module_dots=self.modes.module_dots,
            )
        )

    def extended(self, args: bytes) -> None:
        """GS ( x: QR codes and print confirmation; others are swallowed."""
        which, body = args[:1], args[3:]
        if which == b"k" and body[:1] == b"1":
            self._qr(body[1], body[2:])
        elif which == b"H" and body[:2] == b"00" and len(body) == 6:
            self._confirm(Confirmation(body[2:]))

    def _confirm(self, wanted: Confirmation) -> None:
        """Of several waiting confirmations a printer answers the latest only."""
        for waiting in [job for job in self.jobs if isinstance(job, Confirmation)]:
            self.jobs.remove(waiting)
        self.jobs.append(wanted)

    def _qr(self, function: int, args: bytes) -> None:
        if function == 67 and args:
            self.modes.qr_module_dots = max(1, min(16, args[0]))
        elif function == 69 and args:
            self.modes.qr_error = QR_ERROR.get(args[0], "l")
        elif function == 80:
            self.modes.qr_data = args[1:]
        elif function == 81 and self.modes.qr_data:
            matrix = barcodes.qr_matrix(self.modes.qr_data, self.modes.qr_error)
            self.finish_line()
            self.jobs.append(
                PaperLine(
                    kind="qr",
                    align=self.line.align,
                    data=self.modes.qr_data.decode("utf-8", "replace"),
                    symbology="qr",
                    matrix=matrix,
                    module_dots=self.modes.qr_module_dots,
                )
            )

    def image(self, rows: tuple[str, ...]) -> None:
        """GS v 0: an image on lines of its own."""
        self.finish_line()
        self.jobs.append(
            PaperLine(
                kind="image",
                align=self.line.align,
                data=f"{len(rows[0]) if rows else 0}x{len(rows)}",
                matrix=rows,
                module_dots=1,
            )
        )

    def drawn_characters(self, width_dots: int) -> None:
        """ESC *: an image among the characters of its line."""
        for _ in range(max(1, width_dots // (2 * DOTS_PER_COLUMN))):
            full = self.line.put(DRAWN, 2, self.modes.style)
            if full is not None:
                self.jobs.append(full)


Action = Callable[[Typesetter, bytes], None]


def magnify(setter: Typesetter, args: bytes) -> None:
    """GS ! sizes every character."""
    size = ((args[0] >> 4 & 7) + 1, (args[0] & 7) + 1)
    setter.restyle(latin=size, kanji=size)


def print_mode(setter: Typesetter, args: bytes) -> None:
    """ESC ! sizes Latin characters; bold and underline reach the double-byte ones too."""
    n = args[0]
    latin = (2 if n & 0x20 else 1, 2 if n & 0x10 else 1)
    setter.restyle(bold=bool(n & 0x08), underline=bool(n & 0x80), latin=latin)


def kanji_mode(setter: Typesetter, args: bytes) -> None:
    n = args[0]
    setter.restyle(kanji=(2 if n & 0x04 else 1, 2 if n & 0x08 else 1), underline=bool(n & 0x80))


def kanji_quad(setter: Typesetter, args: bytes) -> None:
    setter.restyle(kanji=(2, 2) if args[0] & 1 else (1, 1))


def double_byte(on: bool) -> Action:
    def act(setter: Typesetter, _args: bytes) -> None:
        setter.modes.double_byte = on

    return act


def pulse(setter: Typesetter, args: bytes) -> None:
    if args[0] in (0, 1, 48, 49):
        setter.jobs.append(Pulse(5 if args[0] & 1 else 2))


def enquire(setter: Typesetter, args: bytes) -> None:
    if args[0] in (1, 2, 49, 50):
        setter.jobs.append(Enquiry("drawer" if args[0] & 2 else "paper"))


def cut(setter: Typesetter, _args: bytes) -> None:
    setter.finish_line()
    setter.jobs.append(Cut())


def raster(setter: Typesetter, args: bytes) -> None:
    row_bytes, height = args[2] | args[3] << 8, args[4] | args[5] << 8
    data = args[6 : 6 + row_bytes * height]
    rows = (data[at : at + row_bytes] for at in range(0, len(data), max(1, row_bytes)))
    setter.image(tuple("".join(f"{byte:08b}" for byte in row) for row in rows))


def module_width(setter: Typesetter, args: bytes) -> None:
    if 2 <= args[0] <= 6:
        setter.modes.module_dots = args[0]


def hri(setter: Typesetter, args: bytes) -> None:
    setter.modes.hri_below = bool(args[0] & 3)


ACTIONS: dict[bytes, Action] = {
    b"\n": lambda setter, _: setter.print_line(),
    b"\r": lambda setter, _: None,
    b"\t": lambda setter, _: setter.line.tab(setter.modes.style),
    b"\x18": lambda setter, _: setter.line.clear(),
    b"\x1b@": lambda setter, _: setter.reset(),
    b"\x1b!": print_mode,
    b"\x1ba": lambda setter, args: setter.align(args[0]),
    b"\x1bE": lambda setter, args: setter.restyle(bold=bool(args[0] & 1)),
    b"\x1bG": lambda setter, args: setter.restyle(bold=bool(args[0] & 1)),
    b"\x1b-": lambda setter, args: setter.restyle(underline=args[0] & 0x0F in (1, 2)),
    b"\x1bd": lambda setter, args: setter.feed(args[0]),
    b"\x1bJ": lambda setter, args: setter.feed(max(1, args[0] // 30)),
    b"\x1bi": cut,
    b"\x1bm": cut,
    b"\x1b*": lambda setter, args: setter.drawn_characters(args[1] | args[2] << 8),
    b"\x1bp": pulse,
    b"\x1d!": magnify,
    b"\x1dB": lambda setter, args: setter.restyle(inverse=bool(args[0] & 1)),
    b"\x1dH": hri,
    b"\x1dw": module_width,
    b"\x1dk": lambda setter, args: setter.barcode(args),
    b"\x1d(": lambda setter, args: setter.extended(args),
    b"\x1dv": raster,
    b"\x1dV": cut,
    b"\x1dr": enquire,
    b"\x1dI": lambda setter, args: setter.jobs.append(Identity(args[0])),
    b"\x1c&": double_byte(True),
    b"\x1c.": double_byte(False),
    b"\x1c!": kanji_mode,
    b"\x1c-": lambda setter, args: setter.restyle(underline=args[0] & 0x0F in (1, 2)),
    b"\x1cW": kanji_quad,
}
