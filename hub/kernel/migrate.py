"""Brings an older database to this version's schema, and refuses a newer one.

alembic takes a third of a second to import, so a hub whose schema is right never does.
"""

from pathlib import Path
from typing import Any

from hub import migrations
from hub.kernel.db import engine_of
from hub.kernel.errors import Refused

FIRST = "0001"
_VERSION_TABLE = """CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
)"""


def stamp(connection: Any, revision: str = migrations.HEAD) -> None:
    """Write down which revision a database created as a whole is at."""
    connection.execute(_VERSION_TABLE)
    connection.execute("INSERT INTO alembic_version VALUES (?)", (revision,))


def revision_of(connection: Any) -> str | None:
    """The revision that a database is at; None for one that is empty."""
    names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "alembic_version" not in names:
        return FIRST if "journal" in names else None
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return None if row is None else str(row[0])


def migrate(connection: Any, path: Path, key: bytes) -> None:
    """Upgrade a database that is behind; leave an empty one alone. Raises Refused `schema.newer`."""
    revision = revision_of(connection)
    if revision not in (None, migrations.HEAD):
        upgrade(path, key, str(revision))


def upgrade(path: Path, key: bytes, revision: str | None, location: str = migrations.LOCATION) -> None:
    """Run every migration after `revision`, all in one transaction. Raises Refused `schema.newer`."""
    from alembic import command  # noqa: PLC0415 (only when there is something to migrate)
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415
    from sqlalchemy import event  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", location)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        raise Refused("schema.newer", 500, found=revision, known=migrations.HEAD)
    engine = engine_of(path, key)
    # The connection begins nothing by itself; without this a power cut could leave half a migration.
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    engine.dispose()
