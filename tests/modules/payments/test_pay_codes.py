"""Whose payment code a text is."""

import pytest

from hub.modules.payments.pay_codes import pay_scheme


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        ("134567890123456789", "wechat"),
        ("100000000000000000", "wechat"),
        ("159999999999999999", "wechat"),
        ("281234567890123456", "alipay"),
        ("2512345678901234", "alipay"),
        ("301234567890123456789012", "alipay"),
        ("6212345678901234567", "unionpay"),
        ("]Q1134567890123456789", "wechat"),
        (" 134567890123456789 ", "wechat"),
    ],
)
def test_a_wallet_is_known_by_its_digits(text: str, scheme: str) -> None:
    assert pay_scheme(text) == scheme


@pytest.mark.parametrize(
    "text",
    [
        "",
        "6901234567892",
        "16345678901234567",
        "163456789012345678",
        "1345678901234567890",
        "251234567890123",
        "3012345678901234567890123",
        "621234567890123456",
        "13456789012345678X",
        "１３４５６７８９０１２３４５６７８９",
        "010690123456789217261231",
    ],
)
def test_other_texts_are_no_payment_codes(text: str) -> None:
    assert pay_scheme(text) is None
