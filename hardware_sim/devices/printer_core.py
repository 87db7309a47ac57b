"""An ESC/POS printer without its wire: bytes in, answers and printed lines out, no clock and no I/O."""

from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

from hardware_sim.devices.drawer import Drawer
from hardware_sim.devices.escpos_tokens import RealtimeEar, next_token
from hardware_sim.devices.paper import is_inked, text_of
from hardware_sim.devices.printer_status import Status
from hardware_sim.devices.typesetter import (
    Confirmation,
    Cut,
    Enquiry,
    Identity,
    Pulse,
    Typesetter,
)
from hardware_sim.views import PaperLine, PaperState

RECEIVE_BUFFER_BYTES = 64 * 1024
GLANCE_BYTES = 64  # most tokens end within; an image does not
SET_AHEAD_JOBS = 64  # how far setting runs ahead of printing
PAPER_KEPT_LINES = 1000  # uncut paper beyond this falls off the counter
TEAR_AFTER_FEED_LINES = 3


@dataclass(frozen=True)
class PrinterTraits:
    """One printer model. Without a cutter, a feed of three lines is where a hand tears the paper.

    A blank strip is no receipt: it goes with the one before.
    """

    columns: int = 48
    cutter: bool = True
    confirms: bool = True
    double_byte_at_power_up: bool = False
    maker: str = "DIANSHU-SIM"
    model: str = "SIM-80"
    serial: str = "P0001"


class Torn(NamedTuple):
    """A piece of paper came off."""

    lines: tuple[PaperLine, ...]
    text: str


@dataclass
class PrinterCore:
    """`receive` bytes, `step` the mechanism until it returns None, send what `take_answers` gives."""

    traits: PrinterTraits = field(default_factory=PrinterTraits)
    drawer: Drawer | None = None
    paper: PaperState = "ok"
    cover_open: bool = False
    switched_offline: bool = False
    jam_next_cut: bool = False
    cutter_error: bool = False
    lines_left: int | None = None
    lines_printed: int = 0

    def __post_init__(self) -> None:
        self._received = bytearray()
        self._ear = RealtimeEar()
        self._answers: deque[bytes] = deque(maxlen=1000)
        self.hanging: deque[PaperLine] = deque(maxlen=PAPER_KEPT_LINES)
        self._asb = 0
        self._asb_told: Status | None = None
        self.setter = Typesetter(self.traits.columns, self.traits.double_byte_at_power_up)

    @property
    def status(self) -> Status:
        return Status(
            paper=self.paper,
            cover_open=self.cover_open,
            switched_offline=self.switched_offline,
            cutter_error=self.cutter_error,
            pin3_high=self.drawer.pin3_high if self.drawer else False,
        )

    @property
    def room(self) -> int:
        """How many bytes the receive buffer still takes."""
        return RECEIVE_BUFFER_BYTES - len(self._received)

    @property
    def waiting_bytes(self) -> int:
        return len(self._received)

    def receive(self, data: bytes) -> None:
        """Bytes off the wire; real-time commands are obeyed at once, the rest waits its turn."""
        self._received += data[: self.room]
        for request in self._ear.hear(data):
            self._obey(request)

    def take_answers(self) -> list[bytes]:
        self.status_changed()
        answers = list(self._answers)
        self._answers.clear()
        return answers

    def step(self) -> PaperLine | Torn | Pulse | bytes | None:
        """Do the next thing in order; None when there is nothing to do or the printer has stopped.

        Returns the line printed, the piece cut off, the pulse given, or the answer queued.
        """
        self._set_ahead()
        if not self.setter.jobs or not self.status.online:
            return None
        job = self.setter.jobs[0]
        if isinstance(job, Cut) and self.traits.cutter and self.jam_next_cut:
            self.cutter_error = True
            return None
        self.setter.jobs.popleft()
        if isinstance(job, PaperLine):
            return self._print(job)
        if isinstance(job, Cut):
            return self.tear() if self.traits.cutter else self.step()
        if isinstance(job, Pulse):
            if self.drawer:
                self.drawer.kick(job.pin)
            return job
        return self._answer(job)

    def tear(self) -> Torn:
        """The paper hanging out comes off, by knife or by hand."""
        lines = tuple(self.hanging)
        self.hanging.clear()
        return Torn(lines, text_of(lines, self.traits.columns))

    def power_cycle(self) -> None:
        """Everything not on paper is forgotten."""
        self._received.clear()
        self._ear = RealtimeEar()
        self._answers.clear()
        self._asb, self._asb_told = 0, None
        self.cutter_error = False
        self.setter.forget()
        self.setter.reset()

    def status_changed(self) -> None:
        """Tell the host, if it asked to be told of this kind of change."""
        status = self.status
        if self._asb_told is not None and status.changed_classes(self._asb_told) & self._asb:
            self._answers.append(status.automatic())
        if self._asb_told is not None:
            self._asb_told = status

    def _set_ahead(self) -> None:
        while self._received and len(self.setter.jobs) < SET_AHEAD_JOBS:
            token = next_token(bytes(self._received[:GLANCE_BYTES]), self.setter.modes.double_byte)
            if token is None and len(self._received) > GLANCE_BYTES:
                token = next_token(bytes(self._received), self.setter.modes.double_byte)
            if token is None:
                return
            del self._received[: token.size]
            if token.name == b"\x1da":
                self._watch(token.args[0])
            else:
                self.setter.take(token)

    def _watch(self, n: int) -> None:
        """GS a: the present status is sent at once, then every change of a watched class."""
        self._asb = n & 0x0F
        self._asb_told = self.status if self._asb else None
        if self._asb:
            self._answers.append(self.status.automatic())

    def _print(self, line: PaperLine) -> PaperLine | Torn:
        count = line.lines if line.kind == "feed" else 1
        self.lines_printed += count
        self.hanging.append(line)
        if self.lines_left is not None:
            self.lines_left -= count
            if self.lines_left <= 0:
                self.paper, self.lines_left = "out", None
        if self.traits.cutter or line.kind != "feed" or line.lines < TEAR_AFTER_FEED_LINES:
            return line
        if is_inked(self.hanging):
            return self.tear()
        self.hanging.clear()
        return line

    def _answer(self, job: Confirmation | Enquiry | Identity) -> bytes:
        if isinstance(job, Confirmation):
            answer = b"\x37\x22" + job.process_id + b"\0" if self.traits.confirms else b""
        elif isinstance(job, Enquiry):
            answer = self.status.paper_answer() if job.subject == "paper" else self.status.drawer_answer()
        else:
            answer = self._identity(job.n)
        if answer:
            self._answers.append(answer)
        return answer

    def _identity(self, n: int) -> bytes:
        if n in (1, 49):
            return b"\x20"
        if n in (2, 50):
            return bytes([0x01 | (0x02 if self.traits.cutter else 0)])
        texts = {66: self.traits.maker, 67: self.traits.model, 68: self.traits.serial}
        return b"\x5f" + texts[n].encode("ascii") + b"\0" if n in texts else b""

    def _obey(self, request: bytes) -> None:
        if request[1] == 0x04:
            self._answers.append(self.status.realtime(request[2]))
        elif request[1] == 0x05:
            self.cutter_error = False
            if request[2] == 2:
                self._clear_buffers()
        elif request[2] == 0x08:
            self._clear_buffers()
        elif self.drawer and not self.cutter_error:
            self.drawer.kick(5 if request[3] else 2)

    def _clear_buffers(self) -> None:
        """Confirmations still waiting are dropped with the data they waited for."""
        self._received.clear()
        self.setter.forget()
