"""The durable job log."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from drivers.gateway.job_log import RESTARTED, JobLog


def use(path: Path, work: Callable[[JobLog], Awaitable[None]], kept_jobs: int = 100) -> None:
    log = JobLog(path, kept_jobs)
    try:
        asyncio.run(work(log))  # type: ignore[arg-type]
    finally:
        log.close()


def test_a_job_begins_once(tmp_path: Path) -> None:
    async def work(log: JobLog) -> None:
        assert await log.find("j") is None
        assert await log.begin("j", "h")
        assert not await log.begin("j", "h")
        await log.finish("j", "printed")
        assert not await log.begin("j", "h")
        known = await log.find("j")
        assert known is not None
        assert (known.state, known.content_hash) == ("printed", "h")

    use(tmp_path / "log", work)


def test_what_was_printing_when_it_stopped_is_unknown(tmp_path: Path) -> None:
    async def first(log: JobLog) -> None:
        await log.begin("open", "h")
        await log.begin("done", "h")
        await log.finish("done", "printed")
        await log.begin("never", "h")
        await log.forget("never")

    async def second(log: JobLog) -> None:
        opened, done = await log.find("open"), await log.find("done")
        assert opened is not None
        assert done is not None
        assert (opened.state, opened.reason) == ("unknown", RESTARTED)
        assert done.state == "printed"
        assert await log.find("never") is None

    use(tmp_path / "log", first)
    use(tmp_path / "log", second)


def test_it_is_bounded_and_never_forgets_an_open_job(tmp_path: Path) -> None:
    async def work(log: JobLog) -> None:
        await log.begin("open", "h")
        for number in range(20):
            await log.begin(f"j{number}", "h")
            await log.finish(f"j{number}", "printed")
        assert await log.find("open") is not None
        kept = [number for number in range(20) if await log.find(f"j{number}")]
        assert kept == [15, 16, 17, 18, 19]

    use(tmp_path / "log", work, kept_jobs=5)


def test_a_file_that_is_no_log_is_refused(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"not a database at all" * 100)
    with pytest.raises(sqlite3.DatabaseError):
        JobLog(tmp_path / "log")


def test_every_change_is_synced_with_its_folder(tmp_path: Path) -> None:
    log = JobLog(tmp_path / "log")

    def ask(db: sqlite3.Connection, name: str) -> object:
        return db.execute(f"PRAGMA {name}").fetchone()[0]

    async def run() -> list[object]:
        return [await log._file.run(ask, name) for name in ("synchronous", "journal_mode")]

    assert asyncio.run(run()) == [3, "delete"]
    log.close()
