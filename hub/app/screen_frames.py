"""What a customer's screen is told: never who sells, and nothing of another till."""

from typing import Literal

import msgspec


class ScreenFrame(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """One message; `seq` counts from 1 on each connection."""

    seq: int


class PairingFrame(ScreenFrame, frozen=True, kw_only=True, tag="pairing"):
    """The screen works for no till yet: a person types this code at one."""

    code: str


class PairedFrame(ScreenFrame, frozen=True, kw_only=True, tag="paired"):
    """A till took the screen; the token opens the next connection, in the till's language."""

    token: str
    language: str


class ShownLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the basket as the customer reads it."""

    line_id: str
    name: str
    name_en: str
    unit: str
    unit_price_fen: int
    qty_milli: int
    amount_fen: int
    tare_g: int | None


class ShownBasket(msgspec.Struct, frozen=True, kw_only=True):
    """What is being sold."""

    lines: list[ShownLine]
    touched_line_id: str | None
    item_count: int
    total_fen: int


class ShownSale(msgspec.Struct, frozen=True, kw_only=True):
    """The sale just made."""

    total_fen: int
    tendered_fen: int
    change_fen: int


class ShownPayment(msgspec.Struct, frozen=True, kw_only=True):
    """What the customer is asked to do for a card or code payment of the basket, or how the last one ended.

    `amount_fen` is that payment's, `left_fen` what is still to pay of the total.
    """

    step: Literal["show_code", "confirm", "use_terminal", "wait", "approved", "refused"]
    amount_fen: int
    left_fen: int


class ShownQr(msgspec.Struct, frozen=True, kw_only=True):
    """The shop has a QR code to show, with these words under it."""

    text: str
    text_en: str


class ShowFrame(ScreenFrame, frozen=True, kw_only=True, tag="show"):
    """All of it: a basket, or the sale just made, or neither, and then the pictures turn."""

    shop_name: str
    shop_name_en: str
    basket: ShownBasket | None
    payment: ShownPayment | None
    sale: ShownSale | None
    pictures: list[str]
    qr: ShownQr | None


class ShownWeightFrame(ScreenFrame, frozen=True, kw_only=True, tag="weight"):
    """What lies on the till's scale; no grams where it says none, `is_settled` once it may be sold."""

    grams: int | None
    is_settled: bool
    is_sold: bool
    tare_g: int | None


AnyScreenFrame = PairingFrame | PairedFrame | ShowFrame | ShownWeightFrame
