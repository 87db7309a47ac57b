"""What one check came to."""

from __future__ import annotations

from typing import Literal

import msgspec

from drivers.gateway.words import words

Part = Literal["internal", "external", "interactive", "gateway"]
State = Literal["ok", "attention", "failed"]


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table; code and facts say what was seen and what to do next."""

    device_id: str
    part: Part
    state: State
    code: str
    facts: dict[str, str] = {}

    @property
    def text(self) -> str:
        """In the reader's words."""
        return words(self.code, **self.facts)
