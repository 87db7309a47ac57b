"""ESC/POS receipt printers: documents out, status and print confirmation in."""

from __future__ import annotations

import hashlib
import re
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from drivers.base import (
    Answers,
    DrawerPin,
    Driver,
    Heard,
    PrintConfirmed,
    Probe,
    QueueDrained,
    Verdict,
)
from drivers.document import AnyBlock
from drivers.messages import PrinterStatus
from drivers.printer.builder import ReceiptBuilder
from drivers.printer.contract import PrinterOptions, why_blocked
from drivers.printer.status import (
    Answer,
    AnswerFramer,
    AutoStatus,
    ProcessId,
    Queued,
    RealTime,
    is_real_time,
)
from drivers.profile import Profile, read_options

ASB_ON = b"\x1d\x61\x0f"
ASK_PAPER_QUEUED = b"\x1d\x72\x01"
_REALTIME_CYCLE = (1, 2, 4, 3)
_UNANSWERED_POLLS_MAX = 3
_NAME = re.compile(rb"_([ -~]{2,40})\x00")


class EscposOptions(PrinterOptions, frozen=True, kw_only=True):
    """An ESC/POS model's facts.

    charset says what its own font has: gbk = Chinese in double-byte GBK; ascii = no Chinese. All else is
    drawn with `font`, a font file of the gateway's machine, or with what fontconfig finds there.
    """

    width_cells: Annotated[int, Meta(ge=16, le=96)] = 48
    width_dots: Annotated[int, Meta(ge=200, le=1200)] = 576
    cutter: bool = True
    charset: Literal["gbk", "ascii"] = "gbk"
    chinese_size: Literal["gs", "fs"] = "gs"
    font: Annotated[str, Meta(max_length=300)] = ""
    status: Literal["asb", "realtime", "none"] = "realtime"
    poll_s: Annotated[float, Meta(ge=0.2, le=60)] = 1


class EscposPrinter:
    """One printer's conversation; what it last said of itself is in `status`."""

    quiet_s: float | None = 0.5

    def __init__(self, options: EscposOptions) -> None:
        self.options = options
        self.poll_s: float | None = None if options.status == "none" else options.poll_s
        self.status = PrinterStatus()
        self._builder = ReceiptBuilder(
            width_cells=options.width_cells,
            width_dots=options.width_dots,
            cutter=options.cutter,
            chinese_size=options.chinese_size,
            charset=options.charset,
            font=options.font,
        )
        self._framer = AnswerFramer()
        self._pin_high: bool | None = None
        self._cycle_at = 0
        self._unanswered_polls = 0
        self._greeted = False
        self._queries_pending = 0

    @property
    def pin_within_s(self) -> float | None:
        if self.poll_s is None or self.status.online is None:
            return None
        return self.poll_s * (1 if self.options.status == "asb" else len(_REALTIME_CYCLE))

    def render(self, document: tuple[AnyBlock, ...]) -> bytes:
        """The whole receipt as bytes, without its confirmation request."""
        return self._builder.build(document, ASB_ON if self.options.status == "asb" else b"")

    def confirm_request(self, job_id: str) -> tuple[bytes, bytes]:
        """What to send behind the receipt, and the mark its PrintConfirmed will carry.

        The mark comes from the job id, so a late answer to another job is never taken for this one's.
        """
        if self.options.confirm == "process_id":
            mark = job_mark(job_id)
            return b"\x1d\x28\x48\x06\x00\x30\x30" + mark, mark
        return (self.ask_queue(), b"") if self.options.confirm == "drained" else (b"", b"")

    def ask_queue(self) -> bytes:
        """A paper query that is answered when the data before it has been worked off."""
        self._queries_pending += 1
        return ASK_PAPER_QUEUED

    def forget_queries(self) -> None:
        """Stop waiting for answers to earlier paper queries."""
        self._queries_pending = 0

    def blocked(self) -> str:
        """Why printing cannot begin now, by the printer's own word; "" if nothing is known against it."""
        return why_blocked(self.status)

    def receive(self, data: bytes) -> list[Heard]:
        return [heard for answer in self._framer.receive(data) for heard in self._answer(answer)]

    def poll(self) -> bytes:
        if self.options.status == "none":
            return b""
        self._unanswered_polls += 1
        if self.options.status == "realtime":
            return b"\x10\x04" + bytes([_REALTIME_CYCLE[self._cycle_at]])
        greeting, self._greeted = (b"" if self._greeted else ASB_ON), True
        return greeting + b"\x10\x04\x01"

    def quiet(self) -> list[Heard]:
        self._framer.reset()
        if self._unanswered_polls <= _UNANSWERED_POLLS_MAX:
            return []
        self._cycle_at, self._greeted = 0, False
        return self._changed(PrinterStatus())

    def reset(self) -> None:
        self._framer.reset()
        self._pin_high = None
        self._cycle_at = self._unanswered_polls = self._queries_pending = 0
        self._greeted = False
        self.status = PrinterStatus()

    def _answer(self, answer: Answer) -> list[Heard]:
        match answer:
            case RealTime(byte):
                return self._real_time(byte)
            case AutoStatus(data):
                self._unanswered_polls = 0
                return self._auto_status(data)
            case ProcessId(mark):
                return [PrintConfirmed(mark=mark)]
            case Queued(byte):
                return self._queued(byte)

    def _queued(self, byte: int) -> list[Heard]:
        if not self._queries_pending:
            return []
        self._queries_pending -= 1
        return [QueueDrained(paper_out=bool(byte & 0x0C), still_pending=self._queries_pending)]

    def _real_time(self, byte: int) -> list[Heard]:
        if not self._unanswered_polls:
            return []
        self._unanswered_polls = 0
        question = 1 if self.options.status == "asb" else _REALTIME_CYCLE[self._cycle_at]
        self._cycle_at = (self._cycle_at + 1) % len(_REALTIME_CYCLE)
        replace = msgspec.structs.replace
        if question == 1:
            return [*self._pin(byte), *self._changed(replace(self.status, online=not byte & 0x08))]
        if question == 2:
            return self._changed(replace(self.status, cover_open=bool(byte & 0x04)))
        if question == 3:
            return self._changed(
                replace(self.status, cutter_error=bool(byte & 0x08), fatal_error=bool(byte & 0x20))
            )
        return self._changed(replace(self.status, paper=_paper(near=byte & 0x0C, end=byte & 0x60)))

    def _auto_status(self, data: bytes) -> list[Heard]:
        status = PrinterStatus(
            online=not data[0] & 0x08,
            cover_open=bool(data[0] & 0x20),
            paper=_paper(near=data[2] & 0x03, end=data[2] & 0x0C),
            cutter_error=bool(data[1] & 0x08),
            fatal_error=bool(data[1] & 0x20),
        )
        return [*self._pin(data[0]), *self._changed(status)]

    def _pin(self, byte: int) -> list[Heard]:
        high = bool(byte & 0x04)
        if high == self._pin_high:
            return []
        self._pin_high = high
        return [DrawerPin(high=high)]

    def _changed(self, status: PrinterStatus) -> list[Heard]:
        if status == self.status:
            return []
        self.status = status
        return [status]


def _paper(*, near: int, end: int) -> Literal["ok", "near_end", "out"]:
    if end:
        return "out"
    return "near_end" if near else "ok"


def job_mark(job_id: str) -> bytes:
    """Four printable bytes (0x20-0x7E, as the command demands) that stand for this job."""
    digest = hashlib.sha256(job_id.encode()).digest()
    return bytes(0x20 + byte % 95 for byte in digest[:4])


def build(profile: Profile, overrides: dict[str, Any]) -> Driver:
    """An ESC/POS printer as its profile describes it."""
    return EscposPrinter(read_options(profile, EscposOptions, overrides))


def probe(profile: Profile) -> Probe:
    """Real-time status in its fixed bits; GS I asks for the model's name."""
    word = re.sub("[^a-z0-9]", "", profile.model.partition("_")[2])

    def judge(answers: Answers) -> Verdict | None:
        *statuses, name = answers
        if not all(len(byte) == 1 and is_real_time(byte[0]) for byte in statuses):
            return None
        named = _NAME.search(name)
        if named is None:
            return Verdict(sure="likely", why="probe.status_bits")
        says = named[1].decode("latin-1")
        own = re.sub("[^a-z0-9]", "", says.lower())
        return Verdict(sure="certain" if word and word in own else "likely", why="probe.named", says=says)

    return Probe(asks=(b"\x10\x04\x01", b"\x10\x04\x02", b"\x10\x04\x04", b"\x1d\x49\x43"), judge=judge)
