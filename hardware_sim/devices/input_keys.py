"""Text as a keyboard scanner types it: Linux input events on a US layout."""

import struct
from collections.abc import Iterator

EVENT = struct.Struct("llHHi")  # struct input_event on 64-bit Linux: 24 bytes
EV_SYN, EV_KEY, EV_MSC = 0, 1, 4
SYN_REPORT, SYN_DROPPED, MSC_SCAN = 0, 3, 4
RELEASED, PRESSED, REPEATED = 0, 1, 2
KEY_ENTER, KEY_TAB, KEY_LEFTCTRL, KEY_LEFTSHIFT, KEY_SPACE = 28, 15, 29, 42, 57
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
CONTROL = {"\x1d": PLAIN["]"]}  # GS (FNC1) comes as Ctrl+]
KEYS = frozenset(PLAIN.values()) | frozenset(SHIFTED.values()) | {KEY_LEFTCTRL, KEY_LEFTSHIFT}


class Untypable(ValueError):
    """The text holds a character that no key of the layout makes."""


def typed(text: str, at_us: int, held: tuple[int, int] | None = None) -> Iterator[bytes]:
    """One chunk of whole events per character; `held` is which key stays down and how often it repeats."""
    for number, char in enumerate(text):
        repeats = held[1] if held and held[0] == number else 0
        if char in PLAIN:
            yield tap(PLAIN[char], at_us, repeats)
        elif char in SHIFTED:
            yield with_modifier(KEY_LEFTSHIFT, SHIFTED[char], at_us, repeats)
        elif char in CONTROL:
            yield with_modifier(KEY_LEFTCTRL, CONTROL[char], at_us, repeats)
        else:
            raise Untypable(f"no key types {char!r}")


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
