"""Logic Controls."""

from typing import ClassVar

from hardware_sim.devices.pole import COLUMNS, Mode, Pole

BRIGHTNESS, CURSOR = 0x04, 0x10
LEVELS = {0x20: 1, 0x40: 2, 0x60: 3, 0xFF: 4}


class Wire(Pole):
    """A cursor over forty cells; at power-up the display scrolls, and it must be told not to."""

    first_mode: ClassVar[Mode] = "vertical"

    def size_of(self, data: bytes) -> int | None:
        if data[0] in (BRIGHTNESS, CURSOR):
            return 2 if len(data) > 1 else None
        return super().size_of(data)

    def obey(self, command: bytes) -> None:
        match command[0]:
            case 0x04:
                self.brightness = LEVELS.get(command[1], self.brightness)
            case 0x10:
                self._move(*divmod(command[1], COLUMNS))
            case 0x11:
                self._mode = "overwrite"
            case 0x12:
                self._mode = "vertical"
            case 0x1F:
                self._reset()
            case 0x08:
                self._step(-1)
                self._cells[self._row][self._column] = 0x20
            case 0x09:
                self._step(1)
            case 0x0A:
                self._line_feed()
            case 0x0D:
                self._column = 0
            case char if char >= 0x20:
                self._put(command)
