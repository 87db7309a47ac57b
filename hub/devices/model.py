"""The rules of devices: which readings count, how a print job moves."""

import unicodedata

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


def told(text: str) -> str:
    """What a device or its gateway says of itself, fit to be kept: serial numbers hold what they like."""
    printable = "".join(char if char.isprintable() else "?" for char in text[:MAX_CODE_CHARS])
    return unicodedata.normalize("NFC", printable)[:MAX_CODE_CHARS]
