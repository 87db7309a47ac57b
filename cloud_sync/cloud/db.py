"""The cloud's database: one setting picks SQLite or PostgreSQL, and the same kept statements run on both.

SQLite comes from sqlcipher3, unencrypted unless a key is given: the stock library of Debian carries a bug
that can corrupt a write-ahead log with several connections.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, cast

import psycopg
import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable, MetaData, Table

from cloud_sync.cloud.schema_changed import SchemaChanged
from hub.kernel.db import PAGE_SEAL
from hub.kernel.sql import Cursor, Session

Dialect = Literal["sqlite", "postgresql"]
DatabaseError = (sqlcipher.DatabaseError, psycopg.Error)
"""What either database raises; catch with `except DatabaseError`."""
ROW_ERRORS = (
    *(sqlcipher.IntegrityError, sqlcipher.DataError, sqlcipher.ProgrammingError, sqlcipher.InterfaceError),
    *(psycopg.IntegrityError, psycopg.DataError, psycopg.ProgrammingError),
)
"""What either raises for the row that was written, as against the state of the database."""

_BUSY_TIMEOUT_MS = 10_000
_CONNECT_TIMEOUT_S = 5
_WRITE_WAIT_S = 30.0


class Connection(Session):
    """One connection: kept statements by `Session`, and transactions that are begun by hand."""

    __slots__ = ("_raw", "_writing")

    def __init__(self, raw: Any, dialect: Dialect, writing: "threading.Lock | None") -> None:
        super().__init__(cast("Cursor", raw.cursor()), dialect)
        self._raw = raw
        self._writing = writing

    @property
    def raw(self) -> Any:
        """The driver's own connection, for what only one database can do."""
        return self._raw

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit at the end of the block, or roll back when it raises."""
        with self._turn():
            self.cursor.execute("BEGIN IMMEDIATE" if self.dialect == "sqlite" else "BEGIN")
            try:
                yield
            except BaseException:
                self._roll_back()
                raise
            self.cursor.execute("COMMIT")

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo just this block when it raises."""
        self.cursor.execute("SAVEPOINT step")
        try:
            yield
        except BaseException:
            self.cursor.execute("ROLLBACK TO SAVEPOINT step")
            self.cursor.execute("RELEASE SAVEPOINT step")
            raise
        self.cursor.execute("RELEASE SAVEPOINT step")

    @contextmanager
    def pipelined(self) -> Iterator[None]:
        """Writes of the block need not wait for one another's answer; nothing may be read in it."""
        if self.dialect == "postgresql":
            with self._raw.pipeline():
                yield
        else:
            yield

    def close(self) -> None:
        """Give the connection back."""
        self._raw.close()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """SQLite has one writer: the threads of this process take turns instead of meeting in a busy wait."""
        if self._writing is None:
            yield
            return
        if not self._writing.acquire(timeout=_WRITE_WAIT_S):
            raise sqlcipher.OperationalError("no turn to write")
        try:
            yield
        finally:
            self._writing.release()

    def _roll_back(self) -> None:
        try:
            self.cursor.execute("ROLLBACK")
        except DatabaseError:
            return  # the connection is gone, and the transaction with it


class Database:
    """Makes connections to one database; `url` is a path or postgresql://…"""

    def __init__(self, url: str, key: bytes | None = None) -> None:
        self.dialect: Dialect = "postgresql" if url.startswith(("postgresql://", "postgres://")) else "sqlite"
        self.url = url
        self._key = key
        self._writing = threading.Lock() if self.dialect == "sqlite" else None

    def connect(self) -> Connection:
        """A new connection; one thread uses it."""
        raw = self._postgresql() if self.dialect == "postgresql" else self._sqlite()
        return Connection(raw, self.dialect, self._writing)

    @contextmanager
    def connected(self) -> Iterator[Connection]:
        """A connection for the length of the block."""
        connection = self.connect()
        try:
            yield connection
        finally:
            connection.close()

    def create(self, metadata: MetaData, tables: Sequence[Table] | None = None) -> None:
        """Create what is missing of these tables and their indexes. Raises SchemaChanged."""
        dialect = cast("Any", sqlite if self.dialect == "sqlite" else postgresql).dialect()
        wanted = metadata.sorted_tables if tables is None else list(tables)
        with self.connected() as connection, connection.transaction():
            for table in wanted:
                connection.cursor.execute(
                    str(CreateTable(table, if_not_exists=True).compile(dialect=dialect))
                )
                found = connection.raw.execute(f'SELECT * FROM "{table.name}" LIMIT 0').description
                if {column[0] for column in found} != set(table.columns.keys()):
                    raise SchemaChanged(table.name)
                for index in sorted(table.indexes, key=lambda index: str(index.name)):
                    create = CreateIndex(index, if_not_exists=True)
                    connection.cursor.execute(str(create.compile(dialect=dialect)))

    def _postgresql(self) -> Any:
        return psycopg.connect(self.url, autocommit=True, connect_timeout=_CONNECT_TIMEOUT_S)

    def _sqlite(self) -> Any:
        path = Path(self.url)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        raw = sqlcipher.connect(
            str(path), isolation_level=None, check_same_thread=False, cached_statements=256
        )
        if self._key is not None:
            raw.execute(f"PRAGMA key = \"x'{self._key.hex()}'\"")
            raw.execute(PAGE_SEAL)
        raw.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
        raw.execute("PRAGMA journal_mode = WAL").fetchone()
        raw.execute("PRAGMA synchronous = FULL")
        raw.execute("PRAGMA cache_size = -16384")
        return raw
