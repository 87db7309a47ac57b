"""Faults as data: what can go wrong with a device."""

from typing import Annotated, get_args

import msgspec
from msgspec import Meta


class SplitFrames(msgspec.Struct, frozen=True, kw_only=True, tag="split_frames", tag_field="type"):
    """Every frame leaves in seeded random pieces of at most `max_chunk` bytes, `gap_ms` apart."""

    max_chunk: Annotated[int, Meta(ge=1, le=4096)] = 3
    gap_ms: Annotated[int, Meta(ge=0, le=10_000)] = 5


class SlowDrain(msgspec.Struct, frozen=True, kw_only=True, tag="slow_drain", tag_field="type"):
    """The device takes no more than `bytes_per_s` from the host."""

    bytes_per_s: Annotated[int, Meta(ge=1, le=1_000_000)] = 200


class Silent(msgspec.Struct, frozen=True, kw_only=True, tag="silent", tag_field="type"):
    """The line is up but nothing is read and nothing is answered: a pulled cable or a hung device."""


class Offline(msgspec.Struct, frozen=True, kw_only=True, tag="offline", tag_field="type"):
    """The printer was put offline: it answers real-time status and prints nothing."""


class PaperOut(msgspec.Struct, frozen=True, kw_only=True, tag="paper_out", tag_field="type"):
    """Paper ends after `after_lines` more printed lines (0 = now)."""

    after_lines: Annotated[int, Meta(ge=0, le=100_000)] = 0


class CoverOpen(msgspec.Struct, frozen=True, kw_only=True, tag="cover_open", tag_field="type"):
    """The printer's cover is open."""


class CutterJam(msgspec.Struct, frozen=True, kw_only=True, tag="cutter_jam", tag_field="type"):
    """The next cut jams: the printer stops with a recoverable error."""


class DrawerStuck(msgspec.Struct, frozen=True, kw_only=True, tag="drawer_stuck", tag_field="type"):
    """The drawer is kicked and stays closed."""


class Unplugged(msgspec.Struct, frozen=True, kw_only=True, tag="unplugged", tag_field="type"):
    """The plug is pulled, and the power with it, once `after_bytes` more bytes crossed the wire (0 = now)."""

    after_bytes: Annotated[int, Meta(ge=0, le=1_000_000)] = 0


class Noise(msgspec.Struct, frozen=True, kw_only=True, tag="noise", tag_field="type"):
    """Up to `max_bytes` seeded random bytes come before every frame."""

    max_bytes: Annotated[int, Meta(ge=1, le=64)] = 4


class WrongParity(msgspec.Struct, frozen=True, kw_only=True, tag="wrong_parity", tag_field="type"):
    """One seeded byte of every `one_in`-th frame arrives with its top bit turned.

    Wrong parity on a 7-bit line, another character on an 8-bit one.
    """

    one_in: Annotated[int, Meta(ge=1, le=1000)] = 1


class Doubled(msgspec.Struct, frozen=True, kw_only=True, tag="doubled", tag_field="type"):
    """Every `one_in`-th frame is sent twice."""

    one_in: Annotated[int, Meta(ge=1, le=1000)] = 1


class GarbageAtPowerUp(
    msgspec.Struct, frozen=True, kw_only=True, tag="garbage_at_power_up", tag_field="type"
):
    """The first frame after each plug comes behind up to `max_bytes` seeded random bytes."""

    max_bytes: Annotated[int, Meta(ge=1, le=256)] = 32


class StuckKey(msgspec.Struct, frozen=True, kw_only=True, tag="stuck_key", tag_field="type"):
    """One seeded key of every code stays down and repeats itself `repeats` times."""

    repeats: Annotated[int, Meta(ge=1, le=200)] = 20


class DriftingWeight(msgspec.Struct, frozen=True, kw_only=True, tag="drifting_weight", tag_field="type"):
    """What lies on the pan grows heavier (or lighter) all the time, though the scale calls it at rest."""

    g_per_min: Annotated[int, Meta(ge=-10_000, le=10_000)] = 60


class ShakenPan(msgspec.Struct, frozen=True, kw_only=True, tag="shaken_pan", tag_field="type"):
    """The pan never comes to rest: a draught, a hand on the counter."""


class AnswerLost(msgspec.Struct, frozen=True, kw_only=True, tag="answer_lost", tag_field="type"):
    """A payment terminal does what it is asked, and its last word on it is lost."""


class WrongAmount(msgspec.Struct, frozen=True, kw_only=True, tag="wrong_amount", tag_field="type"):
    """A payment terminal's answers speak of `by_fen` more than was asked."""

    by_fen: Annotated[int, Meta(ge=1, le=1_000_000)] = 100


ScannerFault = StuckKey
TerminalFault = AnswerLost | WrongAmount
ScaleFault = DriftingWeight | ShakenPan
PrinterFault = Offline | PaperOut | CoverOpen | CutterJam | DrawerStuck
WireFault = SplitFrames | SlowDrain | Silent | Unplugged | Noise | WrongParity | Doubled | GarbageAtPowerUp
Fault = WireFault | PrinterFault | ScaleFault | ScannerFault | TerminalFault
FAULTS: dict[str, type[Fault]] = {kind.__struct_config__.tag: kind for kind in get_args(Fault)}
"""Every fault by its name."""


def name_of(fault: Fault | type[Fault]) -> str:
    """What a fault is called where it is data."""
    return str(fault.__struct_config__.tag)
