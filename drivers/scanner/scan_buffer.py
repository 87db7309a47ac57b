"""What both scanner wires share: gathering one barcode, and refusing whatever is not one."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from drivers.messages import Misread, Scan

MAX_SCAN_CHARS = 4096
GS = "\x1d"
# ISO/IEC 15434 envelopes and GS1 element strings carry these; any other control character is noise.
_CARRIED_CONTROLS = frozenset("\x04\x1c\x1d\x1e\x1f")

Problem = Literal["unterminated", "too_long", "overrun", "garbled"]


class ScanOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options every scanner profile may set; gs_substitute is the character this scanner sends for FNC1."""

    max_chars: Annotated[int, Meta(ge=1, le=MAX_SCAN_CHARS)] = 512
    aim_id: bool = False
    gs_substitute: Annotated[str, Meta(max_length=1)] = ""
    unterminated: Literal["refuse", "accept"] = "refuse"
    quiet_ms: Annotated[int, Meta(ge=20, le=5_000)] = 200


class ScanBuffer:
    """Gathers the characters of one barcode; bounded, and honest about what went wrong with it."""

    def __init__(self, options: ScanOptions) -> None:
        self._options = options
        self._chars: list[str] = []
        self._problem: Problem | None = None

    def __bool__(self) -> bool:
        return bool(self._chars) or self._problem is not None

    def clear(self) -> None:
        """Forget the unfinished scan."""
        self._chars.clear()
        self._problem = None

    def add(self, text: str) -> None:
        """More characters of this scan; a character no barcode carries spoils it."""
        if not all(char.isprintable() or char in _CARRIED_CONTROLS for char in text):
            self.spoil("garbled")
        room = self._options.max_chars - len(self._chars)
        if len(text) > room:
            self.spoil("too_long")
        self._chars.extend(text[:room])

    def spoil(self, problem: Problem) -> None:
        """This scan can no longer be believed; the first reason stands."""
        self._problem = self._problem or problem

    def finish(self, raw: bytes | None = None) -> Scan | Misread | None:
        """The terminator came: the scan, or why it is none; None if there was nothing.

        raw is what the wire said, where that is more than the characters.
        """
        text, problem = "".join(self._chars), self._problem
        raw_hex = (text.encode() if raw is None else raw).hex()
        self.clear()
        if problem:
            return Misread(reason=problem, raw_hex=raw_hex)
        return self._scan(text, raw_hex) if text else None

    def cut_short(self, raw: bytes | None = None) -> Scan | Misread | None:
        """The scanner stopped with no terminator: a scan only where the profile accepts that."""
        if self and self._options.unterminated == "refuse":
            self.spoil("unterminated")
        return self.finish(raw)

    def _scan(self, text: str, raw_hex: str) -> Scan | Misread:
        symbology, data = _split_aim(text) if self._options.aim_id else (None, text)
        if not data:
            return Misread(reason="garbled", raw_hex=raw_hex)
        if self._options.gs_substitute:
            data = data.replace(self._options.gs_substitute, GS)
        return Scan(text=data, symbology=symbology, raw_hex=raw_hex)


def _split_aim(text: str) -> tuple[str | None, str]:
    """Split "]E06901234567892" into ("E0", "6901234567892"); no identifier, no symbology."""
    if len(text) >= 3 and text[0] == "]" and text[1].isascii() and text[1].isalpha() and text[2].isascii():
        return text[1:3], text[3:]
    return None, text
