"""Migrations and declarations agree; a migration is whole or not at all; alembic stays away when idle."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hub import migrations
from hub.app.wiring import ROOMS
from hub.kernel.context import SYSTEM
from hub.kernel.db import DatabaseError, connect
from hub.kernel.engine import Engine, Folder, open_for_repair
from hub.kernel.ids import new_id
from hub.kernel.migrate import revision_of, upgrade
from hub.kernel.schema import kept_tables
from tests.kernel.conftest import NOW_MS, ORIGIN, OpenHub, OwnClock
from tests.kernel.jars import Fill

ROOT = Path(__file__).resolve().parents[2]
SECOND = """
from hub.migrations.columns import create, integer
revision = "0002"
down_revision = "0001"

def upgrade() -> None:
    create("lids", integer("n"), key=("n",))
    {then}
"""
IDLE = """
import sys
from pathlib import Path
from hub.kernel.engine import Engine, Folder
from tests.kernel.conftest import ORIGIN, OwnClock
from tests.kernel.jars import manifest
Engine(Folder(Path(sys.argv[1])), ORIGIN, (manifest,), OwnClock()).close()
print([name for name in sys.modules if name.startswith("alembic")])
"""


def shape_of(connection: Any, tables: list[str]) -> dict[str, object]:
    """What SQLite itself says of tables: columns, keys, strictness, indexes and their columns."""
    shapes: dict[str, object] = {}
    for table in tables:
        indexes = connection.execute(f"PRAGMA index_list('{table}')").fetchall()
        shapes[table] = (
            sorted(connection.execute(f"PRAGMA table_xinfo('{table}')").fetchall(), key=lambda row: row[1]),
            connection.execute(f"PRAGMA table_list('{table}')").fetchone()[4:],
            {
                row[1]: (row[2], connection.execute(f"PRAGMA index_xinfo('{row[1]}')").fetchall())
                for row in indexes
                if row[3] == "c"
            },
        )
    return shapes


def test_migrations_make_what_the_rooms_declare(tmp_path: Path) -> None:
    """When this fails: `python -m tools.migration` says what is missing."""
    hub = Engine(Folder(tmp_path / "declared"), ORIGIN, ROOMS, OwnClock(NOW_MS))
    hub.close()
    names = [table.name for table in kept_tables(hub.manifests)]
    declared = open_for_repair(Folder(tmp_path / "declared"))
    upgrade(tmp_path / "migrated.db", bytes(32), None)
    migrated = connect(tmp_path / "migrated.db", bytes(32))
    assert shape_of(migrated, names) == shape_of(declared, names)
    made = {row[0] for row in migrated.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert made == {*names, "alembic_version"}
    assert revision_of(migrated) == revision_of(declared) == migrations.HEAD


def test_a_database_made_by_migrations_is_sold_from(open_hub: OpenHub, folder: Folder) -> None:
    folder.path.mkdir()
    folder.key.write_bytes(bytes(32))
    upgrade(folder.database, bytes(32), None)
    hub = open_hub()
    assert hub.bus.dispatch(Fill(command_id=new_id(), jar_id="a", beans=1), SYSTEM).first_seq == 1


def with_second(tmp_path: Path, then: str) -> str:
    """A later release's migrations: ours, and one more."""
    location = tmp_path / "migrations"
    shutil.copytree(ROOT / "hub/migrations", location, ignore=shutil.ignore_patterns("__pycache__"))
    (location / "versions/0002_lids.py").write_text(SECOND.format(then=then))
    return str(location)


def test_an_older_database_is_brought_forward_with_all_it_holds(
    open_hub: OpenHub, folder: Folder, tmp_path: Path
) -> None:
    hub = open_hub()
    hub.bus.dispatch(Fill(command_id=new_id(), jar_id="a", beans=1), SYSTEM)
    hub.close()
    upgrade(folder.database, folder.key.read_bytes(), "0001", with_second(tmp_path, "pass"))
    connection = open_for_repair(folder)
    assert revision_of(connection) == "0002"
    assert connection.execute("SELECT count(*) FROM lids").fetchone() == (0,)
    assert connection.execute("SELECT count(*) FROM journal").fetchone() == (1,)
    connection.close()


def test_a_migration_that_fails_leaves_nothing_behind(
    open_hub: OpenHub, folder: Folder, tmp_path: Path
) -> None:
    open_hub().close()
    location = with_second(tmp_path, "raise ZeroDivisionError")
    with pytest.raises(ZeroDivisionError):
        upgrade(folder.database, folder.key.read_bytes(), "0001", location)
    connection = open_for_repair(folder)
    assert revision_of(connection) == "0001"
    with pytest.raises(DatabaseError, match="no such table"):
        connection.execute("SELECT * FROM lids")
    connection.close()


def test_alembic_is_not_even_imported_when_there_is_nothing_to_do(tmp_path: Path) -> None:
    for _ in range(2):  # a new database, then one that is there
        program = [sys.executable, "-c", IDLE, str(tmp_path / "hub")]
        done = subprocess.run(program, cwd=ROOT, check=True, capture_output=True, text=True, timeout=60)
        assert done.stdout.strip() == "[]"
