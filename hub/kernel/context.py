"""What a handler sees of the world: read access, the time, and who is asking."""

from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from hub.kernel.sql import Reader


class Actor(msgspec.Struct, frozen=True):
    """Somebody signed in."""

    staff_id: str
    role: str
    permissions: frozenset[str]
    session_id: str


class Caller(msgspec.Struct, frozen=True):
    """Who sends a command, and from where. `system` callers (jobs, effects, set-up) need no permission."""

    actor: Actor | None = None
    terminal_id: str | None = None
    system: bool = False


SYSTEM = Caller(system=True)


class People(Protocol):
    """Personal fields: sealed under a key per person, unreadable once the person is erased."""

    def seal(self, person_id: str, plain: str) -> str:
        """The text as ciphertext that may stand in events and tables."""
        ...

    def open(self, person_id: str, sealed: str) -> str | None:
        """The text again, or None when the person was erased."""
        ...

    def digest(self, plain: str) -> str:
        """A keyed hash of the text, to search and compare by."""
        ...


class Context(msgspec.Struct, frozen=True):
    """Read-only surroundings of one command."""

    read: Reader
    people: People
    store_id: str
    command_id: str
    actor: Actor | None
    terminal_id: str | None
    now_ms: int
    clock_trusted: bool
    monotonic_s: float
    business_date_today: str
    new_id: Callable[[], str]
    evidence: Any = None
    """What the command's `prepare` step found, off the writer's thread."""
