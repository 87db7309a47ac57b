"""Runs the plain ledger under the recorder, and reads back what a disk still holds of it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.worlds.powercut import plain_ledger
from tests.worlds.powercut.preload import Recorder

RUN_TIMEOUT_S = 60
DATABASE = "ledger.db"


def trade(recorder: Recorder, synchronous: str, count: int) -> None:
    """Let the program under test make its transactions."""
    program = [
        sys.executable,
        plain_ledger.__file__,
        str(recorder.directory / DATABASE),
        synchronous,
        str(count),
    ]
    subprocess.run(program, env=recorder.environment(), check=True, timeout=RUN_TIMEOUT_S)


@dataclass(frozen=True)
class Told:
    """What the program's marks say its caller was told."""

    ready: bool
    paid: set[int]
    failed: dict[int, str]

    @classmethod
    def by(cls, marks: list[bytes]) -> Told:
        """Read the marks."""
        failures = [mark.decode().split(" ", 2) for mark in marks if mark.startswith(b"failed")]
        paid = {int(mark) for mark in marks if mark.isdigit()}
        return cls(plain_ledger.READY in marks, paid, {int(sale): why for _, sale, why in failures})


def surviving(directory: Path) -> set[int] | None:
    """The sales the database still has, once checked whole; None if not even its table is there."""
    connection = plain_ledger.connect(directory / DATABASE)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'sale'").fetchall():
            return None
        rows = connection.execute("SELECT id, filler FROM sale").fetchall()
        assert all(filler == plain_ledger.FILLER for _, filler in rows)
        return {sale for sale, _ in rows}
    finally:
        connection.close()
