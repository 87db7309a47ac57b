"""Check digits, spellings, initials, and the demo's own goods."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.modules.catalogue import demo
from hub.modules.catalogue.model import check_digit, codes_of, fault_of, is_ean13, spellings
from hub.modules.catalogue.pinyin import initials

DIGITS = st.text("0123456789", min_size=12, max_size=12)


@pytest.mark.parametrize("code", ["4006381333931", "6901234567892", "9780201379624"])
def test_known_codes_check(code: str) -> None:
    assert is_ean13(code)


@given(DIGITS, st.integers(0, 11), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(digits: str, place: int, by: int) -> None:
    code = digits + check_digit(digits)
    wrong = code[:place] + str((int(code[place]) + by) % 10) + code[place + 1 :]
    assert is_ean13(code)
    assert not is_ean13(wrong)


@given(st.text(max_size=30))
def test_the_first_spelling_is_what_was_scanned(code: str) -> None:
    assert spellings(code)[0] == code.strip()


def test_initials_of_common_characters() -> None:
    assert initials("有机纯牛奶 250ml") == "yjcnn250ml"
    assert initials("啤酒，阿胶；做") == "pjajz"


def test_the_demo_goods_are_sound() -> None:
    goods = demo.items()
    assert [item.name for item in goods if fault_of(item) is not None] == []
    assert all(is_ean13(code) and code.startswith("69") for item in goods for code in item.barcodes)
    codes = [code for item in goods for code in codes_of(item)]
    assert len(codes) == len(set(codes))
    assert {item.category for item in goods} == {shelf.category for shelf in demo.categories()}
    assert {item.tax_rate_bp for item in goods} == {0, 900, 1300}
    assert {item.sold_by for item in goods} == {"piece", "weight"}
    assert all(item.name_en.isascii() or "'" in item.name_en or "×" in item.name_en for item in goods)


def test_the_demo_artifact_is_the_same_bytes_each_time() -> None:
    assert demo.artifact_bytes() == demo.artifact_bytes()
    assert demo.artifact_bytes(1) != demo.artifact_bytes(2)
