"""Pure rules: what a sale takes, and whether there is enough of it."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

DAY_MS = 86_400_000


class Wanted(msgspec.Struct, frozen=True):
    """So much of an item is to go out."""

    item_id: str
    qty_milli: int


class Shortage(msgspec.Struct, frozen=True):
    """An item of which there is less than is wanted."""

    item_id: str
    have_milli: int
    wanted_milli: int


def totals(wanted: Iterable[Wanted]) -> dict[str, int]:
    """How much of each item is wanted over all lines, in the order of first mention."""
    sums: dict[str, int] = {}
    for line in wanted:
        sums[line.item_id] = sums.get(line.item_id, 0) + line.qty_milli
    return sums


def shortage(
    wanted: Mapping[str, int], balances: Mapping[str, int], forbidden: Sequence[str]
) -> Shortage | None:
    """The first item of `forbidden` that would fall below zero."""
    for item_id in forbidden:
        have = balances.get(item_id, 0)
        if wanted[item_id] > have:
            return Shortage(item_id, have, wanted[item_id])
    return None


def day_of(at_ms: int) -> int:
    """The day of a moment, counted in UTC since 1970."""
    return at_ms // DAY_MS
