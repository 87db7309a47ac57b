"""What glows on a customer display: the two lines of a pole, and an LED8N price display."""

from typing import ClassVar, Literal, Protocol

from hardware_sim.views import Lamp

ROWS, COLUMNS = 2, 20
DIGITS = 8
LAMPS: tuple[Lamp, ...] = ("price", "total", "collect", "change")
ESC, STX, CLEAR, CANCEL = 0x1B, 0x02, 0x0C, 0x18
Mode = Literal["overwrite", "vertical", "horizontal"]
LONGEST_COMMAND = 64  # more than this before its end is no command: the display forgets it


class Face(Protocol):
    """The glowing side of a display; `clears` counts how often all of it went dark."""

    clears: int
    brightness: int | None

    def receive(self, data: bytes) -> None: ...
    def power_cycle(self) -> None: ...
    @property
    def lines(self) -> tuple[str, ...]: ...
    @property
    def lit(self) -> tuple[Lamp, ...]: ...


class Commands:
    """Cuts the stream into commands and characters; a command comes in any pieces."""

    def __init__(self) -> None:
        self._unread = b""

    def receive(self, data: bytes) -> None:
        self._unread += data
        while self._unread:
            size = self.size_of(self._unread)
            if size is None and len(self._unread) <= LONGEST_COMMAND:
                return
            taken = size or 1
            self.obey(self._unread[:taken])
            self._unread = self._unread[taken:]

    def forget(self) -> None:
        self._unread = b""

    def size_of(self, data: bytes) -> int | None:
        """How long the command at the start of `data` is; None while it is incomplete."""
        raise NotImplementedError

    def obey(self, command: bytes) -> None:
        raise NotImplementedError


def up_to_cr(data: bytes) -> int | None:
    end = data.find(b"\r")
    return end + 1 if end >= 0 else None


class Pole(Commands):
    """Two lines of twenty cells. With `double_byte` two bytes from 0x81 on are one wide character."""

    lit: tuple[Lamp, ...] = ()
    first_mode: ClassVar[Mode] = "overwrite"
    _cells: list[bytearray]

    def __init__(self, double_byte: bool) -> None:
        super().__init__()
        self.clears = 0
        self._double_byte = double_byte
        self._row = self._column = 0
        self.power_cycle()

    def power_cycle(self) -> None:
        self.forget()
        self._settle()

    @property
    def lines(self) -> tuple[str, ...]:
        charset = "gbk" if self._double_byte else "cp437"
        return tuple(bytes(row).decode(charset, "replace") for row in self._cells)

    def size_of(self, data: bytes) -> int | None:
        if self._double_byte and data[0] >= 0x81:
            return 2 if len(data) > 1 else None
        return 1

    def _write_line(self, row: int, text: bytes) -> None:
        self._cells[row] = bytearray(text[:COLUMNS].ljust(COLUMNS))

    def _put(self, char: bytes) -> None:
        self._make_room(self._column + len(char) - COLUMNS)
        self._cells[self._row][self._column : self._column + len(char)] = char
        self._column += len(char)

    def _make_room(self, missing: int) -> None:
        if missing > 0 and self._mode == "horizontal":
            self._cells[self._row] = self._cells[self._row][missing:] + b" " * missing
            self._column -= missing
        elif missing > 0:
            self._column = 0
            self._line_feed()

    def _line_feed(self) -> None:
        """To the other row; in vertical mode the lower line moves up and leaves its row empty."""
        if self._mode == "vertical" and self._row == ROWS - 1:
            self._cells = [*self._cells[1:], bytearray(b" " * COLUMNS)]
        else:
            self._row = (self._row + 1) % ROWS

    def _move(self, row: int, column: int) -> None:
        """Put the cursor there; a place that is not on the glass leaves it where it was."""
        if 0 <= row < ROWS and 0 <= column < COLUMNS:
            self._row, self._column = row, column

    def _step(self, by: int) -> None:
        """Move the cursor along the cells, on over the end of a line."""
        cell = (self._row * COLUMNS + self._column + by) % (ROWS * COLUMNS)
        self._row, self._column = divmod(cell, COLUMNS)

    def _clear_line(self) -> None:
        self._write_line(self._row, b"")
        self._column = 0

    def _reset(self) -> None:
        self._clear()
        self._settle()

    def _settle(self) -> None:
        """As it is when power comes."""
        self.brightness: int | None = None
        self._mode = self.first_mode
        self._darken()

    def _clear(self) -> None:
        if any(bytes(row).strip() for row in self._cells):
            self.clears += 1
        self._darken()

    def _darken(self) -> None:
        self._cells = [bytearray(b" " * COLUMNS) for _ in range(ROWS)]
        self._row = self._column = 0


class LinePole(Pole):
    """A pole that hears nothing but whole lines: two bytes call it, a letter names the line, CR ends it."""

    call: ClassVar[bytes]
    upper_lower_both: ClassVar[bytes]

    def size_of(self, data: bytes) -> int | None:
        if data[:2] == self.call:
            return up_to_cr(data)
        return None if data == self.call[:1] else 1

    def obey(self, command: bytes) -> None:
        letter, text = command[2:3], command[3:-1]
        if command[:2] != self.call or letter not in self.upper_lower_both:
            return
        which = self.upper_lower_both.index(letter)
        if which < ROWS:
            self._write_line(which, text)
        else:
            self._write_line(0, text[:COLUMNS])
            self._write_line(1, text[COLUMNS:])


class PriceDisplay(Commands):
    """Eight digits, whose points take no room, and four lamps."""

    brightness: int | None = None

    def __init__(self) -> None:
        super().__init__()
        self.clears = 0
        self.power_cycle()

    def power_cycle(self) -> None:
        self.forget()
        self.lit: tuple[Lamp, ...] = ()
        self._digits = ""

    @property
    def lines(self) -> tuple[str, ...]:
        return (self._digits,)

    def size_of(self, data: bytes) -> int | None:
        head = data[:2]
        if data[0] not in (ESC, STX):
            return 1
        if len(head) < 2:
            return None
        if head == b"\x1bQ":
            return up_to_cr(data)
        size = {b"\x02L": 6, b"\x02B": 3}.get(head, 2)
        return size if len(data) >= size else None

    def obey(self, command: bytes) -> None:
        if command == b"\x1b@":
            self._clear()
            self.lit = ()
        elif command[0] in (CLEAR, CANCEL):
            self._clear()
        elif command[:3] == b"\x1bQA":
            self._show(command[3:-1])
        elif command[:2] == b"\x02L":
            self.lit = tuple(lamp for lamp, on in zip(LAMPS, command[2:], strict=True) if on == ord("1"))

    def _show(self, text: bytes) -> None:
        """Digits, minus and point only, as the manual has it: anything else leaves the display as it was."""
        digits = text.replace(b".", b"")
        if set(text) <= set(b"0123456789-.") and 1 <= len(digits) <= DIGITS:
            self._digits = text.decode()

    def _clear(self) -> None:
        self.clears += bool(self._digits)
        self._digits = ""
