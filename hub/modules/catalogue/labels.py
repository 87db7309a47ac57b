"""The labels that a shop's scales print: which digits mean what is the store's setting.

A pattern spells the code out: digits stand for themselves, P is the item's PLU, A the amount in fen, W the
weight in grams, C the check digit at the end, X a digit that means nothing here. "26PPPPPAAAAAWWWWWC" is
the 18-digit label of Chinese scales.
"""

from collections.abc import Iterable

import msgspec

from hub.modules.catalogue.model import check_digit

DEFAULT_LABELS = ("26PPPPPAAAAAWWWWWC", "21PPPPPAAAAAC", "22PPPPPWWWWWC")
MAX_LABELS = 20
_MOST_DIGITS = {"P": 10, "A": 8, "W": 8, "C": 1}


class Label(msgspec.Struct, frozen=True):
    """What a scale's label says; an amount or weight of nothing but zeros is None."""

    plu: str
    amount_fen: int | None
    weight_g: int | None


def is_pattern(pattern: str) -> bool:
    """Whether a pattern can be used: 8 to 24 digits, a PLU, an amount or a weight, each in one piece."""
    letters = [char for place, char in enumerate(pattern) if place == 0 or pattern[place - 1] != char]
    named = [letter for letter in letters if letter in _MOST_DIGITS]
    return (
        8 <= len(pattern) <= 24
        and pattern[0].isdigit()
        and all(char in "0123456789PAWCX" for char in pattern)
        and len(named) == len(set(named))
        and all(pattern.count(letter) <= most for letter, most in _MOST_DIGITS.items())
        and "P" in named
        and bool({"A", "W"} & set(named))
        and pattern.find("C") in (-1, len(pattern) - 1)
    )


def read_label(text: str, patterns: Iterable[str]) -> Label | None:
    """What a text says by the first pattern that fits, check digit included; None if none does."""
    if not (text.isascii() and text.isdigit()):
        return None
    for pattern in patterns:
        if len(pattern) == len(text) and (fields := _fields(text, pattern)) is not None:
            label = Label(fields["P"], _number(fields.get("A")), _number(fields.get("W")))
            return label if label.amount_fen or label.weight_g else None
    return None


def write_label(plu: str, amount_fen: int, weight_g: int, patterns: Iterable[str]) -> str | None:
    """The code by the first pattern that has an amount, a weight and room for them; None if none has."""
    values = {"P": plu, "A": str(amount_fen), "W": str(weight_g), "X": "0"}
    for pattern in patterns:
        if not {"A", "W"} <= set(pattern):
            continue
        if all(len(values[letter]) <= pattern.count(letter) for letter in "PAW"):
            return _written(pattern, values)
    return None


def _written(pattern: str, values: dict[str, str]) -> str:
    digits = {letter: iter(value.zfill(pattern.count(letter))) for letter, value in values.items()}
    code = "".join(next(digits[char]) if char in digits else char for char in pattern)
    return code.replace("C", check_digit(code[:-1]))


def _fields(text: str, pattern: str) -> dict[str, str] | None:
    fields: dict[str, str] = {}
    for wanted, digit in zip(pattern, text, strict=True):
        if wanted.isdigit():
            if wanted != digit:
                return None
        else:
            fields[wanted] = fields.get(wanted, "") + digit
    return fields if fields.get("C", check_digit(text[:-1])) == check_digit(text[:-1]) else None


def _number(digits: str | None) -> int | None:
    return int(digits or 0) or None
