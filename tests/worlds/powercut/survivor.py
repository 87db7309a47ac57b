"""A hub that comes back after a power cut, and everything that must be true of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from hub.kernel.engine import Engine, Folder, open_for_reading, open_for_repair
from hub.kernel.journal import Entry, read_page
from hub.kernel.projections import Projector
from hub.kernel.rebuild import rebuild_in_place
from hub.kernel.schema import tables_of
from hub.kernel.sql import Session
from hub.kernel.verify import verify
from tests.worlds.powercut.hub_trade import Mark, open_hub
from tests.worlds.powercut.trades import Trade, command_id

EVERYTHING = 1_000_000


@dataclass(frozen=True)
class Told:
    """What the tills had been told by a moment."""

    marks: list[Mark]

    @classmethod
    def by(cls, written: list[bytes]) -> Told:
        """Read the program's marks."""
        marks = [msgspec.json.decode(mark, type=Mark) for mark in written]
        return cls([mark for mark in marks if mark.till >= 0])

    @property
    def safe_seq(self) -> int:
        """The highest number that an answer or `fsynced_seq` had said no power cut can take back."""
        answered = [mark.last_seq for mark in self.marks if mark.full]
        return max(answered + [mark.fsynced_seq for mark in self.marks], default=0)

    def missing_from(self, kept: list[Entry]) -> list[Mark]:
        """The answers that were to be safe and are not in this journal under their number."""
        where = {entry.command_id: entry.seq for entry in kept}
        safe = [mark for mark in self.marks if mark.full and mark.first_seq]
        return [mark for mark in safe if where.get(command_id(mark.till, mark.turn)) != mark.first_seq]


def journal_of(folder: Path) -> list[Entry]:
    """A stopped hub's whole journal."""
    readers = open_for_reading(Folder(folder))
    try:
        return read_page(readers, 0, EVERYTHING, EVERYTHING)
    finally:
        readers.close()


def check_survivor(folder: Path, trade: Trade, safe_seq: int, lived: list[Entry]) -> list[Entry]:
    """Start the hub again: all that was safe is there; chain, head and tables agree. Returns its journal."""
    engine = open_hub(folder, trade)
    try:
        kept = read_page(engine.readers, 0, EVERYTHING, EVERYTHING)
        assert len(kept) >= safe_seq, f"{safe_seq - len(kept)} durable entries are lost"
        assert kept[:safe_seq] == lived[:safe_seq], "what may have been sent upstream has changed"
        assert verify(engine.readers, engine.keystore, engine.types).ok
        trade.check(engine, kept)
        in_memory, _ = engine.core.mark()
        assert engine.head() in (in_memory, None)
    finally:
        engine.close()
    _check_tables(folder, engine)
    return kept


def check_retries(folder: Path, trade: Trade, told: Told) -> None:
    """Every till sends its last two commands again: answered is answered, and nothing is made twice."""
    engine = open_hub(folder, trade)
    answers = {(mark.till, mark.turn): mark for mark in told.marks if mark.full}
    last = {mark.till: mark.turn for mark in told.marks}
    try:
        for till, turn in [(till, turn) for till, latest in last.items() for turn in (latest, latest + 1)]:
            command = trade.command(till, turn)
            first, second = (engine.bus.dispatch(command, trade.caller(till)) for _ in range(2))
            assert second.repeated or not first.last_seq
            assert second.first_seq == first.first_seq
            if (answered := answers.get((till, turn))) is not None and answered.first_seq:
                assert (first.repeated, first.first_seq) == (True, answered.first_seq)
        assert verify(engine.readers, engine.keystore, engine.types).ok
    finally:
        engine.close()


def _check_tables(folder: Path, engine: Engine) -> None:
    """Rebuilt from the journal, the tables are what they were."""
    connection = open_for_repair(Folder(folder))
    try:
        session = Session(connection.cursor(), "sqlite")
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        tables = tables_of(engine.manifests, "projected")
        rebuilt = rebuild_in_place(session, session, tables, Projector(engine.manifests), engine.types)
        assert rebuilt.different == ()
    finally:
        connection.close()
