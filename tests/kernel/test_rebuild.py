"""Whatever was done: tables from the journal are the live ones."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.kernel.context import SYSTEM
from hub.kernel.dump import dump
from hub.kernel.engine import Engine, Folder, open_for_repair
from hub.kernel.ids import new_id
from hub.kernel.journal import read_head
from hub.kernel.messages import Command
from hub.kernel.projections import Projector
from hub.kernel.rebuild import rebuild_in_place, replay
from hub.kernel.schema import prepare_schema, tables_of
from hub.kernel.sql import Session
from tests.kernel.conftest import ORIGIN, OpenHub, OwnClock
from tests.kernel.jars import Explode, Fill, Nudge, jars, manifest

jar_ids = st.sampled_from(["a", "b", "豆"])
fills = st.builds(
    Fill, command_id=st.builds(new_id), jar_id=jar_ids, beans=st.sampled_from([-1, 0, 1, 300, 600, 1_001])
)
nudges = st.builds(Nudge, command_id=st.builds(new_id), jar_id=jar_ids)
bugs = st.builds(Explode, command_id=st.builds(new_id), jar_id=jar_ids)
trade = st.lists(fills | nudges | bugs, max_size=40)


@settings(max_examples=25, deadline=None)
@given(commands=trade)
def test_a_replay_into_a_fresh_database_equals_the_live_one(
    tmp_path_factory: pytest.TempPathFactory, commands: list[Command]
) -> None:
    where = tmp_path_factory.mktemp("trade")
    hub = Engine(Folder(where / "live"), ORIGIN, (manifest,), OwnClock())
    for command in commands:
        hub.bus.dispatch(command, SYSTEM)
        hub.bus.dispatch(command, SYSTEM)  # everybody retries
    tables = tables_of(hub.manifests, "projected")
    with hub.readers.session() as live:
        expected = dump(live, tables)
    fresh = fresh_session(hub, where / "fresh.db")
    with hub.readers.session() as live:
        replay(live, fresh, Projector(hub.manifests), hub.types)
    hub.close()
    assert dump(fresh, tables) == expected


def fresh_session(hub: Engine, path: Path) -> Session:
    from hub.kernel.db import connect

    connection = connect(path, bytes(32))
    prepare_schema(connection, hub.manifests, hub.types)
    return Session(connection.cursor(), "sqlite")


@pytest.fixture
def stopped(open_hub: OpenHub) -> Engine:
    hub = open_hub()
    for beans in (1, 2, 3):
        hub.bus.dispatch(Fill(command_id=new_id(), jar_id="a", beans=beans), SYSTEM)
    hub.close()
    return hub


def rebuild(hub: Engine, session: Session) -> tuple[int, tuple[str, ...]]:
    tables = tables_of(hub.manifests, "projected")
    rebuilt = rebuild_in_place(session, session, tables, Projector(hub.manifests), hub.types)
    return rebuilt.events, rebuilt.different


def test_a_table_that_was_tampered_with_is_named_and_put_right(stopped: Engine, folder: Folder) -> None:
    connection = open_for_repair(folder)
    session = Session(connection.cursor(), "sqlite")
    right = dump(session, [jars])
    connection.execute("UPDATE jars SET beans = beans + 1")
    assert rebuild(stopped, session) == (3, ("jars",))
    assert dump(session, [jars]) == right
    assert rebuild(stopped, session) == (3, ())


def test_a_rebuild_that_fails_changes_nothing(
    stopped: Engine, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = open_for_repair(folder)
    session = Session(connection.cursor(), "sqlite")
    right = dump(session, [jars])

    def bug(_self: Projector, _session: Session, _records: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Projector, "apply", bug)
    with pytest.raises(ZeroDivisionError):
        rebuild(stopped, session)
    assert not connection.in_transaction
    assert dump(session, [jars]) == right


def test_a_rebuild_leaves_the_journal_and_local_tables_alone(stopped: Engine, folder: Folder) -> None:
    session = Session(open_for_repair(folder).cursor(), "sqlite")
    kept = tables_of(stopped.manifests, "local")
    before, head = dump(session, kept), read_head(session)
    rebuild(stopped, session)
    assert (dump(session, kept), read_head(session)) == (before, head)


def test_progress_is_told(stopped: Engine, folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.kernel.rebuild._PAGE", 2)
    session = Session(open_for_repair(folder).cursor(), "sqlite")
    told: list[tuple[int, int]] = []
    tables = tables_of(stopped.manifests, "projected")
    projector = Projector(stopped.manifests)
    rebuild_in_place(
        session, session, tables, projector, stopped.types, lambda done, whole: told.append((done, whole))
    )
    assert told == [(2, 3), (3, 3)]
