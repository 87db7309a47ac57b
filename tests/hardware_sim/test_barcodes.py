"""Bars against an independent encoder, and what a printer refuses to print."""

from itertools import groupby

import barcode as python_barcode
import pytest
from barcode.charsets import code128 as tables
from hypothesis import given
from hypothesis import strategies as st

from hardware_sim.devices import barcodes


def widths(bits: str) -> str:
    return "".join(str(len(list(run))) for _, run in groupby(bits))


def test_the_code128_table_is_the_standards() -> None:
    assert [widths(bits) for bits in tables.CODES[:106]] == list(barcodes.CODE128[:106])


@given(st.text("0123456789", min_size=12, max_size=12))
def test_ean13(digits: str) -> None:
    bars = barcodes.ean(digits.encode(), 13)
    assert bars
    peer = python_barcode.get("ean13", digits)
    assert (bars.text, bars.widths) == (peer.get_fullcode(), widths(peer.build()[0]))


@given(st.text("0123456789", min_size=7, max_size=7))
def test_ean8(digits: str) -> None:
    bars = barcodes.ean(digits.encode(), 8)
    assert bars
    peer = python_barcode.get("ean8", digits)
    assert (bars.text, bars.widths) == (peer.get_fullcode(), widths(peer.build()[0]))


def test_code128_switches_sets() -> None:
    bars = barcodes.code128(b"{BS{C\x01\x17{Bx{{")
    assert bars
    assert bars.text == "S0123x{"
    assert bars.modules == 11 * 9 + 13  # start, S, to C, 01, 23, to B, x, brace, check; stop
    gs1 = barcodes.code128(b"{C{1\x0a")
    assert gs1
    assert gs1.text == "\x1d10"


@pytest.mark.parametrize("raw", [b"", b"{B", b"S001", b"{X1", b"{C\x64", b"{B\xff", b"{B{9"])
def test_malformed_code128_prints_nothing(raw: bytes) -> None:
    assert barcodes.code128(raw) is None


def test_an_unknown_symbology_prints_nothing() -> None:
    assert barcodes.barcode(80, b"123") is None
    assert barcodes.barcode(4, b"ABC") == ("code39", barcodes.Bars("ABC", ""))


def test_a_wrong_check_digit_is_printed_as_sent() -> None:
    bars = barcodes.ean(b"6901234567890", 13)
    assert bars
    assert bars.text == "6901234567890"
