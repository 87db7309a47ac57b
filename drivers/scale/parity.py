"""Parity of a 7-bit line opened as 8 bits: serial libraries let a bad one through, so it is checked here."""

from __future__ import annotations

from typing import Literal

Parity = Literal["none", "even", "odd"]

_BAD = 0x100


def _table(parity: Parity) -> tuple[int, ...]:
    odd = parity == "odd"
    return tuple(byte & 0x7F if byte.bit_count() % 2 == odd else _BAD for byte in range(256))


_UNDRESSED: dict[Parity, tuple[int, ...]] = {"even": _table("even"), "odd": _table("odd")}


def undress(byte: int, parity: Parity) -> int | None:
    """The character of a received byte; None if its parity is wrong."""
    if parity == "none":
        return byte
    character = _UNDRESSED[parity][byte]
    return None if character == _BAD else character


def dress(data: bytes, parity: Parity) -> bytes:
    """7-bit characters with their parity bits, as the wire carries them."""
    if parity == "none":
        return data
    odd = parity == "odd"
    return bytes(char if char.bit_count() % 2 == odd else char | 0x80 for char in data)
