"""Whose payment code a text is. Such a code is the customer's secret: it is never kept or shown whole."""

from typing import Literal

PayScheme = Literal["wechat", "alipay", "unionpay"]


def pay_scheme(text: str) -> PayScheme | None:
    """The wallet that made this payment code; None where the text is none.

    By its looks alone: a scale's 18-digit label that begins with 26 looks like one of Alipay's, so ask
    for the scheme only where a payment code is waited for, or after the goods were looked for. An AIM
    identifier that a scanner left in front does not hide one.
    """
    text = text[3:].strip() if text.startswith("]") else text.strip()
    if not (text.isascii() and text.isdigit()):
        return None
    length, head = len(text), int(text[:2])
    if length == 18 and 10 <= head <= 15:
        return "wechat"
    if 16 <= length <= 24 and 25 <= head <= 30:
        return "alipay"
    if length == 19 and head == 62:
        return "unionpay"
    return None
