"""CD5220."""

from hardware_sim.devices.pole import COLUMNS, ESC, ROWS, Pole, up_to_cr

ARGUMENTS = {b"@": 0, b"l": 2, b"*": 1, b"W": 4, b"\x5f": 1}


class Wire(Pole):
    """Whole lines by ESC Q, single characters by a cursor."""

    def size_of(self, data: bytes) -> int | None:
        if data[0] != ESC:
            return super().size_of(data)
        if len(data) < 2:
            return None
        if data[1:2] == b"Q":
            return up_to_cr(data)
        size = 2 + ARGUMENTS.get(data[1:2], 0)
        return size if len(data) >= size else None

    def obey(self, command: bytes) -> None:
        match command[:2], command[2:]:
            case b"\x1b@", _:
                self._reset()
            case b"\x0c", _:
                self._clear()
            case b"\x18", _:
                self._clear_line()
            case b"\r", _:
                self._column = 0
            case b"\x1bQ", line if line[:1] in (b"A", b"B"):
                self._write_line(b"AB".index(line[:1]), line[1:-1])
            case b"\x1bl", at:
                self._move(min(max(at[1], 1), ROWS) - 1, min(max(at[0], 1), COLUMNS) - 1)
            case b"\x1b*", level:
                self.brightness = min(max(level[0], 1), 4)
            case char, _ if char[0] >= 0x20:
                self._put(char)
