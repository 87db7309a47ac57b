"""The canonical dump: rows in the order of their key, told apart by one value."""

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import MetaData, PrimaryKeyConstraint, Table

from hub.kernel.db import connect
from hub.kernel.dump import digests, dump, dump_table
from hub.kernel.engine import Folder
from hub.kernel.schema import definition
from hub.kernel.sql import Row, Session, insert_into
from hub.kernel.tables import blob, integer, text

shelf = Table(
    "shelf",
    MetaData(),
    text("store_id"),
    text("name"),
    integer("level"),
    integer("beans", nullable=True),
    blob("label", nullable=True),
    PrimaryKeyConstraint("store_id", "name", "level"),
    sqlite_strict=True,
)
put = insert_into(shelf)


@pytest.fixture
def session(folder: Folder) -> Iterator[Session]:
    folder.path.mkdir()
    connection = connect(folder.database, bytes(32))
    connection.execute(definition(shelf)[0])
    yield Session(connection.cursor(), "sqlite")
    connection.close()


def row(name: str, level: int = 1, beans: int | None = 2, store_id: str = "S001") -> Row:
    return {"store_id": store_id, "name": name, "level": level, "beans": beans, "label": b"\x00\xff"}


def test_a_row_is_a_line_of_json(session: Session) -> None:
    session.write(put, [row("豆子", beans=None)])
    assert list(dump_table(session, shelf)) == [
        '{"beans": null, "label": "00ff", "level": 1, "name": "豆子", "store_id": "S001"}'
    ]


def test_rows_stand_in_the_order_of_their_key_whatever_came_first(session: Session) -> None:
    names = ["b", "B", "a", "豆", "é", "", "aa"]
    session.write(put, [row(name, level) for name in names for level in (10, 9)])
    found = [(line["name"], line["level"]) for line in map(json.loads, dump_table(session, shelf))]
    assert found == sorted(found, key=lambda key: (key[0].encode(), key[1]))


def test_one_store_alone(session: Session) -> None:
    session.write(put, [row("a"), row("a", store_id="S002")])
    assert len(dump(session, [shelf])["shelf"]) == 2
    assert len(dump(session, [shelf], "S002")["shelf"]) == 1
    assert digests(session, [shelf], "S001") != digests(session, [shelf], "S002")


def test_the_digest_tells_one_value_and_one_row(session: Session) -> None:
    seen = [digests(session, [shelf])["shelf"]]
    session.write(put, [row("a"), row("b")])
    seen.append(digests(session, [shelf])["shelf"])
    for change in (
        "UPDATE shelf SET beans = 3",
        "UPDATE shelf SET beans = NULL",
        "DELETE FROM shelf LIMIT 1",
    ):
        session.cursor.execute(change)
        seen.append(digests(session, [shelf])["shelf"])
    assert len(set(seen)) == len(seen)
    session.cursor.execute("DELETE FROM shelf")
    assert digests(session, [shelf])["shelf"] == seen[0]
