"""The printable document: what a receipt says, block by block, before any printer's wire is known."""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

MAX_BLOCKS = 2_000
MAX_TEXT_CHARS = 1_000
MAX_CELLS = 12
MAX_PICTURE_BYTES = 48 * 1024

Align = Literal["left", "center", "right"]
Millimetres = Annotated[int, Meta(ge=0, le=300)]
Line = Annotated[str, Meta(max_length=MAX_TEXT_CHARS)]


class Block(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="block"):
    """One printable piece of a document."""


class Text(Block, frozen=True, kw_only=True, tag="text"):
    """A paragraph; wrapped at the paper's width in display cells, newlines kept."""

    text: Line
    align: Align = "left"
    bold: bool = False
    size: Literal[1, 2] = 1


class Cell(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One column of a row; width is a share: the printer divides the paper's cells in these proportions."""

    text: Line
    width: Annotated[int, Meta(ge=1, le=100)] = 1
    align: Align = "left"


class Columns(Block, frozen=True, kw_only=True, tag="columns"):
    """Cells side by side; a cell too long for its column continues on the next row, never cut off."""

    cells: Annotated[tuple[Cell, ...], Meta(min_length=1, max_length=MAX_CELLS)]
    bold: bool = False


class Rule(Block, frozen=True, kw_only=True, tag="rule"):
    """A line across the paper."""


class Barcode(Block, frozen=True, kw_only=True, tag="barcode"):
    """A linear barcode with its digits under it; printable ASCII only."""

    data: Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^[ -~]+$")]
    symbology: Literal["code128"] = "code128"


class Qr(Block, frozen=True, kw_only=True, tag="qr"):
    """A QR code, centred; no control characters, which a printer may obey."""

    data: Annotated[str, Meta(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]+$")]


class Picture(Block, frozen=True, kw_only=True, tag="picture"):
    """A PNG such as a logo, centred and dithered to black and white."""

    png: Annotated[bytes, Meta(min_length=1, max_length=MAX_PICTURE_BYTES)]


class Feed(Block, frozen=True, kw_only=True, tag="feed"):
    """Blank lines."""

    lines: Annotated[int, Meta(ge=1, le=20)] = 1


class Cut(Block, frozen=True, kw_only=True, tag="cut"):
    """Cut the paper, where the printer can; else feed it to the tear bar."""


class Drawer(Block, frozen=True, kw_only=True, tag="drawer"):
    """Kick a cash drawer on connector pin 2 or 5, in its place among the blocks."""

    pin: Literal[2, 5] = 2


class LabelField(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="field"):
    """One thing on a label; x and y are its upper left corner."""

    x_mm: Millimetres = 0
    y_mm: Millimetres = 0


class LabelText(LabelField, frozen=True, kw_only=True, tag="text"):
    """One line; what would run off the label is cut off."""

    text: Line
    height_mm: Annotated[int, Meta(ge=2, le=30)] = 3


class LabelPrice(LabelField, frozen=True, kw_only=True, tag="price"):
    """An amount behind a yuan sign."""

    amount_fen: Annotated[int, Meta(ge=0, le=10**12)]
    height_mm: Annotated[int, Meta(ge=2, le=30)] = 6


class LabelBarcode(LabelField, frozen=True, kw_only=True, tag="barcode"):
    """A linear barcode with its digits under it; an EAN-13 comes whole, with the right check digit."""

    data: Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[ -~]+$")]
    symbology: Literal["ean13", "code128"] = "ean13"
    height_mm: Annotated[int, Meta(ge=3, le=60)] = 8

    def __post_init__(self) -> None:
        if self.symbology == "ean13" and not _is_ean13(self.data):
            raise ValueError("thirteen digits with their check digit make an EAN-13")


class LabelQr(LabelField, frozen=True, kw_only=True, tag="qr"):
    """A QR code; module_mm_tenths is the width of one of its squares."""

    data: Annotated[str, Meta(min_length=1, max_length=300)]
    module_mm_tenths: Annotated[int, Meta(ge=2, le=12)] = 5


AnyLabelField = LabelText | LabelPrice | LabelBarcode | LabelQr


class Label(Block, frozen=True, kw_only=True, tag="label"):
    """One label for a shelf or a weighed bag; only a label printer prints it, and it prints nothing else."""

    width_mm: Annotated[int, Meta(ge=15, le=120)]
    height_mm: Annotated[int, Meta(ge=10, le=300)]
    fields: Annotated[tuple[AnyLabelField, ...], Meta(min_length=1, max_length=40)]
    copies: Annotated[int, Meta(ge=1, le=500)] = 1


def _is_ean13(data: str) -> bool:
    if len(data) != 13 or not (data.isascii() and data.isdigit()):
        return False
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(data)) % 10 == 0


AnyBlock = Text | Columns | Rule | Barcode | Qr | Picture | Feed | Cut | Drawer | Label
Document = Annotated[tuple[AnyBlock, ...], Meta(max_length=MAX_BLOCKS)]


def content_hash(document: tuple[AnyBlock, ...]) -> str:
    """SHA-256 of the canonical JSON: both ends compute it, so no receipt hides under another's id."""
    return hashlib.sha256(msgspec.json.encode(document)).hexdigest()
