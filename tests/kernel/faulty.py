"""A write connection that tells what it was sent and fails, or waits, where a test wants it to."""

import threading
from collections.abc import Callable
from typing import Any

from hub.kernel.db import DatabaseError

WAIT_S = 20


def disk_error(code: int = 10) -> DatabaseError:
    """What SQLite raises: 10 is an I/O error, 13 a full disk."""
    error = DatabaseError("disk I/O error" if code == 10 else "database or disk is full")
    error.sqlite_errorcode = code
    return error


class FaultyCursor:
    """Passes statements on after the connection's hook has seen them."""

    def __init__(self, connection: "FaultyConnection", cursor: Any) -> None:
        self._connection = connection
        self._cursor = cursor

    def execute(self, sql: str, parameters: Any = ()) -> Any:
        self._connection.seen(sql)
        return self._cursor.execute(sql, parameters)

    def executemany(self, sql: str, parameters: Any) -> Any:
        self._connection.seen(sql)
        return self._cursor.executemany(sql, parameters)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)


class FaultyConnection:
    """Wraps a connection; `hook` sees each statement first and may raise."""

    def __init__(self, connection: Any) -> None:
        self.real = connection
        self.hook: Callable[[str], None] = lambda _sql: None
        self.log: list[str] = []
        self._changed = threading.Condition()

    def seen(self, sql: str) -> None:
        with self._changed:
            self.log.append(sql)
            self._changed.notify_all()
        self.hook(sql)

    def wait_for(self, sql: str, times: int) -> None:
        """Until a statement has been sent so often."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.log.count(sql) >= times, WAIT_S), (sql, times)

    def cursor(self) -> FaultyCursor:
        return FaultyCursor(self, self.real.cursor())

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


def failing(sql: str, code: int = 10, skip: int = 0, times: int = 1) -> Callable[[str], None]:
    """A hook that lets `skip` statements beginning so through and fails the next `times`."""
    seen = 0

    def hook(statement: str) -> None:
        nonlocal seen
        if statement.startswith(sql):
            seen += 1
            if skip < seen <= skip + times:
                raise disk_error(code)

    return hook
