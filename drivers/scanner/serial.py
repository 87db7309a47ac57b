"""Scanners on a serial line: characters, then CR, LF or CR LF."""

from __future__ import annotations

from typing import Any, Literal

from drivers.base import Answers, Driver, Heard, Probe, Verdict
from drivers.messages import Scan
from drivers.profile import Profile, read_options
from drivers.scanner.scan_buffer import ScanBuffer, ScanOptions

# Nobody scans faster than a few codes in the time that is listened.
_SCANS_MAX = 20
_TERMINATORS = {"cr": b"\r", "lf": b"\n", "crlf": b"\r\n", "tab": b"\t"}


class SerialOptions(ScanOptions, frozen=True, kw_only=True):
    """How this scanner ends a barcode and encodes its characters; "either" ends at CR or at LF."""

    terminator: Literal["cr", "lf", "crlf", "tab", "either"] = "either"
    encoding: Literal["ascii", "utf-8", "gbk"] = "utf-8"


class SerialScanner:
    """Characters up to a terminator are one barcode; bounded in bytes before they are ever decoded."""

    poll_s: float | None = None

    def __init__(self, options: SerialOptions) -> None:
        self.quiet_s: float | None = options.quiet_ms / 1000
        self._options = options
        self._terminator = _TERMINATORS.get(options.terminator)
        self._max_bytes = 4 * options.max_chars + 2
        self._line = bytearray()
        self._overflowed = False
        self._scan = ScanBuffer(options)

    def receive(self, data: bytes) -> list[Heard]:
        heard: list[Heard] = []
        for byte in data:
            self._take(byte)
            if (line := self._complete_line()) is not None:
                heard.extend(self._close(line, terminated=True))
        return heard

    def poll(self) -> bytes:
        return b""

    def quiet(self) -> list[Heard]:
        line = bytes(self._line)
        return self._close(line, terminated=False) if line or self._overflowed else []

    def reset(self) -> None:
        self._line.clear()
        self._overflowed = False

    def _take(self, byte: int) -> None:
        if len(self._line) >= self._max_bytes:
            self._overflowed = True
            del self._line[0]  # keep the tail: the terminator is found there
        self._line.append(byte)

    def _complete_line(self) -> bytes | None:
        if self._terminator is None:
            return bytes(self._line[:-1]) if self._line[-1] in b"\r\n" else None
        if self._line.endswith(self._terminator):
            return bytes(self._line[: -len(self._terminator)])
        return None

    def _close(self, line: bytes, *, terminated: bool) -> list[Heard]:
        overflowed = self._overflowed
        self.reset()
        try:
            text = line.decode(self._options.encoding)
        except UnicodeDecodeError:
            text = line.decode("latin-1")
            self._scan.spoil("too_long" if overflowed else "garbled")
        if overflowed:
            self._scan.spoil("too_long")
        self._scan.add(text)
        reading = self._scan.finish(line) if terminated else self._scan.cut_short(line)
        return [] if reading is None else [reading]


def build(profile: Profile, overrides: dict[str, Any]) -> Driver:
    """A serial scanner as its profile describes it."""
    return SerialScanner(read_options(profile, SerialOptions, overrides))


def probe(profile: Profile) -> Probe:
    """It speaks when somebody scans: listen. Lines that come by themselves are no scans."""
    driver = build(profile, {})

    def judge(answers: Answers) -> Verdict | None:
        driver.reset()
        heard = driver.receive(answers[0])
        scans = [scan for scan in heard if isinstance(scan, Scan) and scan.text.isalnum()]
        if not scans or len(scans) < len(heard) or len(heard) > _SCANS_MAX:
            return None
        return Verdict(sure="likely", why="probe.scanned", says=scans[0].text)

    return Probe(asks=(b"",), judge=judge)
