"""Kept statements: rendered for both databases, run on the one at hand."""

import pytest
from sqlalchemy import MetaData, Table, bindparam, select, update

from hub.kernel.context import SYSTEM
from hub.kernel.db import DatabaseError
from hub.kernel.engine import Engine, Folder, open_for_repair
from hub.kernel.ids import new_id
from hub.kernel.schema import definition
from hub.kernel.sql import Kept, Query, Session, insert_into, upsert
from hub.kernel.tables import of_kind, text
from tests.kernel.conftest import OpenHub
from tests.kernel.jars import Fill, Jar, drops, jar_of, jars

notes_of = Table("notes_of", MetaData(), text("jar_id"), text("note", nullable=True))
add_beans = upsert(jars, add=("beans",))
replace_beans = upsert(jars, replace=("beans",))
keep_beans = upsert(jars, keep=True)


@pytest.fixture
def session(open_hub: OpenHub, folder: Folder) -> Session:
    open_hub().close()
    return Session(open_for_repair(folder).cursor(), "sqlite")


def row(beans: int) -> dict[str, str | int]:
    return {"store_id": "S001", "jar_id": "a", "beans": beans}


def beans_of(session: Session) -> int:
    jar = session.first(jar_of, store_id="S001", jar_id="a")
    assert jar is not None
    return jar.beans


def test_an_upsert_adds_replaces_or_keeps(session: Session) -> None:
    session.write(add_beans, [row(3), row(4)])
    assert beans_of(session) == 7
    session.write(replace_beans, [row(5)])
    assert beans_of(session) == 5
    session.write(keep_beans, [row(9)])
    assert beans_of(session) == 5


def test_rows_of_several_statements_are_written_in_their_order(session: Session) -> None:
    writes = [(add_beans, row(1)), (add_beans, row(1)), (replace_beans, row(10)), (add_beans, row(2))]
    session.write_all(writes)
    assert beans_of(session) == 12


@pytest.mark.parametrize(("dialect", "place"), [("sqlite", "?"), ("postgresql", "%s")])
def test_a_statement_is_rendered_in_each_dialect_with_its_parameters_in_order(
    dialect: str, place: str
) -> None:
    rendered = add_beans.rendered(dialect)
    assert rendered.sql.count(place) == 3
    assert "ON CONFLICT (store_id, jar_id) DO UPDATE" in rendered.sql
    assert rendered.parameters({"beans": 2, "jar_id": "a", "store_id": "S001"}) == ("S001", "a", 2)
    assert add_beans.rendered(dialect) is rendered


def test_a_row_that_leaves_a_column_out_is_an_error(session: Session) -> None:
    with pytest.raises(KeyError, match="beans"):
        session.write(add_beans, [{"store_id": "S001", "jar_id": "a"}])


def test_a_literal_in_a_statement_stays_a_default() -> None:
    empty = Kept(update(jars).where(jars.c.jar_id == bindparam("of_jar")).values(beans=0))
    rendered = empty.rendered("sqlite")
    assert rendered.parameters({"of_jar": "a"}) == (0, "a")


def test_a_literal_null_is_one_too_and_a_name_is_not() -> None:
    blank = Kept(update(notes_of).where(notes_of.c.jar_id == bindparam("of_jar")).values(note=None))
    for dialect in ("sqlite", "postgresql"):
        assert blank.rendered(dialect).parameters({"of_jar": "a"}) == (None, "a")
        with pytest.raises(KeyError, match="of_jar"):
            blank.rendered(dialect).parameters({})


def test_a_statement_that_would_be_rendered_at_every_call_is_refused() -> None:
    with pytest.raises(ValueError, match="IN list"):
        Query(select(jars.c.jar_id, jars.c.beans).where(jars.c.jar_id.in_(["a"])), Jar).rendered("sqlite")


def test_a_strict_table_takes_no_text_for_a_number(session: Session) -> None:
    with pytest.raises(DatabaseError, match="cannot store TEXT"):
        session.write(insert_into(drops), [{"store_id": "S001", "seq": 1, "jar_id": "a", "beans": "many"}])


def test_every_table_is_strict_and_its_numbers_are_integers() -> None:
    for table in [*of_kind("projected"), *of_kind("local"), *of_kind("artifact")]:
        create = definition(table)[0]
        assert create.endswith("STRICT"), create
        assert "BIGINT" not in create


def test_a_projected_table_s_key_begins_with_its_scope() -> None:
    for table in of_kind("projected"):
        first = next(iter(table.primary_key.columns)).name
        assert first == f"{table.info['scope']}_id"


def test_a_reader_given_back_in_mid_select_sees_the_next_commit(hub: Engine) -> None:
    for jar_id in ("a", "b"):
        hub.bus.dispatch(Fill(command_id=new_id(), jar_id=jar_id, beans=1), SYSTEM)
    every_jar = Query(select(jars.c.jar_id, jars.c.beans).order_by(jars.c.jar_id), Jar)
    kept = []
    for _ in range(8):  # each reader of the pool, twice
        with hub.readers.session() as session:
            assert session.first(every_jar) is not None
            kept.append(session)
    hub.bus.dispatch(Fill(command_id=new_id(), jar_id="a", beans=1), SYSTEM)
    for _ in range(8):
        with hub.readers.session() as session:
            first = session.first(every_jar)
            assert first is not None
            assert first.beans == 2


def test_a_snapshot_stays_where_it_began(hub: Engine) -> None:
    with hub.readers.snapshot() as session:
        assert session.first(jar_of, store_id="S001", jar_id="a") is None
        hub.bus.dispatch(Fill(command_id=new_id(), jar_id="a", beans=1), SYSTEM)
        assert session.first(jar_of, store_id="S001", jar_id="a") is None
    assert hub.readers.first(jar_of, store_id="S001", jar_id="a") == Jar("a", 1)


def test_readers_cannot_write(hub: Engine) -> None:
    with hub.readers.session() as session, pytest.raises(DatabaseError, match="readonly"):
        session.write(add_beans, [row(1)])


def test_a_query_keeps_its_constants_in_its_text(session: Session) -> None:
    columns = (jars.c.jar_id, jars.c.beans)
    statement = select(*columns).where(jars.c.jar_id != "it's 100%", jars.c.beans > bindparam("beans"))
    query = Query(statement.limit(1), Jar)
    assert "!= 'it''s 100%'" in query.rendered("sqlite").sql
    assert "LIMIT 1" in query.rendered("sqlite").sql
    assert "!= 'it''s 100%%'" in query.rendered("postgresql").sql
    assert query.rendered("postgresql").parameters({"beans": 2}) == (2,)
    session.write(add_beans, [row(3)])
    assert session.all(query, beans=2)
    assert not session.all(query, beans=3)
