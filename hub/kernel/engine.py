"""A store's engine: database, keys, journal, bus, effects and jobs, opened as one and closed as one."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec

from hub.kernel import effects, heads, writer
from hub.kernel.artifacts import Artifacts, ArtifactStore, Loader
from hub.kernel.bus import Bus, DecisionCore
from hub.kernel.clock import SystemClock
from hub.kernel.db import Checkpointer, Readers, WrongKey, connect, connect_writer, renew_log
from hub.kernel.effects import Effect, EffectRunner
from hub.kernel.erasure import DropKeys, apply_erasures, erasing_events
from hub.kernel.errors import Refused
from hub.kernel.files import FolderLock
from hub.kernel.jobs import Job, JobRunner
from hub.kernel.journal import Head, Record, read_head
from hub.kernel.keystore import Keystore, load_key, load_or_make_key
from hub.kernel.ledger import Ledger, Origin
from hub.kernel.migrate import migrate
from hub.kernel.module import Manifest
from hub.kernel.projections import event_types
from hub.kernel.schema import prepare_schema
from hub.kernel.sql import Reader, ReadOnly, Session
from hub.kernel.writer import Writer

KERNEL = (
    effects.manifest,
    Manifest(name="kernel", package="hub.kernel", tables=(writer.durable_marks, heads.signed_heads)),
)


def with_kernel(manifests: Iterable[Manifest], artifacts: Artifacts) -> tuple[Manifest, ...]:
    """The kernel's own rooms and these."""
    return (*KERNEL, artifacts.manifest(), *manifests)


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
    """Everything a store's commands need. It locks the folder: nothing else may write there meanwhile."""

    def __init__(
        self,
        folder: Folder,
        origin: Origin,
        manifests: Iterable[Manifest],
        clock: SystemClock | Any,
        loaders: Mapping[str, Loader] | None = None,
    ) -> None:
        """Raises Refused `hub.already_running`, `schema.newer`, `origin.epoch_behind`, `key.*`."""
        folder.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.origin = origin
        self.clock = clock
        self.artifacts = Artifacts(ArtifactStore(folder.artifacts), loaders or {})
        self.manifests = with_kernel(manifests, self.artifacts)
        self.types = event_types(self.manifests)
        self._effects: EffectRunner | None = None
        self._jobs: JobRunner | None = None
        self._closed = False
        with ExitStack() as opened:
            opened.callback(FolderLock(folder.path).release)
            self._open(folder, _key_of(folder), opened)
            self._opened = opened.pop_all()
        self.writer.start()

    def _open(self, folder: Folder, key: bytes, opened: ExitStack) -> None:
        try:
            self.keystore = Keystore(folder.keystore, key)
            opened.callback(self.keystore.close)
            self._connection = connect_writer(folder.database, key)
            opened.callback(self._connection.close)
        except WrongKey as error:
            raise Refused("key.wrong", 500, file=Path(str(error)).name) from error
        migrate(self._connection, folder.database, key)
        prepare_schema(self._connection, self.manifests, self.types)
        session = Session(self._connection.cursor(), "sqlite")
        apply_erasures(session, self.keystore, erasing_events(self.manifests))
        ledger = Ledger(self.origin, session)
        if ledger.head.epoch > self.origin.epoch:
            raise Refused("origin.epoch_behind", 409, epoch=self.origin.epoch, journal=ledger.head.epoch)
        self._opened_at_seq = ledger.head.seq
        if isinstance(self.clock, SystemClock):
            self.clock.hold_above(ledger.head.at_ms)
        self.core = DecisionCore(self.manifests, self.origin, ledger, self.clock, self.keystore, self.types)
        checkpointer = Checkpointer(folder.database, key)
        opened.callback(checkpointer.stop)
        self.readers = Readers(folder.database, key)
        opened.callback(self.readers.close)
        self.writer = Writer(
            self._connection,
            self.core,
            ledger.head.seq,
            lambda: checkpointer.look(self._connection.total_changes),
            lambda: self.clock.read().monotonic_s,
            lambda: renew_log(folder.database),
        )
        checkpointer.on_failure = self.writer.suspect_log
        self.bus = Bus(self.manifests, self.writer, self.readers, self.keystore.secret("request"))

    def start(self, effects: Iterable[Effect] = (), jobs: Iterable[Job] = ()) -> None:
        """Begin effects and jobs; commands are taken from the moment the engine exists."""
        erasing = erasing_events(self.manifests)
        own = (DropKeys(self.keystore, erasing),) if erasing else ()
        runner = EffectRunner(
            (*own, *effects), self.readers, self.types, self.bus.dispatch, self.clock, self._opened_at_seq
        )
        self._effects = runner
        self.core.listen(runner.hear)
        runner.start()
        self._jobs = JobRunner(jobs, lambda: self.clock.read().monotonic_s)
        self._jobs.start()

    def listen(self, listener: Callable[[list[Record[Any]]], None]) -> None:
        """Be told of records after their COMMIT, on the writer's thread: read little, hand on, return."""
        self.core.listen(listener)

    @contextmanager
    def just_committed(self) -> Iterator[Reader]:
        """For a listener: reads what it is told of on the writer's connection, whose pages are at hand.

        Only on the writer's thread, which does nothing else meanwhile: read little.
        """
        cursor = self._connection.cursor()
        try:
            yield ReadOnly(Session(cursor, "sqlite"))
        finally:
            cursor.close()  # a SELECT left half read would keep the log from ever starting anew

    def head(self) -> Head | None:
        """The journal's end as committed."""
        return read_head(self.readers)

    def close(self) -> None:
        """Finish what is queued, make it durable, close every file."""
        if self._jobs:
            self._jobs.stop()
        if self._effects:
            self._effects.stop()
        if not self._closed:
            self._closed = True
            self.writer.stop()
            self._opened.close()


def _key_of(folder: Folder) -> bytes:
    """The folder's key; a new one only where nothing is encrypted yet."""
    if not folder.key.exists() and folder.database.exists():
        raise Refused("key.missing", 500, file=folder.key.name)
    return load_or_make_key(folder.key)


def open_for_reading(folder: Folder) -> Readers:
    """Readers of a hub's database, for tools beside a running hub. Raises Refused `hub.no_data`, `key.*`."""
    return Readers(_database_of(folder), load_key(folder.key), size=1)


def open_for_repair(folder: Folder) -> Any:
    """The write connection of a hub that is stopped: hold its FolderLock. Raises Refused as above."""
    return connect(_database_of(folder), load_key(folder.key))


def _database_of(folder: Folder) -> Path:
    if not folder.database.exists():
        raise Refused("hub.no_data", 404, folder=str(folder.path))
    return folder.database
