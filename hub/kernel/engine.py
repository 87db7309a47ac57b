"""A store's engine: database, keys, journal, bus, effects and jobs, opened as one and closed as one."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from hub.kernel import effects, heads, writer
from hub.kernel.artifacts import Artifacts, ArtifactStore, Loader
from hub.kernel.bus import Bus, DecisionCore
from hub.kernel.clock import SystemClock
from hub.kernel.db import Checkpointer, Readers, connect, connect_writer
from hub.kernel.effects import Effect, EffectRunner
from hub.kernel.jobs import Job, JobRunner
from hub.kernel.journal import Head, Record, read_head
from hub.kernel.keystore import Keystore, load_or_make_key
from hub.kernel.ledger import Ledger, Origin
from hub.kernel.module import Manifest
from hub.kernel.projections import event_types
from hub.kernel.schema import prepare_schema
from hub.kernel.sql import Session
from hub.kernel.writer import Writer

KERNEL = (
    effects.manifest,
    Manifest(name="kernel", package="hub.kernel", tables=(writer.durable_marks, heads.signed_heads)),
)


class Folder(msgspec.Struct, frozen=True):
    """Where a hub keeps what it must not lose."""

    path: Path

    @property
    def database(self) -> Path:
        """The journal and the tables."""
        return self.path / "hub.db"

    @property
    def keystore(self) -> Path:
        """Person keys and secrets."""
        return self.path / "keys.db"

    @property
    def key(self) -> Path:
        """The key of both files."""
        return self.path / "hub.key"

    @property
    def artifacts(self) -> Path:
        """Catalogues and other bulk data."""
        return self.path / "artifacts"


class Engine:
    """Everything a store's commands need. Open it once a process; nothing else may write the folder."""

    def __init__(
        self,
        folder: Folder,
        origin: Origin,
        manifests: Iterable[Manifest],
        clock: SystemClock | Any,
        loaders: Mapping[str, Loader] | None = None,
    ) -> None:
        folder.path.mkdir(parents=True, exist_ok=True)
        key = load_or_make_key(folder.key)
        self.origin = origin
        self.clock = clock
        self.keystore = Keystore(folder.keystore, key)
        self.artifacts = Artifacts(ArtifactStore(folder.artifacts), loaders or {})
        self.manifests = (*KERNEL, self.artifacts.manifest(), *manifests)
        self.types = event_types(self.manifests)
        self._connection = connect_writer(folder.database, key)
        prepare_schema(self._connection, self.manifests, self.types)
        session = Session(self._connection.cursor(), "sqlite")
        ledger = Ledger(origin, session)
        if isinstance(clock, SystemClock):
            clock.hold_above(ledger.head.at_ms)
        self.core = DecisionCore(self.manifests, origin, ledger, clock, self.keystore, self.types)
        self._checkpointer = Checkpointer(folder.database, key)
        self.writer = Writer(self._connection, self.core, ledger.head.seq, self._checkpointer.look)
        self.readers = Readers(folder.database, key)
        self.bus = Bus(self.manifests, self.writer, self.readers)
        self._effects: EffectRunner | None = None
        self._jobs: JobRunner | None = None
        self.writer.start()

    def start(self, effects: Iterable[Effect] = (), jobs: Iterable[Job] = ()) -> None:
        """Begin effects and jobs; commands are taken from the moment the engine exists."""
        self._effects = EffectRunner(effects, self.readers, self.types, self.bus.dispatch, self.clock)
        self.core.listen(lambda _records: self._effects.wake() if self._effects else None)
        self._effects.start()
        self._jobs = JobRunner(jobs, lambda: self.clock.read().monotonic_s)
        self._jobs.start()

    def listen(self, listener: Callable[[list[Record[Any]]], None]) -> None:
        """Be told of records after their COMMIT, on the writer's thread: hand on and return."""
        self.core.listen(listener)

    def head(self) -> Head | None:
        """The journal's end as committed."""
        return read_head(self.readers)

    def close(self) -> None:
        """Finish what is queued, make it durable, close every file."""
        if self._jobs:
            self._jobs.stop()
        if self._effects:
            self._effects.stop()
        self.writer.stop()
        self._checkpointer.stop()
        self.readers.close()
        self._connection.close()
        self.keystore.close()


def open_for_reading(folder: Folder) -> Readers:
    """Readers of a hub's database, for tools beside a running hub."""
    return Readers(folder.database, folder.key.read_bytes(), size=1)


def open_for_repair(folder: Folder) -> Any:
    """The write connection of a hub that is stopped."""
    return connect(folder.database, folder.key.read_bytes())
