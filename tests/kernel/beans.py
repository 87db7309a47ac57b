"""People in a module as small as can be: each owns beans, and their name is sealed."""

from typing import ClassVar

from sqlalchemy import bindparam, select, update

from hub.kernel.context import Context
from hub.kernel.decision import Decision
from hub.kernel.journal import Record
from hub.kernel.messages import Command, Event, View
from hub.kernel.module import CommandSpec, Manifest, Rows
from hub.kernel.sql import Kept, Query, upsert
from hub.kernel.tables import projected, text
from tests.kernel.toys import toy

owners = toy(
    projected("bean_owners", "store", text("owner_id"), text("name_sealed", nullable=True), key=("owner_id",))
)
_keep = upsert(owners, replace=("name_sealed",))
_blank = Kept(update(owners).where(owners.c.owner_id == bindparam("of_owner")).values(name_sealed=None))


class Meet(Command, frozen=True, kw_only=True):
    owner_id: str
    name: str


class Forget(Command, frozen=True, kw_only=True):
    owner_id: str


class Met(Event, frozen=True, kw_only=True, tag="beans.met.v1"):
    subject_field: ClassVar[str] = "owner_id"
    owner_id: str
    name_sealed: str


class Forgotten(Event, frozen=True, kw_only=True, tag="beans.forgotten.v1"):
    subject_field: ClassVar[str] = "owner_id"
    owner_id: str


class Owner(View, frozen=True):
    name_sealed: str | None


owner_of = Query(
    select(owners.c.name_sealed).where(owners.c.owner_id == bindparam("owner_id")),
    Owner,
)


def meet(command: Meet, context: Context) -> Decision:
    return Decision.of(
        Met(owner_id=command.owner_id, name_sealed=context.people.seal(command.owner_id, command.name))
    )


def forget(command: Forget, _context: Context) -> Decision:
    return Decision.of(Forgotten(owner_id=command.owner_id))


def met(record: Record[Met]) -> Rows:
    event = record.event
    yield _keep, {"store_id": record.store_id, "owner_id": event.owner_id, "name_sealed": event.name_sealed}


def forgotten(record: Record[Forgotten]) -> Rows:
    yield _blank, {"of_owner": record.event.owner_id}


manifest = Manifest(
    "beans",
    "tests.kernel",
    (CommandSpec(Meet, meet), CommandSpec(Forget, forget)),
    (Met, Forgotten),
    {Met: met, Forgotten: forgotten},
    (owners,),
    erasing=(Forgotten,),
)
