"""Start-up: create what is missing, rebuild what changed, refuse what is newer, open once."""

from pathlib import Path

import pytest

from hub import migrations
from hub.kernel.context import SYSTEM
from hub.kernel.db import connect
from hub.kernel.dump import dump
from hub.kernel.engine import Engine, Folder, open_for_repair
from hub.kernel.errors import Refused
from hub.kernel.ids import new_id
from hub.kernel.journal import Record
from hub.kernel.ledger import Origin
from hub.kernel.migrate import revision_of
from hub.kernel.module import Manifest, Rows
from hub.kernel.sql import Kept, Session, Value, upsert
from hub.kernel.tables import integer, projected, text
from tests.kernel import jars
from tests.kernel.conftest import OpenHub
from tests.kernel.jars import Fill, Filled, jar_of
from tests.kernel.toys import toy


def shelves_manifest(*extra: str) -> Manifest:
    """A second module that projects jars onto shelves; `extra` columns count the fillings."""
    table = toy(
        projected("shelves", "store", text("jar_id"), integer("beans"), *map(integer, extra), key=("jar_id",))
    )
    save: Kept = upsert(table, add=("beans", *extra))

    def filled(record: Record[Filled]) -> Rows:
        event = record.event
        row: dict[str, Value] = {"store_id": record.store_id, "jar_id": event.jar_id, "beans": event.beans}
        yield save, {**row, **dict.fromkeys(extra, 1)}

    return Manifest("shelves", "tests.kernel", projections={Filled: filled}, tables=(table,))


def fill(hub: Engine, *jar_ids: str) -> None:
    for jar_id in jar_ids:
        assert hub.bus.dispatch(Fill(command_id=new_id(), jar_id=jar_id, beans=2), SYSTEM).refusal is None


def rows_of(hub: Engine, manifest: Manifest) -> list[str]:
    with hub.readers.session() as session:
        return dump(session, manifest.tables)["shelves"]


def test_a_projected_table_that_changed_is_rebuilt_from_the_journal(open_hub: OpenHub) -> None:
    hub = open_hub(jars.manifest, shelves_manifest())
    fill(hub, "a", "b", "a")
    hub.close()
    changed = shelves_manifest("fillings")
    hub = open_hub(jars.manifest, changed)
    assert rows_of(hub, changed) == [
        '{"beans": 4, "fillings": 2, "jar_id": "a", "store_id": "S001"}',
        '{"beans": 2, "fillings": 1, "jar_id": "b", "store_id": "S001"}',
    ]
    fill(hub, "a")
    assert '"fillings": 3' in rows_of(hub, changed)[0]


def test_a_table_of_a_new_module_holds_the_past(open_hub: OpenHub) -> None:
    hub = open_hub()
    fill(hub, "a")
    hub.close()
    manifest = shelves_manifest()
    assert len(rows_of(open_hub(jars.manifest, manifest), manifest)) == 1


def test_a_table_that_was_not_kept_for_a_while_is_rebuilt(open_hub: OpenHub) -> None:
    manifest = shelves_manifest()
    for manifests, jar_id in (((jars.manifest, manifest), "a"), ((jars.manifest,), "b")):
        hub = open_hub(*manifests)
        fill(hub, jar_id)
        hub.close()
    assert len(rows_of(open_hub(jars.manifest, manifest), manifest)) == 2


def test_an_unchanged_table_is_left_alone(open_hub: OpenHub, folder: Folder) -> None:
    hub = open_hub()
    fill(hub, "a")
    hub.close()
    connection = open_for_repair(folder)
    connection.execute("UPDATE jars SET beans = 77")
    connection.close()
    jar = open_hub().readers.first(jar_of, store_id="S001", jar_id="a")
    assert jar is not None
    assert jar.beans == 77


def test_a_rebuild_that_fails_leaves_the_database_as_it_was(open_hub: OpenHub, folder: Folder) -> None:
    hub = open_hub(jars.manifest, shelves_manifest())
    fill(hub, "a")
    hub.close()
    broken = shelves_manifest("fillings")

    def bug(_record: Record[Filled]) -> Rows:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        open_hub(jars.manifest, Manifest("shelves", "tests", projections={Filled: bug}, tables=broken.tables))
    with_rows = open_for_repair(folder)
    assert with_rows.execute("SELECT beans FROM shelves").fetchall() == [(2,)]
    with_rows.close()
    again = shelves_manifest()
    assert len(rows_of(open_hub(jars.manifest, again), again)) == 1


def test_a_new_database_is_stamped_with_the_newest_revision(open_hub: OpenHub, folder: Folder) -> None:
    open_hub().close()
    connection = open_for_repair(folder)
    assert revision_of(connection) == migrations.HEAD
    connection.close()


def test_a_newer_schema_is_refused_and_untouched(open_hub: OpenHub, folder: Folder) -> None:
    hub = open_hub()
    fill(hub, "a")
    hub.close()
    connection = open_for_repair(folder)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Refused) as refused:
        open_hub()
    assert refused.value.refusal.code == "schema.newer"
    assert refused.value.refusal.facts == {"found": "9999", "known": migrations.HEAD}
    assert connection.execute("SELECT count(*) FROM journal").fetchone() == (1,)
    connection.execute("UPDATE alembic_version SET version_num = ?", (migrations.HEAD,))
    connection.close()
    fill(open_hub(), "a")


ADDED, RENAMED = ("ADD more TEXT", "DROP more"), ("RENAME shape TO form", "RENAME form TO shape")


@pytest.mark.parametrize(("change", "back"), [ADDED, RENAMED])
def test_a_kept_table_of_another_build_is_refused_and_untouched(
    open_hub: OpenHub, folder: Folder, change: str, back: str
) -> None:
    hub = open_hub()
    fill(hub, "a")
    hub.close()
    connection = open_for_repair(folder)
    connection.execute(f"ALTER TABLE table_shapes {change}")
    schema = "SELECT sql FROM sqlite_master ORDER BY name"
    as_it_was = connection.execute(schema).fetchall()
    with pytest.raises(Refused) as refused:
        open_hub(jars.manifest, shelves_manifest())
    refusal = refused.value.refusal
    assert (refusal.code, refusal.facts) == ("schema.changed", {"table": "table_shapes"})
    assert connection.execute(schema).fetchall() == as_it_was
    connection.execute(f"ALTER TABLE table_shapes {back}")
    connection.close()
    fill(open_hub(), "a")


def test_an_event_of_another_build_is_refused_by_its_number(open_hub: OpenHub, folder: Folder) -> None:
    hub = open_hub()
    fill(hub, "a", "b")
    hub.close()
    connection = open_for_repair(folder)
    (body,) = connection.execute("SELECT body FROM journal WHERE seq = 2").fetchone()
    changed = body.replace(b'"beans":2', b'"beans":"two"')
    assert changed != body
    connection.execute("UPDATE journal SET body = ? WHERE seq = 2", (changed,))
    with pytest.raises(Refused) as refused:
        open_hub(jars.manifest, shelves_manifest())
    assert refused.value.refusal.code == "journal.event_unreadable"
    assert refused.value.refusal.facts["seq"] == 2
    assert connection.execute("SELECT count(*) FROM jars").fetchone() == (2,)
    connection.close()


def test_a_second_opener_is_refused_until_the_first_has_closed(open_hub: OpenHub) -> None:
    first = open_hub()
    with pytest.raises(Refused, match=r"hub\.already_running"):
        open_hub()
    fill(first, "a")
    first.close()
    fill(open_hub(), "a")


def test_a_wrong_damaged_or_missing_key_is_said_to_be_that(open_hub: OpenHub, folder: Folder) -> None:
    open_hub().close()
    right = folder.key.read_bytes()
    for content, code in ((bytes(32), "key.wrong"), (b"", "key.damaged")):
        folder.key.write_bytes(content)
        with pytest.raises(Refused, match=code.replace(".", r"\.")):
            open_hub()
    folder.key.unlink()
    with pytest.raises(Refused, match=r"key\.missing"):
        open_hub()
    assert not folder.key.exists()  # a new one would make the old database unreadable for good
    folder.key.write_bytes(right)
    open_hub()


def test_a_life_earlier_than_the_journal_s_is_refused(open_hub: OpenHub) -> None:
    hub = open_hub(origin=Origin("hub-1", "S001", epoch=2))
    fill(hub, "a")
    hub.close()
    with pytest.raises(Refused, match=r"origin\.epoch_behind"):
        open_hub(origin=Origin("hub-1", "S001", epoch=1))


def test_the_folder_is_its_owner_s_alone(open_hub: OpenHub, folder: Folder) -> None:
    open_hub().close()
    assert folder.path.stat().st_mode & 0o777 == 0o700
    assert sorted(file.name for file in folder.path.iterdir()) == [
        "artifacts", "hub.db", "hub.key", "hub.lock", "keys.db"
    ]  # fmt: skip


def test_nothing_of_the_database_is_in_the_clear(open_hub: OpenHub, folder: Folder, tmp_path: Path) -> None:
    hub = open_hub()
    fill(hub, "a-jar-of-some-importance")
    files = [file for file in folder.path.rglob("*") if file.is_file()]
    assert any(file.name == "hub.db-wal" for file in files)
    assert not any(b"a-jar-of-some-importance" in file.read_bytes() for file in files)
    session = Session(connect(folder.database, folder.key.read_bytes()).cursor(), "sqlite")
    assert session.first(jar_of, store_id="S001", jar_id="a-jar-of-some-importance") is not None
