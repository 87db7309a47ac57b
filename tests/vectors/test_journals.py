"""Every journal that a release has frozen still makes the tables that it made then."""

import json
from pathlib import Path
from typing import Any

import pytest

from hub.app.wiring import ROOMS
from hub.kernel.db import connect
from hub.kernel.dump import dump
from hub.kernel.engine import KERNEL
from hub.kernel.journal import (
    GENESIS,
    EventTypes,
    UnknownEvent,
    append_entry,
    chain_hash,
)
from hub.kernel.keystore import Keystore
from hub.kernel.projections import event_types
from hub.kernel.schema import prepare_schema
from hub.kernel.sql import Session, Value
from hub.kernel.verify import verify
from tests.vectors.freeze import HERE, projected_tables

RELEASES = sorted(path.name.removesuffix(".tables.json") for path in HERE.glob("*.tables.json"))
MANIFESTS = (*KERNEL, *ROOMS)


@pytest.fixture(scope="module")
def types() -> EventTypes:
    return event_types(MANIFESTS)


@pytest.fixture(params=RELEASES)
def release(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def bodies_of(release: str) -> list[bytes]:
    return (HERE / f"{release}.journal.jsonl").read_bytes().splitlines()


def frozen_of(release: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((HERE / f"{release}.tables.json").read_text())
    return found


def journal_of(path: Path, release: str, types: EventTypes) -> Session:
    """A database that holds a release's journal, its tables made by this version's start-up."""
    connection = connect(path, bytes(32))
    prepare_schema(connection, KERNEL, types)
    session = Session(connection.cursor(), "sqlite")
    session.cursor.execute("BEGIN")
    previous, previous_command = GENESIS, ""
    for body in bodies_of(release):
        record = types.envelope(body)
        previous = chain_hash(previous, body)
        first = record.command_id != previous_command
        previous_command = record.command_id
        row: dict[str, Value] = {
            "seq": record.seq,
            "epoch": record.epoch,
            "type": types.tag(record),
            "subject": record.subject,
            "command_id": record.command_id if first else None,
            "request_hash": record.request_hash if first else None,
            "at_ms": record.at_ms,
            "body": body,
            "hash": previous,
        }
        session.write(append_entry, [row])
    session.cursor.execute("COMMIT")
    prepare_schema(connection, MANIFESTS, types)
    return session


def test_a_release_is_frozen() -> None:
    assert "0.1" in RELEASES


def test_its_chain_ends_where_it_ended(release: str, types: EventTypes, tmp_path: Path) -> None:
    session = journal_of(tmp_path / "hub.db", release, types)
    keystore = Keystore(tmp_path / "keys.db", bytes(32))
    verdict = verify(session, keystore, types)
    assert (verdict.finding, verdict.entries) == ("ok", frozen_of(release)["events"])
    session.cursor.execute("SELECT hash FROM journal ORDER BY seq DESC LIMIT 1")
    assert session.cursor.fetchone()[0].hex() == frozen_of(release)["head"]


def test_every_event_is_still_known(release: str, types: EventTypes) -> None:
    for body in bodies_of(release):
        assert not isinstance(types.decode(body).event, UnknownEvent), body


def test_its_tables_come_out_as_they_were(release: str, types: EventTypes, tmp_path: Path) -> None:
    """A later version may add tables and columns; what the release knew stays as it was."""
    session = journal_of(tmp_path / "hub.db", release, types)
    now = dump(session, projected_tables())
    for table, lines in frozen_of(release)["tables"].items():
        then = [json.loads(line) for line in lines]
        assert len(now[table]) == len(then), table
        for old, new in zip(then, map(json.loads, now[table]), strict=True):
            assert old == {name: new[name] for name in old}, table


def test_the_day_that_was_frozen_says_something(release: str) -> None:
    tables = frozen_of(release)["tables"]
    assert len(bodies_of(release)) > 100
    assert [name for name in tables if not tables[name]] == []
    assert any(b'"identity.person_erased.v1"' in body for body in bodies_of(release))
