"""What a code says: trade items in every spelling, GS1 element strings, Digital Links, scale labels."""

from datetime import date

import pytest
from biip.gs1_prefixes import GS1CompanyPrefix
from hypothesis import given
from hypothesis import strategies as st

from hub.modules.catalogue.codes import GS, Reading, read_code, split_symbology
from hub.modules.catalogue.labels import DEFAULT_LABELS, is_pattern, read_label
from hub.modules.catalogue.model import check_digit, spellings

EAN = "6901234567892"
GTIN = "0" + EAN
YEAR = 2026


def read(text: str, symbology: str | None = None) -> Reading | None:
    return read_code(text, symbology, DEFAULT_LABELS, YEAR)


def said(text: str, symbology: str | None = None) -> Reading:
    reading = read(text, symbology)
    assert reading is not None
    return reading


@pytest.mark.parametrize("symbology", ["C1", "d2", "Q3", "e0", None])
def test_an_element_string_tells_item_batch_day_and_serial(symbology: str | None) -> None:
    reading = said(f"01{GTIN}17261231" + f"10AB-7{GS}21S001", symbology)

    assert reading.lookups == (EAN,)
    assert (reading.batch, reading.expires_on, reading.serial) == ("AB-7", "2026-12-31", "S001")


@pytest.mark.parametrize(
    "link",
    [
        f"https://id.example.com/01/{GTIN}/10/AB-7/21/S001?17=261231",
        f"HTTP://shop.example.cn/p/01/{EAN}/10/AB-7/21/S001?17=261231&utm=x",
    ],
)
def test_a_digital_link_tells_the_same(link: str) -> None:
    assert said(link, "Q1") == said(f"01{GTIN}17261231" + f"10AB-7{GS}21S001", "d2")


def test_an_aim_identifier_left_in_front_is_the_symbology() -> None:
    assert split_symbology(f"]d201{GTIN}", None) == (f"01{GTIN}", "d2")
    assert split_symbology("]Q1https://id.example.com", None) == ("https://id.example.com", "Q1")
    assert split_symbology(EAN, "E0") == (EAN, "E0")
    assert split_symbology("]E0", None) == ("]E0", None)


def test_weight_and_price_of_a_variable_measure_item() -> None:
    gtin = "9690123456789"
    reading = said(f"01{gtin}{check_digit(gtin)}3103001250" + f"39221690{GS}10B1", "e0")

    assert (reading.weight_g, reading.amount_fen, reading.batch) == (1250, 1690, "B1")
    assert said(f"01{GTIN}3102000125" + "392017", "e0").amount_fen == 1700


@pytest.mark.parametrize(
    ("element", "day"),
    [
        ("17261231", "2026-12-31"),
        ("15260228", "2026-02-28"),
        ("17260200", "2026-02-28"),
        ("17280200", "2028-02-29"),
        ("17000101", "2000-01-01"),
        ("17750101", "2075-01-01"),
        ("17990101", "1999-01-01"),
        ("15270131" + "17261231", "2026-12-31"),
        ("7003261231" + "1200", "2026-12-31"),
        ("17000000", None),
    ],
)
def test_the_last_day_of_sale(element: str, day: str | None) -> None:
    assert said(f"01{GTIN}{element}", "d2").expires_on == day


@pytest.mark.parametrize(
    "text",
    [
        f"01{GTIN[:-1]}3",  # a wrong check digit
        f"01{GTIN}17260231",  # no such day
        f"01{GTIN}17261331",  # no such month
        "10AB" + GS + "17261231",  # of no item
        "https://example.com/sale",
        "https://[broken/01/" + GTIN,
        "https://example.com/01/6901234567893",
        "WIFI:S:shop;T:WPA;P:secret;;",
        "0106901234567892" + "1726123１",
        "",
    ],
)
def test_what_says_nothing_we_can_trust(text: str) -> None:
    assert read(text, "Q3") is None


def test_an_ean8_is_no_element_string() -> None:
    """Its digits parse as AI 96."""
    assert read("96385074", "E4") is None
    assert read("96385074") is None


def test_a_upc_e_is_its_upc_a() -> None:
    assert said("01234558").lookups == ("012345000058",)
    assert read("01234559") is None


@pytest.mark.parametrize(
    ("code", "held"),
    [
        ("0012345678905", "012345678905"),
        ("012345678905", "0012345678905"),
        ("06901234567892", EAN),
        (EAN, "06901234567892"),
        ("00000096385074", "96385074"),
        ("16901234567899", "16901234567899"),
    ],
)
def test_a_number_is_found_with_more_or_fewer_zeros(code: str, held: str) -> None:
    assert held in spellings(code)


def test_a_case_is_not_its_piece() -> None:
    assert EAN not in spellings("16901234567899")
    assert said("0116901234567899", "C1").lookups == ("16901234567899",)


def _with_check(digits: str) -> str:
    return digits + check_digit(digits)


def test_the_labels_of_scales() -> None:
    both = read_label(_with_check("26" + "10003" + "01690" + "01250"), DEFAULT_LABELS)
    amount = read_label(_with_check("21" + "10003" + "01690"), DEFAULT_LABELS)
    weight = read_label(_with_check("22" + "10003" + "01250"), DEFAULT_LABELS)

    assert both is not None
    assert (both.plu, both.amount_fen, both.weight_g) == ("10003", 1690, 1250)
    assert amount is not None
    assert (amount.plu, amount.amount_fen, amount.weight_g) == ("10003", 1690, None)
    assert weight is not None
    assert (weight.plu, weight.amount_fen, weight.weight_g) == ("10003", None, 1250)


def test_a_shop_may_set_its_own_labels() -> None:
    label = read_label(_with_check("2" + "123456" + "00999"), ("2PPPPPPAAAAAC",))
    assert label is not None
    assert (label.plu, label.amount_fen) == ("123456", 999)
    unchecked = read_label("2812345X".replace("X", "7") + "009990", ("28PPPPPXAAAAAX",))
    assert unchecked is not None
    assert (unchecked.plu, unchecked.amount_fen) == ("12345", 999)


def test_a_plu_is_looked_for_with_and_without_its_zeros() -> None:
    assert said(_with_check("21" + "00042" + "01690")).lookups == ("00042", "42")


@pytest.mark.parametrize("pattern", [*DEFAULT_LABELS, "2PPPPPPAAAAAC", "28PPPPPXAAAAAX"])
def test_patterns_that_can_be_used(pattern: str) -> None:
    assert is_pattern(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "PPPPPAAAAA",
        "26PPPPPC",
        "26AAAAAWWWWWC",
        "26PPAPPPAAAAC",
        "26PPPPPAAAAAcC",
        "26PPPPPCAAAAA",
        "2" * 25,
    ],
)
def test_patterns_that_cannot(pattern: str) -> None:
    assert not is_pattern(pattern)


@given(st.text("0123456789", min_size=17, max_size=17), st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_makes_no_label(digits: str, place: int, by: int) -> None:
    code = _with_check("26" + digits[2:])
    wrong = code[:place] + str((int(code[place]) + by) % 10) + code[place + 1 :]
    assert read_label(wrong, DEFAULT_LABELS[:1]) is None


@given(st.text(max_size=60), st.sampled_from([None, "C1", "d2", "Q3", "Q1", "E0"]))
def test_any_text_at_all_is_read_without_an_exception(text: str, symbology: str | None) -> None:
    read(text, symbology)


@given(
    st.text("0123456789AB-/?=&%]" + GS, max_size=40),
    st.sampled_from([f"01{GTIN}", "https://a.cn/01/", "]d2"]),
)
def test_any_code_at_all_is_read_without_an_exception(rest: str, head: str) -> None:
    reading = read(*split_symbology(head + rest, None))
    assert reading is None or all(len(code) in (13, 14) for code in reading.lookups)


@given(
    st.text("ABCDEFabcdef0123456789-./", min_size=1, max_size=20),
    st.text("ABC0123456789", min_size=1, max_size=20),
    st.dates(date(2000, 1, 1), date(2075, 12, 31)),
)
def test_what_is_written_is_read(batch: str, serial: str, day: date) -> None:
    reading = said(f"01{GTIN}10{batch}{GS}21{serial}{GS}17{day:%y%m%d}", "d2")
    assert (reading.batch, reading.serial, reading.expires_on) == (batch, serial, str(day))


def test_whose_a_number_is_nobody_asks() -> None:
    """The table that would tell is let go of: 15 MB of every hub's memory."""
    assert GS1CompanyPrefix.extract("7044610873466") is None
