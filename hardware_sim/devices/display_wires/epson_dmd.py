"""Epson DM-D."""

from hardware_sim.devices.pole import COLUMNS, ESC, ROWS, Mode, Pole

US = 0x1F
MODES: dict[bytes, Mode] = {b"\x1f\x01": "overwrite", b"\x1f\x02": "vertical", b"\x1f\x03": "horizontal"}
ARGUMENTS = {
    ESC: {b"t": 1, b"R": 1, b"=": 1, b"%": 1, b"?": 1},
    US: {b"$": 2, b"C": 1, b"E": 1, b"T": 2, b"X": 1, b"r": 1, b"v": 1},
}


class Wire(Pole):
    """A cursor that US $ moves, and three modes for what happens at the end of a line."""

    def size_of(self, data: bytes) -> int | None:
        if data[0] not in ARGUMENTS:
            return super().size_of(data)
        if len(data) < 2:
            return None
        size = 2 + ARGUMENTS[data[0]].get(data[1:2], 0)
        return size if len(data) >= size else None

    def obey(self, command: bytes) -> None:
        match command[:2], command[2:]:
            case b"\x1b@", _:
                self._reset()
            case mode, _ if mode in MODES:
                self._mode = MODES[mode]
            case b"\x1fX", level if 1 <= level[0] <= 4:
                self.brightness = level[0]
            case b"\x0c", _:
                self._clear()
            case b"\x18", _:
                self._clear_line()
            case char, _ if char[0] >= 0x20:
                self._put(char)
            case _:
                self._steer(command)

    def _steer(self, command: bytes) -> None:
        match command[:2], command[2:]:
            case b"\x1f$", at:
                self._move(at[1] - 1, at[0] - 1)
            case b"\x08", _:
                self._step(-1)
            case b"\t", _:
                self._step(1)
            case b"\n", _:
                self._line_feed()
            case b"\x1f\n", _:
                self._move((self._row - 1) % ROWS, min(self._column, COLUMNS - 1))
            case b"\x0b", _:
                self._move(0, 0)
            case b"\r", _:
                self._move(self._row, 0)
            case b"\x1f\r", _:
                self._move(self._row, COLUMNS - 1)
            case b"\x1fB", _:
                self._move(ROWS - 1, COLUMNS - 1)
