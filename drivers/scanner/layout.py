"""Which character a key types, read from layouts/<name>.toml."""

from __future__ import annotations

import tomllib
from importlib import resources

# Named as in linux/input-event-codes.h, without the KEY_ prefix.
KEY_CODES = {"enter": 28, "tab": 15, "kp_enter": 96, "esc": 1, "f8": 66, "f10": 68, "f12": 88}
SHIFT_KEYS = frozenset({42, 54})
CTRL_KEYS = frozenset({29, 97})
ALT_KEYS = frozenset({56, 100})
# Locks and the logo keys: they type nothing and must not spoil a scan.
SILENT_KEYS = frozenset({58, 69, 70, 125, 126})
KEYPAD_DIGITS = {71: 7, 72: 8, 73: 9, 75: 4, 76: 5, 77: 6, 79: 1, 80: 2, 81: 3, 82: 0}
RIGHT_BRACKET = 27


def load_layout(name: str) -> dict[int, tuple[str, str]]:
    """Key code -> (plain, shifted); FileNotFoundError if there is no such layout."""
    path = resources.files("drivers.scanner.layouts").joinpath(f"{name}.toml")
    keys: dict[str, str] = tomllib.loads(path.read_text(encoding="utf-8"))["keys"]
    return {int(code): (pair[0], pair[1]) for code, pair in keys.items()}
