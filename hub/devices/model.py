"""The rules of devices: which readings count, how a print job moves, when a weight may be sold."""

import unicodedata

import msgspec

from hub.modules.payments.pay_codes import pay_scheme

LATE_MS = 2_000
"""A scan older than this belongs to a customer who may be gone."""

RELEASE_OPENS_WITHIN_MS = 5_000
"""A drawer that opens within this of a release was opened by it."""

RELEASE_MAX_AGE_MS = 5_000
"""A kick that could not be sent within this is dropped: nobody expects the drawer to jump open any more."""

PRINT_MAX_AGE_MS = 15 * 60_000
"""A receipt that waited longer for its printer is held for a person instead of surprising one."""

MAX_CODE_CHARS = 200

PRINT_MOVES: dict[str, frozenset[str]] = {
    "queued": frozenset({"printed", "unknown", "failed", "held"}),
    "unknown": frozenset({"printed", "settled"}),
    "held": frozenset({"settled"}),
    "failed": frozenset({"settled"}),
    "printed": frozenset(),
    "settled": frozenset(),
}
"""From a print job's state to those it may come to; a late confirmation may still settle an unknown."""

NEEDS_PERSON = ("unknown", "held", "failed")


def may_move(state: str, to: str) -> bool:
    """Whether a print job may go from one state to another."""
    return to in PRINT_MOVES[state]


def is_late(age_ms: int) -> bool:
    """Whether a scan came too late to land on a basket."""
    return age_ms > LATE_MS


def kept_code(text: str) -> str:
    """What the evidence keeps of a scanned text: of a customer's payment code, nothing.

    A scale's label that looks like one is not lost: the line that it became names it.
    """
    return "" if pay_scheme(text) else text


def told(text: str) -> str:
    """What a device or its gateway says of itself, fit to be kept: serial numbers hold what they like."""
    printable = "".join(char if char.isprintable() else "?" for char in text[:MAX_CODE_CHARS])
    return unicodedata.normalize("NFC", printable)[:MAX_CODE_CHARS]


WEIGHT_STABLE_MS = 400
"""So long a weight must lie still before it is sold: the law of Canada says it, C.R.C. c. 1605."""

WEIGHT_FRESH_MS = 1_500
"""What a scale said longer ago than this may lie there no more."""


class Pan(msgspec.Struct, frozen=True):
    """What a scale's readings come to; `still_since_ms` is None in motion, times are steady milliseconds."""

    grams: int | None
    at_ms: int
    still_since_ms: int | None
    is_sold: bool = False


def weighed(pan: Pan | None, grams: int | None, stable: bool, at_ms: int) -> Pan:
    """The pan after one more reading. A load stays sold until it is seen to have moved or changed."""
    still = stable and grams is not None
    if pan is None:
        return Pan(grams, at_ms, at_ms if still else None)
    at_ms = max(at_ms, pan.at_ms)
    unchanged = still and grams == pan.grams
    lay_still = unchanged and pan.still_since_ms is not None and at_ms - pan.at_ms <= WEIGHT_FRESH_MS
    since_ms = pan.still_since_ms if lay_still else at_ms if still else None
    return Pan(grams, at_ms, since_ms, pan.is_sold and unchanged)


def why_not_sold(pan: Pan, now_ms: int) -> str:
    """Why what lies there may not be sold now; "" if it may."""
    if now_ms - pan.at_ms > WEIGHT_FRESH_MS:
        return "devices.weight_stale"
    if pan.still_since_ms is None or pan.at_ms - pan.still_since_ms < WEIGHT_STABLE_MS:
        return "devices.weight_unsettled"
    if pan.grams is None or pan.grams <= 0:
        return "devices.weight_empty"
    return "devices.weight_sold" if pan.is_sold else ""


def sold(pan: Pan) -> Pan:
    """What lies there has been sold."""
    return msgspec.structs.replace(pan, is_sold=True)


def not_sold(pan: Pan) -> Pan:
    """The sale came to nothing."""
    return msgspec.structs.replace(pan, is_sold=False)
