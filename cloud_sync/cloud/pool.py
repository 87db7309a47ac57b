"""A fixed pool of connections for the console's pages."""

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from cloud_sync.cloud.db import Connection, Database, DatabaseError

SIZE = 4
_WAIT_S = 5.0


class Pool:
    """Connections are made at first use and thrown away after a database error."""

    def __init__(self, database: Database, size: int = SIZE) -> None:
        self._database = database
        self._idle: queue.LifoQueue[Connection | None] = queue.LifoQueue(size)
        self._closed = threading.Event()
        for _ in range(size):
            self._idle.put_nowait(None)

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """One connection for the length of the block. Raises queue.Empty when all stay taken."""
        kept = self._idle.get(timeout=_WAIT_S)
        connection: Connection | None = None
        try:
            connection = kept or self._database.connect()
            yield connection
        except DatabaseError:
            if connection is not None:
                connection.close()
                connection = None
            raise
        finally:
            if connection is not None and self._closed.is_set():
                connection.close()
                connection = None
            self._idle.put_nowait(connection)

    def close(self) -> None:
        """Close what is idle; what is taken closes when it comes back."""
        self._closed.set()
        while not self._idle.empty():
            connection = self._idle.get_nowait()
            if connection is not None:
                connection.close()
