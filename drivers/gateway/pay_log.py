"""The durable memory of payment requests: what was begun here, fsynced before its first byte leaves."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

import msgspec

from drivers.gateway.durable_file import DurableFile
from drivers.messages import Pay, PayAnswer

RESTARTED = "gateway.restarted"
KEPT_REQUESTS = 20_000
# What nobody knows the end of outlives any number of newer requests, until it is older than any claim for it.
KEPT_UNKNOWN_S = 400 * 86_400

_SCHEMA = """
CREATE TABLE IF NOT EXISTS payments (
    request_id TEXT PRIMARY KEY,
    request_hash TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('begun', 'approved', 'refused', 'unknown')),
    answer BLOB,
    begun INTEGER NOT NULL UNIQUE,
    begun_at INTEGER NOT NULL
) STRICT
"""
_RESTART = "UPDATE payments SET state = 'unknown' WHERE state = 'begun'"
_BEGIN = """
INSERT INTO payments (request_id, request_hash, state, begun, begun_at)
VALUES (?, ?, 'begun', (SELECT coalesce(max(begun), 0) + 1 FROM payments), ?)
ON CONFLICT (request_id) DO NOTHING
"""
_PRUNE = """
DELETE FROM payments WHERE begun <= (SELECT max(begun) FROM payments) - ?
AND (state IN ('approved', 'refused') OR state = 'unknown' AND begun_at < ?)
"""


class LoggedPayment(msgspec.Struct, frozen=True, kw_only=True):
    """One request's last known answer; open while it was begun and nothing ended it."""

    request_hash: str
    open: bool
    answer: PayAnswer


class PayLog:
    """Each request begun once; every change is on disk before its call returns. now_s is wall time."""

    def __init__(
        self,
        path: Path,
        now_s: Callable[[], float],
        kept_requests: int = KEPT_REQUESTS,
        kept_unknown_s: int = KEPT_UNKNOWN_S,
    ) -> None:
        self._now_s = now_s
        self._kept_requests = kept_requests
        self._kept_unknown_s = kept_unknown_s
        self._file = DurableFile(path, _wake)

    async def begin(self, request: Pay) -> bool:
        """Record that the request's bytes are about to leave; False if it was ever begun before."""
        return await self._file.run(_begin, request, int(self._now_s()))

    async def finish(self, answer: PayAnswer) -> None:
        """Record how a begun request ended."""
        oldest = int(self._now_s()) - self._kept_unknown_s
        await self._file.run(_finish, answer, self._kept_requests, oldest)

    async def forget(self, request_id: str) -> None:
        """Not one byte left after all: the request was never begun."""
        await self._file.run(_forget, request_id)

    async def find(self, request_id: str) -> LoggedPayment | None:
        """What is known of the request; None if it was never begun here."""
        return await self._file.run(_find, request_id)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def request_hash(request: Pay) -> str:
    """The same for the same request; how long the hub waits for it is no part of it."""
    same = msgspec.structs.replace(request, timeout_s=1.0)
    return hashlib.sha256(msgspec.json.encode(same)).hexdigest()


def _wake(db: sqlite3.Connection) -> None:
    db.execute(_SCHEMA)
    db.execute(_RESTART)


def _begin(db: sqlite3.Connection, request: Pay, now_s: int) -> bool:
    return db.execute(_BEGIN, (request.request_id, request_hash(request), now_s)).rowcount == 1


def _finish(db: sqlite3.Connection, answer: PayAnswer, kept_requests: int, oldest_unknown_s: int) -> None:
    with db:
        db.execute("BEGIN IMMEDIATE")
        db.execute(
            "UPDATE payments SET state = ?, answer = ? WHERE request_id = ?",
            (answer.state, msgspec.json.encode(answer), answer.request_id),
        )
        db.execute(_PRUNE, (kept_requests, oldest_unknown_s))


def _forget(db: sqlite3.Connection, request_id: str) -> None:
    db.execute("DELETE FROM payments WHERE request_id = ?", (request_id,))


def _find(db: sqlite3.Connection, request_id: str) -> LoggedPayment | None:
    row = db.execute(
        "SELECT request_hash, state, answer FROM payments WHERE request_id = ?", (request_id,)
    ).fetchone()
    if row is None:
        return None
    known, state, told = row
    answer = (
        PayAnswer(request_id=request_id, state="unknown", reason=RESTARTED)
        if told is None
        else msgspec.json.decode(told, type=PayAnswer)
    )
    return LoggedPayment(request_hash=known, open=state == "begun", answer=answer)
