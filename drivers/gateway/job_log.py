"""The durable memory of print jobs: what was begun here, fsynced before its first byte leaves."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

# Finished jobs kept to answer a re-sent id; the hub asks within minutes, this is weeks of receipts.
KEPT_JOBS = 20_000
RESTARTED = "gateway.restarted"

T = TypeVar("T")
LoggedState = Literal["printing", "printed", "unknown"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
    job_id TEXT PRIMARY KEY,
    content_hash TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('printing', 'printed', 'unknown')),
    reason TEXT NOT NULL DEFAULT '',
    begun INTEGER NOT NULL UNIQUE
) STRICT
"""


class LoggedJob(msgspec.Struct, frozen=True, kw_only=True):
    """One job's last known state."""

    job_id: str
    content_hash: str
    state: LoggedState
    reason: str


class JobLog:
    """One SQLite file on one thread; every change is on disk before its call returns."""

    def __init__(self, path: Path, kept_jobs: int = KEPT_JOBS) -> None:
        self._kept_jobs = kept_jobs
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="job-log")
        self._db = self._thread.submit(self._open, path).result()

    async def begin(self, job_id: str, content_hash: str) -> bool:
        """Record that job_id's bytes are about to leave; False if it was ever begun before."""
        return await self._run(self._begin, job_id, content_hash)

    async def finish(self, job_id: str, state: LoggedState, reason: str = "") -> None:
        """Record how a begun job ended."""
        await self._run(self._finish, job_id, state, reason)

    async def forget(self, job_id: str) -> None:
        """Not one byte left after all: the job was never begun."""
        await self._run(self._forget, job_id)

    async def find(self, job_id: str) -> LoggedJob | None:
        """What is known of job_id; None if it was never begun here."""
        return await self._run(self._find, job_id)

    def close(self) -> None:
        """Close the file."""
        self._thread.submit(self._db.close).result()
        self._thread.shutdown()

    async def _run(self, work: Callable[..., T], *args: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *args)

    def _open(self, path: Path) -> sqlite3.Connection:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        db = sqlite3.connect(path, isolation_level=None, timeout=5)
        # A rollback journal, not WAL: one small write a receipt, and EXTRA also syncs the folder.
        db.execute("PRAGMA journal_mode = DELETE")
        db.execute("PRAGMA synchronous = EXTRA")
        db.execute(_SCHEMA)
        db.execute("UPDATE jobs SET state = 'unknown', reason = ? WHERE state = 'printing'", (RESTARTED,))
        return db

    def _begin(self, job_id: str, content_hash: str) -> bool:
        begun = self._db.execute(
            "INSERT INTO jobs (job_id, content_hash, state, begun)"
            " VALUES (?, ?, 'printing', (SELECT coalesce(max(begun), 0) + 1 FROM jobs))"
            " ON CONFLICT (job_id) DO NOTHING",
            (job_id, content_hash),
        )
        return begun.rowcount == 1

    def _finish(self, job_id: str, state: LoggedState, reason: str) -> None:
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute(
                "UPDATE jobs SET state = ?, reason = ? WHERE job_id = ?", (state, reason, job_id)
            )
            self._db.execute(
                "DELETE FROM jobs WHERE state != 'printing' AND begun <= (SELECT max(begun) FROM jobs) - ?",
                (self._kept_jobs,),
            )

    def _forget(self, job_id: str) -> None:
        self._db.execute("DELETE FROM jobs WHERE job_id = ?", (job_id,))

    def _find(self, job_id: str) -> LoggedJob | None:
        row = self._db.execute(
            "SELECT job_id, content_hash, state, reason FROM jobs WHERE job_id = ?", (job_id,)
        ).fetchone()
        if row is None:
            return None
        return LoggedJob(job_id=row[0], content_hash=row[1], state=row[2], reason=row[3])
