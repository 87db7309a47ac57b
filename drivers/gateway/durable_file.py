"""One SQLite file on one thread: what the gateway must still know after its power was cut."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


class DurableFile:
    """Every change is on disk before its call returns; `wake` makes the tables and closes what was open."""

    def __init__(self, path: Path, wake: Callable[[sqlite3.Connection], None]) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=path.stem)
        self._db = self._thread.submit(_open, path, wake).result()

    async def run(self, work: Callable[..., T], *args: object) -> T:
        """The work, given the connection and these arguments, on the file's own thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, self._db, *args)

    def close(self) -> None:
        """Close the file."""
        self._thread.submit(self._db.close).result()
        self._thread.shutdown()


def _open(path: Path, wake: Callable[[sqlite3.Connection], None]) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    db = sqlite3.connect(path, isolation_level=None, timeout=5)
    # A rollback journal, not WAL: one small write at a time, and EXTRA also syncs the folder.
    db.execute("PRAGMA journal_mode = DELETE")
    db.execute("PRAGMA synchronous = EXTRA")
    wake(db)
    return db
