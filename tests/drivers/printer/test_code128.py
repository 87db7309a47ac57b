"""CODE128 in ESC/POS code set marks, read back by a reader written for this test."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from drivers.printer.code128 import code128, code128_modules


def read_back(encoded: str) -> str:
    """What a printer would encode."""
    said, code_set, at = "", "", 0
    while at < len(encoded):
        char = encoded[at]
        if char == "{" and encoded[at + 1] in "ABC" and code_set != "?":
            code_set, at = encoded[at + 1], at + 2
        elif char == "{":
            said, at = said + "{", at + 2
        else:
            said += f"{ord(char):02d}" if code_set == "C" else char
            at += 1
    return said


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=60))
def test_says_what_it_was_given_and_nothing_a_printer_obeys(data: str) -> None:
    encoded = code128(data)
    assert read_back(encoded) == data
    wire = encoded.encode("latin-1")
    assert not any(command in wire for command in (b"\x10\x04", b"\x10\x05", b"\x10\x14"))


def test_digit_pairs_that_spell_a_real_time_command_stay_letters() -> None:
    assert code128("201604") == "{B201604"
    assert code128("20261122") == "{C\x14\x1a\x0b\x16"


def test_a_receipt_number_fits_80_mm_at_two_dots_and_not_58() -> None:
    modules = code128_modules(code128("S001-T01-20261122-0001"))
    # start B, S001-T01-, C, 4 pairs, B, -, C, 2 pairs, check (21 symbols of 11) and the stop of 13
    assert modules == 21 * 11 + 13
    assert 384 < 2 * (modules + 20) <= 576
