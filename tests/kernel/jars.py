"""A module as small as a module can be: jars that beans go into, for the kernel's own tests."""

from typing import ClassVar

import msgspec
from sqlalchemy import bindparam, select

from hub.kernel.context import Context
from hub.kernel.decision import Decision
from hub.kernel.journal import Record
from hub.kernel.messages import Command, Event, View
from hub.kernel.module import CommandSpec, Durability, Manifest, Rows
from hub.kernel.sql import Kept, Query, insert_into, upsert
from hub.kernel.tables import integer, local, projected, text
from tests.kernel.toys import toy

jars = toy(projected("jars", "store", text("jar_id"), integer("beans"), key=("jar_id",)))
drops = toy(projected("drops", "store", integer("seq"), text("jar_id"), integer("beans"), key=("seq",)))
notes = toy(local("notes", text("note"), key=("note",)))
_fill: Kept = upsert(jars, add=("beans",))
_drop = insert_into(drops)
_note = upsert(notes, keep=True)


class Fill(Command, frozen=True, kw_only=True):
    jar_id: str
    beans: int
    pin: str = ""
    secret_fields: ClassVar[tuple[str, ...]] = ("pin",)


class Nudge(Command, frozen=True, kw_only=True):
    jar_id: str


class Explode(Command, frozen=True, kw_only=True):
    jar_id: str


class Filled(Event, frozen=True, kw_only=True, tag="jars.filled.v1"):
    subject_field: ClassVar[str] = "jar_id"
    jar_id: str
    beans: int


class Overfilled(Event, frozen=True, kw_only=True, tag="jars.overfilled.v1"):
    subject_field: ClassVar[str] = "jar_id"
    jar_id: str


class Jar(View, frozen=True):
    jar_id: str
    beans: int


class Level(msgspec.Struct, frozen=True):
    beans: int


CAPACITY = 1_000
jar_of = Query(
    select(jars.c.jar_id, jars.c.beans).where(
        jars.c.store_id == bindparam("store_id"), jars.c.jar_id == bindparam("jar_id")
    ),
    Jar,
)


def fill(command: Fill, context: Context) -> Decision:
    jar = context.read.first(jar_of, store_id=context.store_id, jar_id=command.jar_id)
    level = command.beans + (jar.beans if jar else 0)
    if level > CAPACITY:
        return Decision.of(Overfilled(jar_id=command.jar_id)) + Decision.refuse("jars.full", beans=level)
    if command.beans <= 0:
        return Decision.refuse("jars.nothing", 400)
    filled = Filled(jar_id=command.jar_id, beans=command.beans)
    return Decision.of(filled, answer=Level(level)) + Decision(local=((_note, {"note": command.jar_id}),))


def explode(_command: Explode, context: Context) -> Decision:
    raise ValueError("a bug")


def filled(record: Record[Filled]) -> Rows:
    event = record.event
    yield _fill, {"store_id": record.store_id, "jar_id": event.jar_id, "beans": event.beans}
    yield (
        _drop,
        {"store_id": record.store_id, "seq": record.seq, "jar_id": event.jar_id, "beans": event.beans},
    )


def nudge(command: Nudge, _context: Context) -> Decision:
    return Decision.of(Filled(jar_id=command.jar_id, beans=1))


manifest = Manifest(
    name="jars",
    package="tests.kernel",
    commands=(
        CommandSpec(Fill, fill, "jars.fill"),
        CommandSpec(Nudge, nudge, "jars.fill", Durability.NORMAL),
        CommandSpec(Explode, explode, "jars.fill"),
    ),
    events=(Filled, Overfilled),
    projections={Filled: filled},
    tables=(jars, drops, notes),
)
