"""Hands on a keyboard with a clock of their own: the page sees our times, however busy the machine is."""

import time
from typing import Any

from playwright.sync_api import CDPSession, Page

SCANNER_GAP_S = 0.004
PERSON_GAP_S = 0.7
PAUSE_S = 3.0
SCANNER_SETTING_MS = 400
"""The page waits this long, of its own time, for the rest of a scan: a busy machine is no slow scanner."""

NAMED: dict[str, tuple[int, str]] = {
    "Enter": (13, "\r"),
    "Backspace": (8, ""),
    "Escape": (27, ""),
    "Delete": (46, ""),
}
NAMED |= {f"F{number}": (111 + number, "") for number in range(1, 13)}


class Keys:
    """One keyboard (and the wedge scanner plugged in beside it)."""

    def __init__(self, page: Page) -> None:
        page.add_init_script(f"localStorage['dianshu.scanner-gap-ms'] = {SCANNER_SETTING_MS}")
        self._cdp: CDPSession = page.context.new_cdp_session(page)
        self._at_s = time.time()

    def scan(self, code: str, suffix: str = "Enter") -> None:
        """As a scanner types: fast, with a suffix."""
        self.scan_keys([*code], suffix)

    def scan_keys(self, keys: list[str], suffix: str = "Enter") -> None:
        """A scan in which a key by its name stands for what no character is."""
        self._at_s += PAUSE_S
        for key in (*keys, suffix):
            self._tap(key, SCANNER_GAP_S)

    def type(self, text: str) -> None:
        """As a person types."""
        self._at_s += PAUSE_S
        for char in text:
            self._tap(char, PERSON_GAP_S)

    def press(self, key: str, times: int = 1) -> None:
        """A key by its name; more `times` are what a held key repeats."""
        self._tap(key, PAUSE_S, times)

    def _tap(self, key: str, gap_s: float, times: int = 1) -> None:
        self._at_s += gap_s
        code, text = NAMED.get(key, (ord(key.upper()) if len(key) == 1 else 0, key if len(key) == 1 else ""))
        event: dict[str, Any] = {"key": key, "windowsVirtualKeyCode": code, "timestamp": self._at_s}
        for turn in range(times):
            self._cdp.send(
                "Input.dispatchKeyEvent", {"type": "keyDown", "text": text, "autoRepeat": turn > 0, **event}
            )
        self._cdp.send("Input.dispatchKeyEvent", {"type": "keyUp", **event})
