"""The frame between cash register and card terminal: STX, two BCD bytes of length, body, ETX, LRC."""

from __future__ import annotations

from functools import reduce
from operator import xor

STX, ETX = 0x02, 0x03
MAX_BODY_BYTES = 1024
_AROUND = 5  # STX, two of length, ETX, LRC


def frame(body: bytes) -> bytes:
    """A body in its frame; ValueError if it is too long for one."""
    if not 0 < len(body) <= MAX_BODY_BYTES:
        raise ValueError(f"a body of {len(body)} bytes")
    counted = bytes.fromhex(f"{len(body):04d}") + body + bytes([ETX])
    return bytes([STX]) + counted + bytes([reduce(xor, counted)])


class Deframer:
    """Whole bodies out of a stream; what has a wrong length, end or LRC is gone through for one inside it."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    @property
    def held_bytes(self) -> int:
        """How much waits for its rest."""
        return len(self._buffer)

    def receive(self, data: bytes) -> list[bytes]:
        """The bodies that these bytes complete."""
        self._buffer += data
        return self._take_all()

    def give_up(self) -> list[bytes]:
        """The rest will not come: whatever began is dropped, and what is whole behind its beginning taken."""
        bodies: list[bytes] = []
        while self._buffer:
            del self._buffer[0]
            bodies += self._take_all()
        return bodies

    def reset(self) -> None:
        """A new link."""
        self._buffer.clear()

    def _take_all(self) -> list[bytes]:
        bodies: list[bytes] = []
        while (start := self._buffer.find(STX)) >= 0:
            del self._buffer[:start]
            length = self._length()
            if length is None:
                return bodies
            if length < 0 or (body := self._body(length)) is None:
                del self._buffer[0]
            elif body:
                del self._buffer[: length + _AROUND]
                bodies.append(body)
            else:
                return bodies
        self._buffer.clear()
        return bodies

    def _length(self) -> int | None:
        """The body's length; None if it has not come yet, -1 if it is none."""
        digits = self._buffer[1:3].hex()
        if len(digits) < 4:
            return None
        good = digits.isdecimal() and 0 < int(digits) <= MAX_BODY_BYTES
        return int(digits) if good else -1

    def _body(self, length: int) -> bytes | None:
        """The body; b"" if its frame has not all come, None if the frame is spoiled."""
        if len(self._buffer) < length + _AROUND:
            return b""
        counted = self._buffer[1 : length + 4]
        if counted[-1] != ETX or reduce(xor, counted) != self._buffer[length + 4]:
            return None
        return bytes(counted[2:-1])
