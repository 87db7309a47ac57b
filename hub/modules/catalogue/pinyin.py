"""Pinyin initials for search: 牛奶 → nn.

The first level of GB 2312 (3,755 common characters) stands in the order of its pinyin, so an initial
is a range of codes. Rarer characters have no initial; one with two readings gets its common one.
"""

from bisect import bisect_right

_FIRST_CODES = (
    0xB0A1, 0xB0C5, 0xB2C1, 0xB4EE, 0xB6EA, 0xB7A2, 0xB8C1, 0xB9FE, 0xBBF7, 0xBFA6, 0xC0AC, 0xC2E8,
    0xC4C3, 0xC5B6, 0xC5BE, 0xC6DA, 0xC8BB, 0xC8F6, 0xCBFA, 0xCDDA, 0xCEF4, 0xD1B9, 0xD4D1,
)  # fmt: skip
_INITIALS = "abcdefghjklmnopqrstwxyz"
_LAST_CODE = 0xD7F9


def initials(text: str) -> str:
    """The initials of a text's Chinese characters; ASCII letters and digits stay, the rest is left out."""
    return "".join(_initial(char) for char in text)


def _initial(char: str) -> str:
    if char.isascii():
        return char.lower() if char.isalnum() else ""
    try:
        code = int.from_bytes(char.encode("gb2312"), "big")
    except UnicodeEncodeError:
        return ""
    if not _FIRST_CODES[0] <= code <= _LAST_CODE:
        return ""
    return _INITIALS[bisect_right(_FIRST_CODES, code) - 1]
