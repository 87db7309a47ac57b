"""Text as a keyboard scanner types it: Linux input events on a US layout."""

import struct
from collections.abc import Iterator
from typing import Literal

EVENT = struct.Struct("llHHi")  # struct input_event on 64-bit Linux: 24 bytes
EV_SYN, EV_KEY, EV_MSC = 0, 1, 4
SYN_REPORT, SYN_DROPPED, MSC_SCAN = 0, 3, 4
RELEASED, PRESSED, REPEATED = 0, 1, 2
KEY_ENTER, KEY_TAB, KEY_LEFTCTRL, KEY_LEFTSHIFT, KEY_SPACE = 28, 15, 29, 42, 57
KEY_LEFTALT, KEY_F8, KEYPAD_0, KEYPAD_2, KEYPAD_9 = 56, 66, 82, 80, 73
HID_PAGE_KEYBOARD = 0x70000

# Key codes from linux/input-event-codes.h, row by row: (first code, unshifted, shifted).
ROWS = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
)
PLAIN = {char: first + i for first, chars, _ in ROWS for i, char in enumerate(chars)} | {
    " ": KEY_SPACE,
    "\r": KEY_ENTER,
    "\t": KEY_TAB,
}
SHIFTED = {char: first + i for first, _, chars in ROWS for i, char in enumerate(chars)}
GS = "\x1d"
SUBSTITUTE = "|"
KEYS = (
    frozenset(PLAIN.values())
    | frozenset(SHIFTED.values())
    | {KEY_LEFTCTRL, KEY_LEFTSHIFT, KEY_LEFTALT, KEY_F8, KEYPAD_0, KEYPAD_2, KEYPAD_9}
)
GsWay = Literal["ctrl_right_bracket", "f8", "alt_029", "substitute"]
"""How a scanner is set to type GS (FNC1), which no key has."""


class Untypable(ValueError):
    """The text holds a character that no key of the layout makes."""


def typed(
    text: str, at_us: int, held: tuple[int, int] | None = None, gs: GsWay = "ctrl_right_bracket"
) -> Iterator[bytes]:
    """One chunk of whole events per character; `held` is which key stays down and how often it repeats."""
    for number, char in enumerate(text.replace(GS, SUBSTITUTE) if gs == "substitute" else text):
        repeats = held[1] if held and held[0] == number else 0
        if char in PLAIN:
            yield tap(PLAIN[char], at_us, repeats)
        elif char in SHIFTED:
            yield with_modifier(KEY_LEFTSHIFT, SHIFTED[char], at_us, repeats)
        elif char == GS:
            yield group_separator(gs, at_us, repeats)
        else:
            raise Untypable(f"no key types {char!r}")


def group_separator(gs: GsWay, at_us: int, repeats: int) -> bytes:
    if gs == "f8":
        return tap(KEY_F8, at_us, repeats)
    if gs == "alt_029":
        digits = b"".join(tap(key, at_us) for key in (KEYPAD_0, KEYPAD_2, KEYPAD_9))
        return press(KEY_LEFTALT, PRESSED, at_us) + digits + press(KEY_LEFTALT, RELEASED, at_us)
    return with_modifier(KEY_LEFTCTRL, PLAIN["]"], at_us, repeats)


def tap(key: int, at_us: int, repeats: int = 0) -> bytes:
    return press(key, PRESSED, at_us) + repeats * press(key, REPEATED, at_us) + press(key, RELEASED, at_us)


def with_modifier(modifier: int, key: int, at_us: int, repeats: int = 0) -> bytes:
    return press(modifier, PRESSED, at_us) + tap(key, at_us, repeats) + press(modifier, RELEASED, at_us)


def press(key: int, value: int, at_us: int) -> bytes:
    """A HID keyboard reports the scan code, the key and an end of report."""
    return (
        event(EV_MSC, MSC_SCAN, HID_PAGE_KEYBOARD + key, at_us)
        + event(EV_KEY, key, value, at_us)
        + event(EV_SYN, SYN_REPORT, 0, at_us)
    )


def dropped(at_us: int) -> bytes:
    """What the kernel says when a reader was too slow and lost events."""
    return event(EV_SYN, SYN_DROPPED, 0, at_us) + event(EV_SYN, SYN_REPORT, 0, at_us)


def event(kind: int, code: int, value: int, at_us: int) -> bytes:
    return EVENT.pack(at_us // 1_000_000, at_us % 1_000_000, kind, code, value)
