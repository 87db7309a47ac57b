"""The durable memory of print jobs: what was begun here, fsynced before its first byte leaves."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Literal

import msgspec

from drivers.gateway.durable_file import DurableFile

# Finished jobs kept to answer a re-sent id; the hub asks within minutes, this is weeks of receipts.
KEPT_JOBS = 20_000
RESTARTED = "gateway.restarted"

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
    """Each job begun once; every change is on disk before its call returns."""

    def __init__(self, path: Path, kept_jobs: int = KEPT_JOBS) -> None:
        self._kept_jobs = kept_jobs
        self._file = DurableFile(path, _wake)

    async def begin(self, job_id: str, content_hash: str) -> bool:
        """Record that job_id's bytes are about to leave; False if it was ever begun before."""
        return await self._file.run(_begin, job_id, content_hash)

    async def finish(self, job_id: str, state: LoggedState, reason: str = "") -> None:
        """Record how a begun job ended."""
        await self._file.run(_finish, job_id, state, reason, self._kept_jobs)

    async def forget(self, job_id: str) -> None:
        """Not one byte left after all: the job was never begun."""
        await self._file.run(_forget, job_id)

    async def find(self, job_id: str) -> LoggedJob | None:
        """What is known of job_id; None if it was never begun here."""
        return await self._file.run(_find, job_id)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _wake(db: sqlite3.Connection) -> None:
    db.execute(_SCHEMA)
    db.execute("UPDATE jobs SET state = 'unknown', reason = ? WHERE state = 'printing'", (RESTARTED,))


def _begin(db: sqlite3.Connection, job_id: str, content_hash: str) -> bool:
    begun = db.execute(
        "INSERT INTO jobs (job_id, content_hash, state, begun)"
        " VALUES (?, ?, 'printing', (SELECT coalesce(max(begun), 0) + 1 FROM jobs))"
        " ON CONFLICT (job_id) DO NOTHING",
        (job_id, content_hash),
    )
    return begun.rowcount == 1


def _finish(db: sqlite3.Connection, job_id: str, state: LoggedState, reason: str, kept_jobs: int) -> None:
    with db:
        db.execute("BEGIN IMMEDIATE")
        db.execute("UPDATE jobs SET state = ?, reason = ? WHERE job_id = ?", (state, reason, job_id))
        db.execute(
            "DELETE FROM jobs WHERE state != 'printing' AND begun <= (SELECT max(begun) FROM jobs) - ?",
            (kept_jobs,),
        )


def _forget(db: sqlite3.Connection, job_id: str) -> None:
    db.execute("DELETE FROM jobs WHERE job_id = ?", (job_id,))


def _find(db: sqlite3.Connection, job_id: str) -> LoggedJob | None:
    row = db.execute(
        "SELECT job_id, content_hash, state, reason FROM jobs WHERE job_id = ?", (job_id,)
    ).fetchone()
    if row is None:
        return None
    return LoggedJob(job_id=row[0], content_hash=row[1], state=row[2], reason=row[3])
