"""Parity as an eight-bit line sees it."""


def even(text: bytes) -> bytes:
    """Seven bits and even parity, as an eight-bit line sees them."""
    return bytes(byte | (byte.bit_count() % 2) << 7 for byte in text)


def odd(text: bytes) -> bytes:
    """Seven bits and odd parity, as an eight-bit line sees them."""
    return bytes(byte | (1 - byte.bit_count() % 2) << 7 for byte in text)
