"""What devices say: a part of every reading's frame."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

WeightUnit = Literal["kg", "g", "lb", "oz"]


class Readable(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """Something a device said."""


class Scan(Readable, frozen=True, kw_only=True, tag="scan"):
    """One whole barcode; symbology is the AIM code ("E0", "Q1") where the scanner sends it."""

    text: Annotated[str, Meta(min_length=1, max_length=4096)]
    symbology: Annotated[str, Meta(max_length=2)] | None = None
    raw_hex: Annotated[str, Meta(max_length=16384)] = ""


class Misread(Readable, frozen=True, kw_only=True, tag="misread"):
    """The scanner said something that is not a whole barcode: never sold, worth a sound and a record."""

    reason: Literal["unterminated", "too_long", "overrun", "garbled"]
    raw_hex: Annotated[str, Meta(max_length=16384)] = ""


class DrawerPosition(Readable, frozen=True, kw_only=True, tag="drawer"):
    """The drawer's sensor changed, or was read for the first time; None: it is not known any more."""

    open: bool | None


class PrinterStatus(Readable, frozen=True, kw_only=True, tag="printer_status"):
    """What the printer says of itself; None where it was not seen."""

    online: bool | None = None
    cover_open: bool | None = None
    paper: Literal["ok", "near_end", "out"] | None = None
    cutter_error: bool | None = None
    fatal_error: bool | None = None


class Weight(Readable, frozen=True, kw_only=True, tag="weight"):
    """What a scale said of its pan; no value is never 0: in motion or out of range it is None.

    net, tare and zero are None where the wire does not say. The reading's age_ms is its time.
    """

    value: Decimal | None
    unit: WeightUnit
    stable: bool
    net: bool | None = None
    tare: Decimal | None = None
    zero: bool | None = None
    over: bool = False
    under: bool = False
    raw_hex: Annotated[str, Meta(max_length=256)] = ""

    def __post_init__(self) -> None:
        if self.value is not None and not self.value.is_finite():
            raise ValueError("a weight is a finite number")
        if self.value is not None and (self.over or self.under):
            raise ValueError("out of range has no value")
        if self.stable and self.value is None:
            raise ValueError("only a value can be stable")


AnyReading = Scan | Misread | DrawerPosition | PrinterStatus | Weight
