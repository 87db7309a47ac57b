"""What a hub under test trades in: the modules, and for each till the n-th command it sends."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hub.kernel.artifacts import Loader
from hub.kernel.clock import Instant
from hub.kernel.context import SYSTEM, Caller
from hub.kernel.engine import Engine
from hub.kernel.journal import Entry
from hub.kernel.ledger import Origin
from hub.kernel.messages import Command
from hub.kernel.module import Durability, Manifest
from tests.kernel import jars

ORIGIN = Origin("hub-0001", "S001")
OPENED_MS = 1_795_000_000_000


class TickingClock:
    """A millisecond a reading: the trade is the same whatever the machine does."""

    def __init__(self) -> None:
        self._readings = 0

    def read(self) -> Instant:
        """The next millisecond."""
        self._readings += 1
        return Instant(OPENED_MS + self._readings, True, self._readings / 1000)


@dataclass(frozen=True)
class Trade:
    """A store's modules and its customers."""

    manifests: tuple[Manifest, ...]
    command: Callable[[int, int], Command]
    """The n-th command of a till; the same one whenever it is asked for, so that it can be sent again."""
    caller: Callable[[int], Caller] = lambda _till: SYSTEM
    may_refuse: frozenset[str] = frozenset()
    """What its customers may be refused for."""
    open_store: Callable[[Engine], None] = lambda _engine: None
    """Once, before the first customer."""
    check: Callable[[Engine, list[Entry]], None] = lambda _engine, _kept: None
    """What must be true of any journal this store comes back with."""
    loaders: Mapping[str, Loader] = field(default_factory=dict)

    def is_full(self, command: Command) -> bool:
        """Whether a power cut may never take this command back once it is answered."""
        specs = {spec.command: spec for manifest in self.manifests for spec in manifest.commands}
        return specs[type(command)].durability is Durability.FULL


def command_id(till: int, turn: int) -> str:
    """The id a till gives its n-th command."""
    return hashlib.sha256(f"{till}/{turn}".encode()).hexdigest()[:32]


def _jar_command(till: int, turn: int) -> Command:
    chance = int(command_id(till, turn)[:4], 16)
    jar_id = f"J{chance % 7}"
    if turn % 4 == 0:
        return jars.Nudge(command_id=command_id(till, turn), jar_id=jar_id)
    # none is refused: a FULL command that leaves nothing to fsync, right behind one that has not been
    beans = 0 if turn % 4 == 1 else 1 + chance % 60
    return jars.Fill(command_id=command_id(till, turn), jar_id=jar_id, beans=beans)


JARS = Trade(
    manifests=(jars.manifest,), command=_jar_command, may_refuse=frozenset({"jars.nothing", "jars.full"})
)
