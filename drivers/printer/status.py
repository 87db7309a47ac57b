"""Telling a printer's answers apart: real-time bytes, automatic status blocks, process ids, paper queries."""

from __future__ import annotations

from dataclasses import dataclass

_FIXED_BITS = 0x93
_ASB_FIRST = 0x10
_REALTIME = 0x12
_PLAIN_BITS = 0x90  # both clear in ASB bytes 2-4 and in answers to GS r
_ASB_LENGTH = 4
_PROCESS_ID_HEAD = b"\x37\x22"
_PROCESS_ID_LENGTH = 7


@dataclass(frozen=True)
class RealTime:
    """One byte answering DLE EOT n; which n it answers is not in it."""

    byte: int


@dataclass(frozen=True)
class AutoStatus:
    """Four bytes the printer sends by itself when something changes."""

    data: bytes


@dataclass(frozen=True)
class ProcessId:
    """The four marks of a GS ( H request, sent once everything before it is printed."""

    mark: bytes


@dataclass(frozen=True)
class Queued:
    """One byte answering GS r, in its place behind the print data."""

    byte: int


Answer = RealTime | AutoStatus | ProcessId | Queued


class AnswerFramer:
    """Bytes in any portions to whole answers; a byte that fits nothing is skipped."""

    def __init__(self) -> None:
        self._partial = bytearray()

    def receive(self, data: bytes) -> list[Answer]:
        """The answers these bytes complete."""
        return [answer for byte in data if (answer := self._take(byte)) is not None]

    def reset(self) -> None:
        """Drop an unfinished answer."""
        self._partial.clear()

    def _take(self, byte: int) -> Answer | None:
        if self._partial and not self._continues(byte):
            if is_real_time(byte) and self._partial[0] != _PROCESS_ID_HEAD[0]:
                return RealTime(byte)  # a real-time answer may cut into an automatic block
            self._partial.clear()
        if not self._partial and not self._starts_frame(byte):
            return self._single(byte)
        self._partial.append(byte)
        return self._whole()

    def _starts_frame(self, byte: int) -> bool:
        return byte == _PROCESS_ID_HEAD[0] or byte & _FIXED_BITS == _ASB_FIRST

    def _continues(self, byte: int) -> bool:
        position = len(self._partial)
        if self._partial[0] != _PROCESS_ID_HEAD[0]:
            return byte & _PLAIN_BITS == 0
        if position == 1:
            return byte == _PROCESS_ID_HEAD[1]
        return byte == 0 if position == _PROCESS_ID_LENGTH - 1 else 0x20 <= byte <= 0x7E

    def _whole(self) -> Answer | None:
        is_process_id = self._partial[0] == _PROCESS_ID_HEAD[0]
        if len(self._partial) < (_PROCESS_ID_LENGTH if is_process_id else _ASB_LENGTH):
            return None
        data = bytes(self._partial)
        self._partial.clear()
        return ProcessId(data[2:6]) if is_process_id else AutoStatus(data)

    def _single(self, byte: int) -> Answer | None:
        if is_real_time(byte):
            return RealTime(byte)
        if byte & _PLAIN_BITS == 0:
            return Queued(byte)
        return None


def is_real_time(byte: int) -> bool:
    """Whether this has the fixed bits of an answer to DLE EOT."""
    return byte & _FIXED_BITS == _REALTIME
