"""Scanners that pose as a keyboard: Linux input events in, barcodes out."""

from __future__ import annotations

import struct
from typing import Annotated, Any, Literal

from msgspec import Meta

from drivers.base import Answers, Driver, Heard, Probe, Verdict
from drivers.messages import Scan
from drivers.profile import Profile, ProfileError, read_options
from drivers.scanner.layout import (
    ALT_GR,
    ALT_KEYS,
    CTRL_KEYS,
    KEY_CODES,
    KEYPAD_DIGITS,
    PLAIN,
    RIGHT_BRACKET,
    SHIFT_KEYS,
    SHIFTED,
    SILENT_KEYS,
    WITH_ALT_GR,
    load_layout,
)
from drivers.scanner.scan_buffer import GS, ScanBuffer, ScanOptions

# struct input_event of this machine's kernel: seconds, microseconds, type, code, value.
INPUT_EVENT = struct.Struct("llHHi")
EV_SYN, EV_KEY = 0, 1
SYN_DROPPED = 3
_RELEASED, _PRESSED = 0, 1
_CODE_CHARS_MIN = 6

Terminator = Literal["enter", "kp_enter", "tab", "esc"]


class HidOptions(ScanOptions, frozen=True, kw_only=True):
    """How this scanner types; max_gap_ms is the longest pause between two keys of one barcode.

    Alt and a number on the keypad is understood with any group_separator.
    """

    layout: Annotated[str, Meta(pattern=r"^[a-z]{2,8}$")] = "us"
    terminators: Annotated[tuple[Terminator, ...], Meta(min_length=1)] = ("enter", "kp_enter")
    group_separator: Literal["none", "alt_029", "f8", "f10", "f12", "ctrl_right_bracket"] = (
        "ctrl_right_bracket"
    )
    max_gap_ms: Annotated[int, Meta(ge=10, le=5_000)] = 150


class HidScanner:
    """Key presses up to a terminator key are one barcode.

    A key the layout does not know, a kernel overrun or a long pause spoils the scan: it is reported as a
    Misread, since a barcode with one character missing may be another article's.
    """

    poll_s: float | None = None

    def __init__(self, options: HidOptions) -> None:
        self.quiet_s: float | None = options.quiet_ms / 1000
        self._options = options
        self._layout = load_layout(options.layout)
        self._terminators = {KEY_CODES[name] for name in options.terminators}
        self._gs_key = KEY_CODES.get(options.group_separator)
        self._scan = ScanBuffer(options)
        self._partial = bytearray()
        self._down: set[int] = set()
        self._alt_code: int | None = None
        self._last_key_us: int | None = None

    def receive(self, data: bytes) -> list[Heard]:
        self._partial += data
        whole = len(self._partial) - len(self._partial) % INPUT_EVENT.size
        events = bytes(self._partial[:whole])
        del self._partial[:whole]
        heard: list[Heard] = []
        for seconds, micros, kind, code, value in INPUT_EVENT.iter_unpack(events):
            heard.extend(self._event(seconds * 1_000_000 + micros, kind, code, value))
        return heard

    def poll(self) -> bytes:
        return b""

    def quiet(self) -> list[Heard]:
        self._last_key_us = None
        return _one(self._scan.cut_short())

    def reset(self) -> None:
        self._partial.clear()
        self._down.clear()
        self._scan.clear()
        self._alt_code = None
        self._last_key_us = None

    def _event(self, at_us: int, kind: int, code: int, value: int) -> list[Heard]:
        if kind == EV_SYN and code == SYN_DROPPED:
            self._down.clear()
            self._scan.spoil("overrun")
        elif kind == EV_KEY and value == _PRESSED:
            return self._gap(at_us) + self._press(code)
        elif kind == EV_KEY and value == _RELEASED:
            self._release(code)
        return []

    def _gap(self, at_us: int) -> list[Heard]:
        last_us, self._last_key_us = self._last_key_us, at_us
        if last_us is None or at_us - last_us <= self._options.max_gap_ms * 1000:
            return []
        return _one(self._scan.cut_short())

    def _press(self, code: int) -> list[Heard]:
        if code in SHIFT_KEYS | CTRL_KEYS | ALT_KEYS:
            self._down.add(code)
        elif code in self._terminators:
            self._last_key_us = None
            return _one(self._scan.finish())
        elif code not in SILENT_KEYS:
            self._type(code)
        return []

    def _type(self, code: int) -> None:
        chars = self._layout.get(code, "")
        if ALT_GR in self._down and len(chars) > WITH_ALT_GR:
            self._scan.add(chars[WITH_ALT_GR])
        elif self._down & ALT_KEYS:
            self._alt_digit(code)
        elif self._down & CTRL_KEYS:
            self._control(code)
        elif code == self._gs_key:
            self._scan.add(GS)
        elif chars:
            self._scan.add(chars[SHIFTED if self._down & SHIFT_KEYS else PLAIN])
        else:
            self._scan.spoil("garbled")

    def _control(self, code: int) -> None:
        if code == RIGHT_BRACKET and self._options.group_separator == "ctrl_right_bracket":
            self._scan.add(GS)
        else:
            self._scan.spoil("garbled")

    def _alt_digit(self, code: int) -> None:
        """Alt+029 on the keypad types character 29: how some scanners send what no key has."""
        if code in KEYPAD_DIGITS:
            self._alt_code = min((self._alt_code or 0) * 10 + KEYPAD_DIGITS[code], 0x100)
        else:
            self._scan.spoil("garbled")

    def _release(self, code: int) -> None:
        self._down.discard(code)
        if code in ALT_KEYS and self._alt_code is not None:
            if self._alt_code < 0x80:
                self._scan.add(chr(self._alt_code))
            else:
                self._scan.spoil("garbled")
            self._alt_code = None


def _one(reading: Heard | None) -> list[Heard]:
    return [] if reading is None else [reading]


def build(profile: Profile, overrides: dict[str, Any]) -> Driver:
    """A keyboard scanner as its profile describes it."""
    options = read_options(profile, HidOptions, overrides)
    try:
        return HidScanner(options)
    except FileNotFoundError as error:
        name = f"{profile.kind}/{profile.model}"
        raise ProfileError("profile.options_invalid", name, f"no layout {options.layout}") from error


def probe(profile: Profile) -> Probe:
    """Keys in the rhythm of a scanner, closed by its terminator: no hand types like that."""
    driver = build(profile, {})

    def judge(answers: Answers) -> Verdict | None:
        driver.reset()
        scans = [heard for heard in driver.receive(answers[0]) if isinstance(heard, Scan)]
        long = next((scan for scan in scans if len(scan.text) >= _CODE_CHARS_MIN), None)
        return Verdict(sure="certain", why="probe.scanned", says=long.text) if long else None

    return Probe(asks=(b"",), judge=judge)
