"""Faults as data: what can go wrong with a device, and a schedule that replays it from a seed."""

from typing import Annotated

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


PrinterFault = Offline | PaperOut | CoverOpen | CutterJam | DrawerStuck
WireFault = SplitFrames | SlowDrain | Silent | Unplugged | Noise
Fault = WireFault | PrinterFault


class Healed(msgspec.Struct, frozen=True, kw_only=True, tag="healed", tag_field="type"):
    """Everything is put right again: plugged in, paper in, cover closed, no fault left."""
