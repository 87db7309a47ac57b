"""Ink on paper: characters become lines at the paper's width, lines become text."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from hardware_sim.views import Align, PaperLine, Span

DOTS_PER_COLUMN = 12


@dataclass(frozen=True)
class Style:
    """How the next character looks; Latin and double-byte characters are magnified apart."""

    bold: bool = False
    underline: bool = False
    inverse: bool = False
    latin: tuple[int, int] = (1, 1)
    kanji: tuple[int, int] = (1, 1)


class LineBuffer:
    """The line being set: a full line comes out by itself, as on a real print head."""

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self.align: Align = "left"
        self._spans: list[Span] = []
        self._cells = 0

    @property
    def empty(self) -> bool:
        return not self._spans

    def put(self, text: str, cells: int, style: Style) -> PaperLine | None:
        """Set one character of `cells` columns; returns the line that was full before it."""
        width, height = style.kanji if cells == 2 else style.latin
        full = self.take() if self._cells + cells * width > self.columns else None
        self._cells += cells * width
        span = Span(
            text=text,
            bold=style.bold,
            underline=style.underline,
            inverse=style.inverse,
            width=width,
            height=height,
        )
        if self._spans and replace_text(self._spans[-1], "") == replace_text(span, ""):
            self._spans[-1] = replace_text(self._spans[-1], self._spans[-1].text + text)
        else:
            self._spans.append(span)
        return full

    def tab(self, style: Style) -> None:
        """HT: to the next eighth column."""
        for _ in range(8 - self._cells % 8):
            if self._cells < self.columns:
                self.put(" ", 1, replace(style, latin=(1, 1)))

    def take(self) -> PaperLine:
        """The line as it is, blank if nothing was set."""
        line = PaperLine(kind="text", align=self.align, spans=tuple(self._spans))
        self.clear()
        return line

    def clear(self) -> None:
        self._spans, self._cells = [], 0


def replace_text(span: Span, text: str) -> Span:
    return Span(
        text=text,
        bold=span.bold,
        underline=span.underline,
        inverse=span.inverse,
        width=span.width,
        height=span.height,
    )


def cells_of(text: str) -> int:
    """Columns of printed text: everything beyond ASCII was set from a double-byte character."""
    return sum(1 if char < "\x80" else 2 for char in text)


def indent(cells: int, columns: int, align: Align) -> int:
    free = max(0, columns - cells)
    return {"left": 0, "center": free // 2, "right": free}[align]


def text_of(lines: tuple[PaperLine, ...], columns: int) -> str:
    """The paper as plain lines of text, aligned as printed, right-stripped."""
    return "\n".join(row for line in lines for row in rows_of(line, columns))


def is_inked(lines: Iterable[PaperLine]) -> bool:
    """Whether anything at all is printed on them."""
    return any(line.kind in ("barcode", "qr", "image") or any(map(_has_ink, line.spans)) for line in lines)


def _has_ink(span: Span) -> bool:
    return span.inverse or bool(span.text.strip())


def rows_of(line: PaperLine, columns: int) -> list[str]:
    if line.kind == "feed":
        return [""] * line.lines
    if line.kind == "cut":
        return ["-" * columns]
    text = "".join(span.text for span in line.spans)
    if line.kind in ("barcode", "qr"):
        text = f"[{line.symbology} {line.data}]"
    elif line.kind == "image":
        text = f"[image {line.data}]"
    wide = sum(cells_of(span.text) * span.width for span in line.spans) if line.kind == "text" else len(text)
    return [(" " * indent(wide, columns, line.align) + text).rstrip()]
