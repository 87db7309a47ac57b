"""Start-up's look at the schema: migrate what must be kept, rebuild what can be, refuse what is newer."""

import hashlib
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from hub.kernel.journal import EventTypes, journal
from hub.kernel.messages import View
from hub.kernel.module import Manifest
from hub.kernel.projections import Projector
from hub.kernel.rebuild import replay
from hub.kernel.sql import Query, Session, upsert
from hub.kernel.tables import local, text

_DIALECT = sqlite.dialect()

table_shapes = local("table_shapes", text("name"), text("shape"), key=("name",))
_keep_shape = upsert(table_shapes, replace=("shape",))


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


def prepare_schema(connection: Any, manifests: Iterable[Manifest], types: EventTypes) -> None:
    """Create what is missing; rebuild projected tables whose definition changed since they were made."""
    manifests = tuple(manifests)
    session = Session(connection.cursor(), "sqlite")
    present = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    session.cursor.execute("BEGIN IMMEDIATE")
    kept = [journal, table_shapes, *tables_of(manifests, "local"), *tables_of(manifests, "artifact")]
    for table in kept:
        if table.name not in present:
            _create(session, table)
    projected = tables_of(manifests, "projected")
    known = {shape.name: shape.shape for shape in session.all(_shapes)}
    stale = [table for table in projected if known.get(table.name) != _shape(table)]
    if stale:
        _rebuild(session, projected, present, manifests, types)
    session.cursor.execute("COMMIT")


def _create(session: Session, table: Table) -> None:
    for statement in definition(table):
        session.cursor.execute(statement)


def _rebuild(
    session: Session,
    tables: list[Table],
    present: set[str],
    manifests: tuple[Manifest, ...],
    types: EventTypes,
) -> None:
    for table in tables:
        if table.name in present:
            session.cursor.execute(f'DROP TABLE "{table.name}"')
        _create(session, table)
        session.write(_keep_shape, [{"name": table.name, "shape": _shape(table)}])
    replay(session, session, Projector(manifests), types)


def _shape(table: Table) -> str:
    return hashlib.sha256("\n".join(definition(table)).encode()).hexdigest()
