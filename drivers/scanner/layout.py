"""Which character a key types, read from layouts/<name>.toml."""

from __future__ import annotations

import tomllib
from importlib import resources

# Named as in linux/input-event-codes.h, without the KEY_ prefix.
KEY_CODES = {"enter": 28, "tab": 15, "kp_enter": 96, "esc": 1, "f8": 66, "f10": 68, "f12": 88}
SHIFT_KEYS = frozenset({42, 54})
CTRL_KEYS = frozenset({29, 97})
ALT_GR = 100
ALT_KEYS = frozenset({56, ALT_GR})
# Locks and the logo keys: they type nothing and must not spoil a scan.
SILENT_KEYS = frozenset({58, 69, 70, 125, 126})
KEYPAD_DIGITS = {71: 7, 72: 8, 73: 9, 75: 4, 76: 5, 77: 6, 79: 1, 80: 2, 81: 3, 82: 0}
RIGHT_BRACKET = 27


PLAIN, SHIFTED, WITH_ALT_GR = 0, 1, 2


def load_layout(name: str) -> dict[int, str]:
    """Key code -> the characters it types: plain, shifted and, where it has one, with AltGr.

    A layout takes over whatever keys of the one it is `like` it does not name itself; FileNotFoundError if
    there is no such layout.
    """
    path = resources.files("drivers.scanner.layouts").joinpath(f"{name}.toml")
    layout = tomllib.loads(path.read_text(encoding="utf-8"))
    keys = {int(code): str(chars) for code, chars in layout["keys"].items()}
    return load_layout(layout["like"]) | keys if "like" in layout else keys
