"""Start-up's look at the schema: migrate what must be kept, rebuild what can be, refuse what is newer."""

import hashlib
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Table, bindparam, delete, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from hub.kernel.db import blank
from hub.kernel.errors import Refused
from hub.kernel.journal import EventTypes, journal
from hub.kernel.messages import View
from hub.kernel.migrate import stamp
from hub.kernel.module import Manifest
from hub.kernel.projections import Projector
from hub.kernel.rebuild import Progress, no_progress, replay
from hub.kernel.sql import Kept, Query, Session, upsert
from hub.kernel.tables import local, text

_DIALECT = sqlite.dialect()

table_shapes = local("table_shapes", text("name"), text("shape"), key=("name",))
_keep_shape = upsert(table_shapes, replace=("shape",))
_forget_shape = Kept(delete(table_shapes).where(table_shapes.c.name == bindparam("of_name")))


class Shape(View, frozen=True):
    """A table as it was created: the hash of its definition."""

    name: str
    shape: str


_shapes = Query(select(*table_shapes.c), Shape)


def tables_of(manifests: Iterable[Manifest], kind: str) -> list[Table]:
    """The modules' tables of a kind, in the order of their names."""
    tables = {table.name: table for manifest in manifests for table in manifest.tables}
    return [table for _, table in sorted(tables.items()) if table.info.get("kind") == kind]


def definition(table: Table) -> list[str]:
    """The statements that create a table and its indexes on SQLite."""
    statements = [str(CreateTable(table).compile(dialect=_DIALECT)).strip()]
    indexes = sorted(table.indexes, key=lambda index: str(index.name))
    return statements + [str(CreateIndex(index).compile(dialect=_DIALECT)) for index in indexes]


def kept_tables(manifests: Iterable[Manifest]) -> list[Table]:
    """The tables that migrations look after: no rebuild can bring them back."""
    manifests = tuple(manifests)
    return [journal, table_shapes, *tables_of(manifests, "local"), *tables_of(manifests, "artifact")]


def prepare_schema(
    connection: Any, manifests: Iterable[Manifest], types: EventTypes, progress: Progress = no_progress
) -> None:
    """Create what is missing; rebuild projected tables whose definition changed since they were made.

    In one transaction: whatever interrupts it, the next start finds the database as it was. Raises Refused
    `schema.changed` for a kept table of another build, `journal.event_unreadable` for such an event.
    """
    manifests = tuple(manifests)
    session = Session(connection.cursor(), "sqlite")
    session.cursor.execute("BEGIN IMMEDIATE")
    try:
        _prepare(connection, session, manifests, types, progress)
    except BaseException:
        if connection.in_transaction:
            session.cursor.execute("ROLLBACK")
        raise
    session.cursor.execute("COMMIT")


def _prepare(
    connection: Any, session: Session, manifests: tuple[Manifest, ...], types: EventTypes, progress: Progress
) -> None:
    present = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    kept = kept_tables(manifests)
    _refuse_changed(connection, [table for table in kept if table.name in present])
    for table in kept:
        if table.name not in present:
            _create(session, table)
    if "alembic_version" not in present:
        stamp(connection)
    projected = {table.name: table for table in tables_of(manifests, "projected")}
    known = {shape.name: shape.shape for shape in session.all(_shapes)}
    # A table that nobody declares now will have missed events if it ever comes back.
    for name in known.keys() - projected.keys():
        session.write(_forget_shape, [{"of_name": name}])
    if any(known.get(name) != _shape(table) for name, table in projected.items()):
        _rebuild(session, list(projected.values()), present, Projector(manifests), types, progress)


def _refuse_changed(connection: Any, tables: list[Table]) -> None:
    """A kept table that is not as declared is of another build, and would fail in the midst of a sale."""
    declared = blank()
    try:
        for table in tables:
            declared.execute(definition(table)[0])
            if _columns(connection, table.name) != _columns(declared, table.name):
                raise Refused("schema.changed", 500, table=table.name)
    finally:
        declared.close()


def _columns(connection: Any, table: str) -> dict[str, tuple[str, int, int]]:
    """Type, NOT NULL and place in the key of each column."""
    rows = connection.execute(f"PRAGMA table_info('{table}')").fetchall()
    return {name: (kind, not_null, in_key) for _, name, kind, not_null, _, in_key in rows}


def _create(session: Session, table: Table) -> None:
    for statement in definition(table):
        session.cursor.execute(statement)


def _rebuild(
    session: Session,
    tables: list[Table],
    present: set[str],
    projector: Projector,
    types: EventTypes,
    progress: Progress,
) -> None:
    for table in tables:
        if table.name in present:
            session.cursor.execute(f'DROP TABLE "{table.name}"')
        _create(session, table)
        session.write(_keep_shape, [{"name": table.name, "shape": _shape(table)}])
    replay(session, session, projector, types, progress)


def _shape(table: Table) -> str:
    return hashlib.sha256("\n".join(definition(table)).encode()).hexdigest()
