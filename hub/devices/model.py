"""The rules of devices: which readings count, how a print job moves, when a weight may be sold."""

import unicodedata

import msgspec

from hub.modules.payments.pay_codes import pay_scheme

LATE_MS = 2_000
"""A scan older than this belongs to a customer who may be gone."""

RELEASE_OPENS_WITHIN_MS = 5_000
"""A drawer that opens within this of a release was opened by it."""

DRAWER_LEFT_OPEN_MS = 60_000
"""Nobody who gives change needs a drawer open for longer."""

RELEASE_MAX_AGE_MS = 5_000
"""A kick that could not be sent within this is dropped: nobody expects the drawer to jump open any more."""

PRINT_MAX_AGE_MS = 15 * 60_000
"""A receipt that waited longer for its printer is held for a person instead of surprising one."""

BOOTS_KEPT_MS = 90 * 24 * 3_600_000
"""No gateway brings again what it read in a life so long past; until then that tells when it was seen."""

MAX_CODE_CHARS = 200

PRINTER_KINDS = ("printer", "label_printer")

NO_PRINTER_MS = 60_000
"""A till that has had no printer for so long is not about to get one."""

GIVEN_AWAY_MS = 60_000
"""A job whose gateway is away for longer is put to a person: nobody else knows what came of it."""

PRINT_MOVES: dict[str, frozenset[str]] = {
    "queued": frozenset({"printed", "unknown", "failed", "held", "skipped"}),
    "unknown": frozenset({"printed", "settled"}),
    "held": frozenset({"settled"}),
    "failed": frozenset({"settled"}),
    "printed": frozenset(),
    "settled": frozenset(),
    "skipped": frozenset(),
}
"""From a print job's state to those it may come to; a late confirmation may still settle an unknown."""


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


SAME_LOAD_G = 10
"""A sold load that creeps by this much between two readings, at rest, is still the same load."""


class Said(msgspec.Struct, frozen=True):
    """One reading of a scale in grams; `trouble` is why it has no weight, where the scale says why."""

    grams: int | None
    stable: bool
    trouble: str = ""
    net: bool | None = None
    tare_g: int | None = None
    raw_hex: str = ""

    @property
    def at_rest(self) -> bool:
        """Whether it is a weight that does not move."""
        return self.stable and self.grams is not None


TARE_WITHIN_MS = 2_000
"""So long after the tare key a scale may take to show it."""


class AskedTare(msgspec.Struct, frozen=True):
    """The tare that a key stands for, 0 to have none; the scale's readings show whether it took it.

    `is_preset`: it was told, for one weighing, and not weighed.
    """

    grams: int
    until_ms: int
    is_preset: bool = False


class Pan(msgspec.Struct, frozen=True):
    """What a scale's readings come to; `still_since_ms` is None in motion, times are steady milliseconds."""

    said: Said
    at_ms: int
    still_since_ms: int | None
    is_sold: bool = False
    tare_g: int | None = None
    asked_tare: AskedTare | None = None
    is_preset: bool = False
    """Whether the tare was told by the till, and ends with the goods that are sold with it."""

    @property
    def gross_g(self) -> int | None:
        """What lies there, with what is taken off it."""
        return None if self.said.grams is None else self.said.grams + (self.tare_g or 0)


def weighed(pan: Pan | None, said: Said, at_ms: int) -> Pan:
    """The pan after one more reading. A load stays sold until it is seen to move, to change or to be gone."""
    if pan is None:
        return Pan(said, at_ms, at_ms if said.at_rest else None, tare_g=said.tare_g)
    at_ms = max(at_ms, pan.at_ms)
    unchanged = said.at_rest and said.grams == pan.said.grams
    lay_still = unchanged and pan.still_since_ms is not None and at_ms - pan.at_ms <= WEIGHT_FRESH_MS
    since_ms = pan.still_since_ms if lay_still else at_ms if said.at_rest else None
    asked = pan.asked_tare if pan.asked_tare and at_ms <= pan.asked_tare.until_ms else None
    tare_g = _tare_after(pan, said, asked)
    if asked is not None and (tare_g or 0) == asked.grams:
        is_preset, asked = asked.is_preset, None
    else:
        is_preset = pan.is_preset and tare_g is not None
    now = Pan(said, at_ms, since_ms, False, tare_g, asked, is_preset)
    return msgspec.structs.replace(now, is_sold=pan.is_sold and _is_same_load(pan, now))


def _tare_after(pan: Pan, said: Said, asked: AskedTare | None) -> int | None:
    """The tare that the scale has shown it works with. One that has told it and no longer does has none."""
    if said.tare_g is not None or pan.said.tare_g is not None:
        return said.tare_g or None
    if pan.said.net and said.net is False:
        return None
    if asked is None or asked.is_preset:
        return pan.tare_g
    is_shown = said.net if asked.grams else _is_near(said.grams, pan.gross_g)
    is_empty = bool(asked.grams) and said.at_rest and _is_near(said.grams, 0)
    return asked.grams or None if is_shown or is_empty else pan.tare_g


def pressed(pan: Pan, key: str, now_ms: int, preset_g: int = 0) -> Pan:
    """The pan after a key of its scale was pressed, or after the scale was told a tare."""
    if key == "zero":
        return msgspec.structs.replace(pan, tare_g=None, asked_tare=None, is_preset=False)
    grams = {"tare": pan.gross_g or 0, "preset_tare": preset_g}.get(key, 0)
    asked = AskedTare(grams, now_ms + TARE_WITHIN_MS, key == "preset_tare")
    return msgspec.structs.replace(pan, asked_tare=asked, is_preset=False)


def _is_same_load(before: Pan, now: Pan) -> bool:
    """Whether what lies there is what was sold: by its whole weight, for a tare moves nothing."""
    if not now.said.at_rest or now.gross_g is None or now.gross_g <= 0:
        return False
    if before.tare_g == now.tare_g and (now.said.grams or 0) <= 0:
        return False
    return _is_near(now.gross_g, before.gross_g)


def _is_near(grams: int | None, other_g: int | None) -> bool:
    return grams is not None and other_g is not None and abs(grams - other_g) <= SAME_LOAD_G


def why_not_sold(pan: Pan, now_ms: int) -> str:
    """Why what lies there may not be sold now; "" if it may."""
    if now_ms - pan.at_ms > WEIGHT_FRESH_MS:
        return "devices.weight_stale"
    if pan.said.trouble:
        return pan.said.trouble
    asked = pan.asked_tare  # until it shows, nobody can say whether a weight is with it or without
    if (
        pan.still_since_ms is None
        or pan.at_ms - pan.still_since_ms < WEIGHT_STABLE_MS
        or (asked is not None and now_ms <= asked.until_ms)
    ):
        return "devices.weight_unsettled"
    if pan.said.grams is None or pan.said.grams <= 0:
        return "devices.weight_empty"
    return "devices.weight_sold" if pan.is_sold else ""


def why_not_pressed(pan: Pan, key: str, now_ms: int) -> str:
    """Why a scale's key must not be pressed now; "" if it may. Zero and tare wait for the pan to rest."""
    if now_ms - pan.at_ms > WEIGHT_FRESH_MS:
        return "devices.weight_stale"
    if key == "clear_tare" or (key == "zero" and pan.said.trouble == "devices.weight_under"):
        return ""
    if pan.said.trouble:
        return pan.said.trouble
    if pan.still_since_ms is None:
        return "devices.weight_unsettled"
    return "devices.weight_empty" if key == "tare" and (pan.said.grams or 0) <= 0 else ""


def why_not_preset(pan: Pan, now_ms: int) -> str:
    """Why a scale must not be told a tare now; "" if it may: not on top of one that was weighed."""
    if now_ms - pan.at_ms > WEIGHT_FRESH_MS:
        return "devices.weight_stale"
    return "devices.tare_by_key" if (pan.tare_g or pan.said.net) and not pan.is_preset else ""


def sold(pan: Pan) -> Pan:
    """What lies there has been sold."""
    return msgspec.structs.replace(pan, is_sold=True)


def not_sold(pan: Pan) -> Pan:
    """The sale came to nothing."""
    return msgspec.structs.replace(pan, is_sold=False)
