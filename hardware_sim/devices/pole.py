"""What glows on a customer display: a two-line pole that speaks CD5220, and an LED8N price display."""

from typing import Protocol

from hardware_sim.views import Lamp

ROWS, COLUMNS = 2, 20
DIGITS = 8
LAMPS: tuple[Lamp, ...] = ("price", "total", "collect", "change")
ESC, STX, CLEAR, CANCEL, CR = 0x1B, 0x02, 0x0C, 0x18, 0x0D
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

    def __init__(self, double_byte: bool) -> None:
        super().__init__()
        self.clears = 0
        self._double_byte = double_byte
        self._row = self._column = 0
        self.power_cycle()

    def power_cycle(self) -> None:
        self.forget()
        self.brightness: int | None = None
        self._darken()

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(bytes(row).decode("gbk", "replace") for row in self._cells)

    def size_of(self, data: bytes) -> int | None:
        if data[0] == ESC:
            return self._escape_size(data)
        if self._double_byte and data[0] >= 0x81:
            return 2 if len(data) > 1 else None
        return 1

    def _escape_size(self, data: bytes) -> int | None:
        if len(data) < 2:
            return None
        if data[1:2] == b"Q":
            return up_to_cr(data)
        size = 2 + {b"@": 0, b"l": 2, b"*": 1, b"W": 4, b"\x5f": 1}.get(data[1:2], 0)
        return size if len(data) >= size else None

    def obey(self, command: bytes) -> None:
        if command[0] >= 0x20:
            self._put(command)
        elif command == b"\x1b@":
            self.brightness = None
            self._clear()
        elif command[0] == CLEAR:
            self._clear()
        elif command[0] == CANCEL:
            self._cells[self._row] = bytearray(b" " * COLUMNS)
            self._column = 0
        elif command[0] == CR:
            self._column = 0
        elif command[:2] == b"\x1bQ":
            self._write_line(command[2:3], command[3:-1])
        elif command[:2] == b"\x1bl":
            self._column = min(max(command[2], 1), COLUMNS) - 1
            self._row = min(max(command[3], 1), ROWS) - 1
        elif command[:2] == b"\x1b*":
            self.brightness = min(max(command[2], 1), 4)

    def _write_line(self, which: bytes, text: bytes) -> None:
        if which in (b"A", b"B"):
            self._cells[b"AB".index(which)] = bytearray(text[:COLUMNS].ljust(COLUMNS))

    def _put(self, char: bytes) -> None:
        if self._column + len(char) > COLUMNS:
            self._row, self._column = (self._row + 1) % ROWS, 0
        self._cells[self._row][self._column : self._column + len(char)] = char
        self._column += len(char)

    def _clear(self) -> None:
        if any(bytes(row).strip() for row in self._cells):
            self.clears += 1
        self._darken()

    def _darken(self) -> None:
        self._cells = [bytearray(b" " * COLUMNS) for _ in range(ROWS)]
        self._row = self._column = 0


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
