"""The canonical dump: one way to say what tables hold, the same on SQLite and PostgreSQL."""

import hashlib
import json
from collections.abc import Iterable, Iterator

from sqlalchemy import Table, bindparam, select

from hub.kernel.sql import Kept, Session, Value


def dump_table(session: Session, table: Table, scope_id: str | None = None) -> Iterator[str]:
    """Each row as a line of JSON in the order of the key; only one store's when `scope_id` is given."""
    statement = select(*table.c).order_by(*table.primary_key.columns)
    parameters: dict[str, Value] = {}
    if scope_id is not None:
        scope_column = next(iter(table.primary_key.columns))
        statement = statement.where(scope_column == bindparam("scope"))
        parameters = {"scope": scope_id}
    rendered = Kept(statement).rendered(session.dialect)
    session.cursor.execute(rendered.sql, rendered.parameters(parameters))
    names = [column.name for column in table.c]
    while (row := session.cursor.fetchone()) is not None:
        yield json.dumps(dict(zip(names, map(_plain, row), strict=True)), ensure_ascii=False, sort_keys=True)


def dump(session: Session, tables: Iterable[Table], scope_id: str | None = None) -> dict[str, list[str]]:
    """Every table's lines by name: for small databases, where a difference should be read."""
    return {table.name: list(dump_table(session, table, scope_id)) for table in tables}


def digests(session: Session, tables: Iterable[Table], scope_id: str | None = None) -> dict[str, str]:
    """A SHA-256 of each table's lines by name: for databases of any size."""
    found = {}
    for table in tables:
        sha = hashlib.sha256()
        for line in dump_table(session, table, scope_id):
            sha.update(line.encode() + b"\n")
        found[table.name] = sha.hexdigest()
    return found


def _plain(value: object) -> object:
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else value
