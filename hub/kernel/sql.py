"""Kept statements: SQLAlchemy Core builds and renders them once a dialect, the DBAPI runs them.

Rendering a statement at each call costs more than running it, so nothing here is built in a hot path.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Generic, Protocol, TypeVar, cast

from sqlalchemy import BindParameter, ColumnElement, Select, Table, insert, literal_column
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.expression import Executable
from sqlalchemy.sql.visitors import replacement_traverse

from hub.kernel.messages import View

Value = str | int | bytes | None
Row = Mapping[str, Value]
V = TypeVar("V", bound=View)

_DIALECTS: dict[str, Dialect] = {
    "sqlite": sqlite.dialect(paramstyle="qmark"),
    "postgresql": psycopg.dialect(paramstyle="format"),  # type: ignore[no-untyped-call]
}


class Cursor(Protocol):
    """What the kernel needs of a DBAPI cursor."""

    def execute(self, sql: str, parameters: Sequence[Value] = ..., /) -> object: ...
    def executemany(self, sql: str, parameters: Sequence[Sequence[Value]], /) -> object: ...
    def fetchall(self) -> list[Any]: ...
    def fetchone(self) -> Any: ...
    @property
    def connection(self) -> Any: ...


class Rendered:
    """One statement in one dialect: its SQL and the order of its parameters."""

    __slots__ = ("_defaults", "_pick", "sql")

    def __init__(self, statement: Executable, dialect: str) -> None:
        compiled = statement.compile(dialect=_DIALECTS[dialect])  # type: ignore[attr-defined]
        self.sql = str(compiled)
        if "POSTCOMPILE" in self.sql:
            raise ValueError("a kept statement cannot expand an IN list")
        self._pick = _picker(tuple(compiled.positiontup or ()))
        self._defaults: dict[str, Value] = {
            name: value for name, value in compiled.params.items() if not compiled.binds[name].required
        }

    def parameters(self, row: Row) -> tuple[Value, ...]:
        """The row's values in the order of the statement. Raises KeyError for a name it does not fill."""
        return self._pick({**self._defaults, **row} if self._defaults else row)


def _picker(names: tuple[str, ...]) -> Callable[[Row], tuple[Value, ...]]:
    """Takes a row's values by these names; `itemgetter` does it in one step, but makes no tuple of one."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda row: tuple([row[name] for name in names])


class Kept:
    """A write statement kept for the life of the process; its rows are keyed by bind names."""

    __slots__ = ("_rendered", "_statements")

    def __init__(self, statement: Executable, postgresql: Executable | None = None) -> None:
        on_postgresql = statement if postgresql is None else postgresql
        self._statements = {"sqlite": statement, "postgresql": on_postgresql}
        self._rendered: dict[str, Rendered] = {}

    def rendered(self, dialect: str) -> Rendered:
        """The statement in a dialect, rendered at first use."""
        found = self._rendered.get(dialect)
        if found is None:
            found = self._rendered[dialect] = Rendered(self._statements[dialect], dialect)
        return found


def insert_into(table: Table) -> Kept:
    """A plain INSERT of every column."""
    return Kept(insert(table))


def upsert(
    table: Table, add: tuple[str, ...] = (), replace: tuple[str, ...] = (), keep: bool = False
) -> Kept:
    """INSERT a row of every column, or on its key change it: `add` sums, `replace` overwrites.

    With neither and `keep=True` an existing row is left as it is.
    """
    key = [column.name for column in table.primary_key.columns]

    def rendered_by(kind: Any) -> Executable:
        statement = kind(table)
        if keep:
            return statement.on_conflict_do_nothing(index_elements=key)  # type: ignore[no-any-return]
        changes = {name: table.c[name] + statement.excluded[name] for name in add}
        changes |= {name: statement.excluded[name] for name in replace}
        return statement.on_conflict_do_update(index_elements=key, set_=changes)  # type: ignore[no-any-return]

    return Kept(rendered_by(sqlite_insert), rendered_by(postgresql_insert))


def _constant(element: Any, **_options: Any) -> ColumnElement[Any] | None:
    """A constant as a query's text has it.

    SQLite prepares a query anew whenever its LIMIT or a partial index's condition is bound.
    """
    if not isinstance(element, BindParameter) or element.required or not isinstance(element.value, str | int):
        return None
    value = element.value
    text = str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"
    return literal_column(text, element.type)


class Query(Generic[V]):
    """A kept SELECT whose rows become views, column by column."""

    __slots__ = ("_kept", "view")

    def __init__(self, statement: Select[Any], view: type[V]) -> None:
        self._kept = Kept(cast("Select[Any]", replacement_traverse(statement, {}, _constant)))
        self.view = view

    def rendered(self, dialect: str) -> Rendered:
        """The query in a dialect, rendered at first use."""
        return self._kept.rendered(dialect)


class Reader(Protocol):
    """Read access: all that handlers, stores and pages get."""

    def all(self, query: Query[V], **parameters: Value) -> list[V]:
        """Every row of the query as views."""
        ...

    def first(self, query: Query[V], **parameters: Value) -> V | None:
        """The first row as a view, or None."""
        ...


class ReadOnly:
    """What a handler may do with the writer's session."""

    __slots__ = ("_session",)

    def __init__(self, session: "Session") -> None:
        self._session = session

    def all(self, query: Query[V], **parameters: Value) -> list[V]:
        """Every row of the query as views."""
        return self._session.all(query, **parameters)

    def first(self, query: Query[V], **parameters: Value) -> V | None:
        """The first row as a view, or None."""
        return self._session.first(query, **parameters)


class Session:
    """One DBAPI cursor and its dialect, speaking kept statements."""

    __slots__ = ("cursor", "dialect")

    def __init__(self, cursor: Cursor, dialect: str) -> None:
        self.cursor = cursor
        self.dialect = dialect

    def all(self, query: Query[V], **parameters: Value) -> list[V]:
        """Every row of the query as views."""
        rendered = query.rendered(self.dialect)
        self.cursor.execute(rendered.sql, rendered.parameters(parameters))
        view = query.view
        return [view(*row) for row in self.cursor.fetchall()]

    def first(self, query: Query[V], **parameters: Value) -> V | None:
        """The first row as a view, or None."""
        rendered = query.rendered(self.dialect)
        self.cursor.execute(rendered.sql, rendered.parameters(parameters))
        row = self.cursor.fetchone()
        return None if row is None else query.view(*row)

    def write(self, kept: Kept, rows: Sequence[Row]) -> None:
        """Run a write statement over rows, in their order."""
        rendered = kept.rendered(self.dialect)
        if len(rows) == 1:
            self.cursor.execute(rendered.sql, rendered.parameters(rows[0]))
        else:
            self.cursor.executemany(rendered.sql, [rendered.parameters(row) for row in rows])

    def write_all(self, writes: Iterable[tuple[Kept, Row]]) -> None:
        """Run writes in their order, consecutive rows of one statement as one batch."""
        current: Kept | None = None
        rows: list[Row] = []
        for kept, row in writes:
            if kept is not current:
                if current is not None:
                    self.write(current, rows)
                current, rows = kept, []
            rows.append(row)
        if current is not None:
            self.write(current, rows)
