"""What every label printer has in common, whatever its language: its facts, its labels, its confirmation."""

from __future__ import annotations

from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Literal, Protocol

import msgspec
from msgspec import Meta

from drivers.base import Heard, QueueDrained
from drivers.document import AnyBlock, Label
from drivers.messages import PrinterStatus
from drivers.printer.contract import PrinterOptions, why_blocked
from drivers.printer.layout import display_cells

if TYPE_CHECKING:
    from drivers.printer.drawing import Drawn, LinePen

_UNANSWERED_POLLS_MAX = 3
_QUIET_S = 0.5


class LabelOptions(PrinterOptions, frozen=True, kw_only=True):
    """A label printer's facts; gap_mm lies between two labels on the roll, 0 for a roll without gaps.

    A text with a character that the printer's font does not have is drawn as a whole, with `drawn_with`, a
    font file of the gateway's machine, or with what fontconfig finds there.
    """

    dots_per_mm: Literal[8, 12, 24] = 8
    gap_mm: Annotated[int, Meta(ge=0, le=20)] = 2
    poll_s: Annotated[float, Meta(ge=0.1, le=60)] = 0.25
    drawn_with: Annotated[str, Meta(max_length=300)] = ""


class Drawing:
    """Draws texts for labels; Pillow comes with the first that has to be drawn."""

    def __init__(self, font_file: str) -> None:
        self._font_file = font_file

    @cached_property
    def _pen(self) -> LinePen:
        pen: LinePen = import_module("drivers.printer.drawing").LinePen(self._font_file)
        return pen

    def line(self, text: str, height: int) -> Drawn:
        """A line of printable text in dots."""
        return self._pen.line(text, height)


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One whole answer: working on labels, idle with nothing against it, or neither."""

    status: PrinterStatus
    working: bool
    idle: bool


class LabelLanguage(Protocol):
    """How one language writes a label and asks for status."""

    question: bytes
    shows_working: bool
    """Whether being idle proves something only after the printer was seen at work."""

    def label(self, label: Label) -> bytes: ...
    def receive(self, data: bytes) -> list[Said]: ...
    def reset(self) -> None: ...


class LabelPrinter:
    """One label printer's conversation. A job counts as printed when an answer to a question asked behind
    it says that nothing waits any more; `status` is what the printer last said of itself.
    """

    def __init__(self, options: LabelOptions, language: LabelLanguage) -> None:
        self.options = options
        self.quiet_s: float | None = min(_QUIET_S, options.poll_s * 0.8)  # each poll begins the wait anew
        self.poll_s: float | None = options.poll_s
        self.pin_within_s: float | None = None
        self.status = PrinterStatus()
        self._language = language
        self._unanswered = 0
        self._asked_before = 0
        self._awaits_job = self._awaits_idle = False

    def render(self, document: tuple[AnyBlock, ...]) -> bytes:
        """The labels as bytes; ValueError if there is anything but labels."""
        labels = [block for block in document if isinstance(block, Label)]
        if not labels or len(labels) < len(document):
            raise ValueError("a label printer prints labels only")
        return b"".join(self._language.label(label) for label in labels)

    def confirm_request(self, job_id: str) -> tuple[bytes, bytes]:
        """A question behind the labels; what confirms is the first idle answer to it or to a later one."""
        if self.options.confirm != "drained":
            return b"", b""
        question = self.ask_queue()
        self._awaits_job = self._language.shows_working
        return question, b""

    def ask_queue(self) -> bytes:
        """A question whose answer says whether anything waits; asked on by poll() until nothing does."""
        self._asked_before = self._unanswered
        self._awaits_idle, self._awaits_job = True, False
        return self._ask()

    def forget_queries(self) -> None:
        """Wait for nothing any more; answers that are still to come count for nothing."""
        self._awaits_idle = self._awaits_job = False

    def blocked(self) -> str:
        """Why printing cannot begin now, by the printer's own word; "" if nothing is known against it."""
        return why_blocked(self.status)

    def receive(self, data: bytes) -> list[Heard]:
        return [heard for said in self._language.receive(data) for heard in self._hear(said)]

    def poll(self) -> bytes:
        return self._ask()

    def quiet(self) -> list[Heard]:
        """Some printers say nothing while out of paper: what they were asked is then not answered later."""
        if self._unanswered <= _UNANSWERED_POLLS_MAX:
            return []
        self._language.reset()
        self._unanswered = self._asked_before = 0
        return self._changed(PrinterStatus())

    def reset(self) -> None:
        self._language.reset()
        self._unanswered = self._asked_before = 0
        self.forget_queries()
        self.status = PrinterStatus()

    def _ask(self) -> bytes:
        self._unanswered += 1
        return self._language.question

    def _hear(self, said: Said) -> list[Heard]:
        if not self._unanswered:
            return []  # nobody asked
        self._unanswered -= 1
        is_late = self._asked_before > 0
        self._asked_before = max(0, self._asked_before - 1)
        return [*self._changed(said.status), *([] if is_late else self._drained(said))]

    def _drained(self, said: Said) -> list[Heard]:
        if said.working:
            self._awaits_job = False
        if not said.idle or not self._awaits_idle or self._awaits_job:
            return []
        self.forget_queries()
        return [QueueDrained(paper_out=False)]

    def _changed(self, status: PrinterStatus) -> list[Heard]:
        if status == self.status:
            return []
        self.status = status
        return [status]


def cut_to(text: str, cells: int) -> str:
    """As much of the text as so many display cells hold."""
    while text and display_cells(text) > cells:
        text = text[:-1]
    return text
