"""What a code says beyond its digits: a trade item, and often its batch, expiry, serial, weight and price.

Pure: no catalogue is asked. `read_code` is for a text that is no item's code as it stands.
"""

import calendar
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

import msgspec
from biip import ParseConfig, ParseError, gs1_prefixes
from biip.gs1_digital_link_uris import GS1DigitalLinkURI
from biip.gs1_element_strings import GS1ElementString
from biip.gs1_messages import GS1Message
from biip.upc import Upc

from hub.modules.catalogue.labels import read_label
from hub.modules.catalogue.model import check_digit

GS = "\x1d"
GS1_SYMBOLOGIES = frozenset({"C1", "e0", "e1", "e2", "d2", "Q3", "J1"})
"""AIM codes of the symbols that hold element strings, whatever their text looks like."""
_LAST_SALE_DAYS = ("15", "16", "17", "7003")
"""Application identifiers: best before, sell by, expiry, expiry with its hour."""
# biip's table of every company in the world takes 15 MB, and no till asks whose a number is.
gs1_prefixes._GS1_COMPANY_PREFIX_TRIE = {}
# biip takes the century from the machine's clock; we take it from the business date.
_CONFIG = ParseConfig(gs1_element_strings_verify_date=False)

Source = Literal["plain", "gs1", "label"]


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What a code says: `lookups` are the codes under which the catalogue may hold the item, best first.

    `expires_on` is the last day on which it may be sold.
    """

    lookups: tuple[str, ...]
    source: Source
    batch: str | None = None
    expires_on: str | None = None
    serial: str | None = None
    weight_g: int | None = None
    amount_fen: int | None = None


PLAIN = Reading(lookups=(), source="plain")
"""What a code says that names an item and nothing else."""


def split_symbology(text: str, symbology: str | None) -> tuple[str, str | None]:
    """The text without an AIM identifier that a scanner left in front of it, and the symbology."""
    if len(text) > 3 and text[0] == "]" and text[1:3].isalnum() and text.isascii():
        return text[3:], symbology or text[1:3]
    return text, symbology


def read_code(text: str, symbology: str | None, labels: Iterable[str], year: int) -> Reading | None:
    """What a text says that is no item's code as it stands; None if it is nothing we know.

    `labels` are the store's label patterns, `year` that of the business date: codes name two digits of it.
    """
    if not text.isascii():
        return None
    if (label := read_label(text, labels)) is not None:
        plus = tuple(dict.fromkeys((label.plu, label.plu.lstrip("0") or "0")))
        return Reading(lookups=plus, source="label", weight_g=label.weight_g, amount_fen=label.amount_fen)
    if len(text) == 8 and text[0] in "01" and text.isdigit():
        return _upc_e(text)
    elements = _elements(text, symbology)
    return _said(elements, year) if elements else None


def _upc_e(text: str) -> Reading | None:
    try:
        return Reading(lookups=(Upc.parse(text).as_upc_a(),), source="plain")
    except ParseError:
        return None


def _elements(text: str, symbology: str | None) -> Sequence[GS1ElementString]:
    try:
        if text[:8].lower().startswith(("http://", "https://")):
            return GS1DigitalLinkURI.parse(text, config=_CONFIG).element_strings
        if symbology in GS1_SYMBOLOGIES or GS in text or _begins_with_gtin(text):
            return GS1Message.parse(text, config=_CONFIG).element_strings
    except (ParseError, ValueError):  # ValueError is a link with a broken host
        return ()
    return ()


def _begins_with_gtin(text: str) -> bool:
    """Short digits such as an EAN-8 parse as element strings too, so without a mark only these count."""
    gtin = text[2:16]
    return text.startswith("01") and len(gtin) == 14 and gtin.isdigit() and check_digit(gtin[:-1]) == gtin[-1]


def _said(elements: Sequence[GS1ElementString], year: int) -> Reading | None:
    values = {element.ai.ai: element.value for element in reversed(elements)}
    gtin = next((element.gtin for element in elements if element.ai.ai == "01"), None)
    last_days = [_day(values[ai], year) for ai in _LAST_SALE_DAYS if values.get(ai, "0").strip("0")]
    if gtin is None or None in last_days:
        return None
    number = values["01"]
    return Reading(
        lookups=(number.removeprefix("0"),),
        source="gs1",
        batch=values.get("10"),
        expires_on=min((day for day in last_days if day), default=None),
        serial=values.get("21"),
        weight_g=_scaled(elements, "310", 1000),
        amount_fen=_scaled(elements, "392", 100),
    )


def _day(value: str, year: int) -> str | None:
    """The ISO date of YYMMDD, day 00 being the month's last; None if there is no such day.

    The century is that which brings it nearest: at most 49 years past, 50 years ahead.
    """
    its_year = year - year % 100 + int(value[:2])
    its_year += 100 if its_year - year <= -50 else -100 if its_year - year >= 51 else 0
    month, day = int(value[2:4]), int(value[4:6])
    if not 1 <= month <= 12:
        return None
    try:
        return date(its_year, month, day or calendar.monthrange(its_year, month)[1]).isoformat()
    except ValueError:
        return None


def _scaled(elements: Iterable[GS1ElementString], ai: str, by: int) -> int | None:
    """A decimal element in whole parts, such as kilograms in grams; None if there is none, or nothing."""
    found = next((one.decimal for one in elements if one.ai.ai.startswith(ai) and one.decimal), Decimal(0))
    return int((found * by).to_integral_value(ROUND_HALF_UP)) or None
