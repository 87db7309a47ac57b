"""The manifest: all that the rest of the hub knows of a module."""

import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table

from hub.kernel.context import Context
from hub.kernel.decision import Decision
from hub.kernel.journal import Record
from hub.kernel.messages import Command, Event
from hub.kernel.sql import Kept, Reader, Row

Rows = Iterable[tuple[Kept, Row]]
Projection = Callable[[Record[Any]], Rows]
Handler = Callable[[Any, Context], Decision]
Reaction = Callable[[Any, Context], Decision]
Prepare = Callable[[Any, Reader], object]
Upcaster = Callable[[Any], Event]


class Durability(enum.IntEnum):
    """How long a power cut may reach back: NORMAL loses half a second at most, FULL nothing."""

    NORMAL = 1
    FULL = 2


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """One command: who decides it, who may send it, how durable it is.

    `permission` None means any signed-in caller; `open_to_all` needs no sign-in. `prepare` runs off the
    writer's thread with read access (slow hashing, say) and its finding is the context's `evidence`.
    """

    command: type[Command]
    handler: Handler
    permission: str | None = None
    durability: Durability = Durability.FULL
    prepare: Prepare | None = None
    open_to_all: bool = False


@dataclass(frozen=True, slots=True)
class Manifest:
    """A module's commands, events, projections, tables and reactions."""

    name: str
    package: str
    commands: tuple[CommandSpec, ...] = ()
    events: tuple[type[Event], ...] = ()
    projections: Mapping[type[Event], Projection] = field(default_factory=dict)
    tables: tuple[Table, ...] = ()
    reactions: Mapping[type[Event], Reaction] = field(default_factory=dict)
    """Answers to lower modules' events; one that refuses vetoes the whole command."""
    upcasters: Mapping[type[Event], Upcaster] = field(default_factory=dict)
    """From an older version's struct to the next version's."""
    erasing: tuple[type[Event], ...] = ()
    """Events whose subject is a person whose key is to be dropped."""
    routes: Callable[[], list[Any]] | None = None
    """The module's Litestar controllers, imported only when the HTTP app is built."""
