"""The hub's encrypted SQLite file: one connection that writes, a fixed pool that reads."""

import os
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

from hub.kernel.sql import Query, Session, V, Value

# Without these each NULL and each blob that is bound is first asked what it would rather be, at a cost of
# 1.5 µs: three fifths of what the lines of an order cost to insert.
sqlcipher.register_adapter(type(None), {}.get)
sqlcipher.register_adapter(bytes, bytes)

DatabaseError = sqlcipher.DatabaseError
Connection = Any
"""A sqlcipher3 connection; the package carries no types."""

READERS = 4
PAGE_SEAL = "PRAGMA cipher_hmac_algorithm = HMAC_SHA256"
"""Each page's seal, part of the file format: processors of today compute SHA-256 in hardware, not SHA-512."""
_BUSY_TIMEOUT_MS = 5_000
_WRITER_CACHE_KIB = 16_384
_READER_CACHE_KIB = 2_048
_CHECKPOINT_PAGES = 1_000
_PAGES_A_COMMIT = 4
_ROWS_A_PAGE = 4
"""How rows written become pages of the log, roughly: the tables' last leaves and a few of their indexes."""
_TRUNCATE_WAIT_MS = 100
_WAL_LIMIT_BYTES = 64 * 1024 * 1024
_RENEW_BYTES = 1024 * 1024
_SQLITE_FULL = 13
_STORAGE_CODES = frozenset({5, 6, 7, 10, 11, 13, 14, 22, 26})
"""BUSY, LOCKED, NOMEM, IOERR, CORRUPT, FULL, CANTOPEN, NOLFS, NOTADB: not a statement's fault."""


def is_full(error: BaseException) -> bool:
    """Whether a database error says that the disk is full."""
    return _code(error) == _SQLITE_FULL


def is_storage_failure(error: BaseException) -> bool:
    """Whether a database error is the disk's doing, not a mistaken statement's."""
    return _code(error) in _STORAGE_CODES


def _code(error: BaseException) -> int:
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


class WrongKey(Exception):
    """The file is not a database of this key."""


def connect(path: Path, key: bytes, cache_kib: int = _READER_CACHE_KIB) -> Connection:
    """An open connection in WAL mode that begins no transaction by itself. Raises WrongKey.

    The key goes in raw: deriving one from a passphrase would cost a tenth of a second a connection.
    """
    connection = sqlcipher.connect(
        str(path), isolation_level=None, check_same_thread=False, cached_statements=512
    )
    try:
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection.execute(PAGE_SEAL)
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
        connection.execute("PRAGMA journal_mode = WAL").fetchone()
    except sqlcipher.DatabaseError as error:
        connection.close()
        if "not a database" in str(error) or "encrypted" in str(error):
            raise WrongKey(str(path)) from error
        raise
    connection.execute(f"PRAGMA cache_size = -{cache_kib}")
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection


def blank() -> Connection:
    """An empty database in memory."""
    return sqlcipher.connect(":memory:", isolation_level=None)


def connect_writer(path: Path, key: bytes) -> Connection:
    """The one connection that writes; checkpoints are left to the Checkpointer."""
    connection = connect(path, key, _WRITER_CACHE_KIB)
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    return connection


def engine_of(path: Path, key: bytes) -> Engine:
    """A SQLAlchemy engine over the file, for migrations only."""
    return create_engine(
        "sqlite://", module=sqlcipher, creator=lambda: connect(path, key), poolclass=NullPool
    )


class Readers:
    """A fixed pool of read connections. A page that waits for one waits at most five seconds."""

    _WAIT_S = 5.0

    def __init__(self, path: Path, key: bytes, size: int = READERS) -> None:
        self._idle: queue.LifoQueue[Connection] = queue.LifoQueue(size)
        self._connections = [connect(path, key) for _ in range(size)]
        for connection in self._connections:
            connection.execute("PRAGMA query_only = ON")
            self._idle.put_nowait(connection)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """One reader for the length of the block; outside a snapshot each query sees the newest commit.

        Raises queue.Empty when every reader stays taken.
        """
        connection = self._idle.get(timeout=self._WAIT_S)
        cursor = connection.cursor()
        try:
            yield Session(cursor, "sqlite")
        finally:
            cursor.close()  # a SELECT left half read would pin the next borrower to an old commit
            self._idle.put_nowait(connection)

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """One reader whose queries all see the same commit."""
        with self.session() as session:
            session.cursor.execute("BEGIN")
            try:
                yield session
            finally:
                session.cursor.execute("COMMIT")

    def all(self, query: Query[V], **parameters: Value) -> list[V]:
        """Every row of one query."""
        with self.session() as session:
            return session.all(query, **parameters)

    def first(self, query: Query[V], **parameters: Value) -> V | None:
        """The first row of one query, or None."""
        with self.session() as session:
            return session.first(query, **parameters)

    def close(self) -> None:
        """Close every connection; nothing may be reading."""
        for connection in self._connections:
            connection.close()


def renew_log(database: Path) -> None:
    """Write the whole write-ahead log over itself and sync it.

    After a failed fsync Linux takes the unwritten pages for clean: the next one succeeds without them, and a
    power cut would then end the log before commits that were answered. Raises OSError.
    """
    path = database.with_name(database.name + "-wal")
    if not path.exists():
        return
    with path.open("r+b", buffering=0) as log:
        at = 0
        while chunk := os.pread(log.fileno(), _RENEW_BYTES, at):
            os.pwrite(log.fileno(), chunk, at)
            at += len(chunk)
        os.fsync(log.fileno())


class Checkpointer:
    """Moves the write-ahead log into the database on its own thread, so that no sale waits for it."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._connection = connect(path, key)
        # TRUNCATE keeps the writer out while it waits for readers: never for longer than this.
        self._connection.execute(f"PRAGMA busy_timeout = {_TRUNCATE_WAIT_MS}")
        self._wal = path.with_name(path.name + "-wal")
        self._pages = 0
        self._rows_seen = 0
        self._due = threading.Event()
        self._stopping = False
        self.on_failure: Callable[[], None] = _nobody
        """Called on the checkpointer's thread when the disk failed it."""
        self._thread = threading.Thread(target=self._run, name="checkpointer", daemon=True)
        self._thread.start()

    def look(self, rows_written: int) -> None:
        """Called after each commit with the writer's running count: checkpoint once enough has gathered.

        The log's size says nothing: SQLite keeps the file and writes it again from its start.
        """
        self._pages += _PAGES_A_COMMIT + (rows_written - self._rows_seen) // _ROWS_A_PAGE
        self._rows_seen = rows_written
        if self._pages >= _CHECKPOINT_PAGES:
            self._pages = 0
            self._due.set()

    def stop(self) -> None:
        """End the thread and close its connection."""
        self._stopping = True
        self._due.set()
        self._thread.join(timeout=10)
        self._connection.close()

    def _run(self) -> None:
        while True:
            self._due.wait()
            self._due.clear()
            if self._stopping:
                return
            try:
                mode = "TRUNCATE" if self._wal_bytes() > _WAL_LIMIT_BYTES else "PASSIVE"
                self._connection.execute(f"PRAGMA wal_checkpoint({mode})").fetchall()
            except (sqlcipher.Error, OSError):
                self.on_failure()  # whatever is wrong shows at the next commit, where somebody can be told

    def _wal_bytes(self) -> int:
        try:
            return self._wal.stat().st_size
        except FileNotFoundError:
            return 0


def _nobody() -> None:
    """Until somebody wants to know."""
