"""One line of the doctor's report."""

from typing import Literal

import msgspec

from hub.kernel.errors import Fact

State = Literal["ok", "attention", "failed"]
Area = Literal[
    "version", "clock", "disk", "memory", "temperature", "keys", "database", "journal", "hub", "cloud",
    "certificate", "gateway",
]  # fmt: skip


class Line(msgspec.Struct, frozen=True):
    """What was looked at, how it is, and by code and facts what was seen and what to do next."""

    area: Area
    state: State
    code: str
    facts: dict[str, Fact] = {}


def ok(area: Area, code: str, **facts: Fact) -> Line:
    """Well."""
    return Line(area, "ok", code, facts)


def attention(area: Area, code: str, **facts: Fact) -> Line:
    """Works, and somebody should look at it."""
    return Line(area, "attention", code, facts)


def failed(area: Area, code: str, **facts: Fact) -> Line:
    """Does not work."""
    return Line(area, "failed", code, facts)
