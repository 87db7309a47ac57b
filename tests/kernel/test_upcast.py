"""Old versions of an event are lifted, wherever in the chain they stand."""

from typing import ClassVar

import pytest
from sqlalchemy import bindparam, select

from hub.kernel.context import SYSTEM, Context
from hub.kernel.decision import Decision
from hub.kernel.dump import dump
from hub.kernel.engine import Engine, Folder, open_for_repair
from hub.kernel.ids import new_id
from hub.kernel.journal import Record, read_page
from hub.kernel.messages import Command, Event, View
from hub.kernel.module import CommandSpec, Manifest, Rows
from hub.kernel.projections import Projector
from hub.kernel.rebuild import rebuild_in_place
from hub.kernel.sql import Query, Session, upsert
from hub.kernel.tables import integer, projected, text
from hub.kernel.verify import verify
from tests.kernel.conftest import OpenHub
from tests.kernel.toys import toy

sacks = toy(projected("sacks", "store", text("sack_id"), integer("weight_g"), key=("sack_id",)))
_weigh = upsert(sacks, add=("weight_g",))


class WeighedV1(Event, frozen=True, kw_only=True, tag="sacks.weighed.v1"):
    subject_field: ClassVar[str] = "sack_id"
    sack_id: str
    kilograms: int


class WeighedV2(Event, frozen=True, kw_only=True, tag="sacks.weighed.v2"):
    subject_field: ClassVar[str] = "sack_id"
    sack_id: str
    weight_dag: int


class Weighed(Event, frozen=True, kw_only=True, tag="sacks.weighed.v3"):
    subject_field: ClassVar[str] = "sack_id"
    sack_id: str
    weight_g: int


class Weigh(Command, frozen=True, kw_only=True):
    sack_id: str
    amount: int


class Sack(View, frozen=True):
    sack_id: str
    weight_g: int


sack_of = Query(
    select(sacks.c.sack_id, sacks.c.weight_g).where(sacks.c.sack_id == bindparam("sack_id")), Sack
)


def lift_1(event: WeighedV1) -> WeighedV2:
    return WeighedV2(sack_id=event.sack_id, weight_dag=event.kilograms * 100)


def lift_2(event: WeighedV2) -> Weighed:
    return Weighed(sack_id=event.sack_id, weight_g=event.weight_dag * 10)


def weighed_v1(record: Record[WeighedV1]) -> Rows:
    yield from row_of(record.store_id, record.event.sack_id, record.event.kilograms * 1_000)


def weighed(record: Record[Weighed]) -> Rows:
    yield from row_of(record.store_id, record.event.sack_id, record.event.weight_g)


def row_of(store_id: str, sack_id: str, weight_g: int) -> Rows:
    yield _weigh, {"store_id": store_id, "sack_id": sack_id, "weight_g": weight_g}


def weigh_v1(command: Weigh, _context: Context) -> Decision:
    return Decision.of(WeighedV1(sack_id=command.sack_id, kilograms=command.amount))


def weigh(command: Weigh, _context: Context) -> Decision:
    return Decision.of(Weighed(sack_id=command.sack_id, weight_g=command.amount))


first_release = Manifest(
    "sacks",
    "tests.kernel",
    (CommandSpec(Weigh, weigh_v1),),
    (WeighedV1,),
    {WeighedV1: weighed_v1},
    (sacks,),
)
third_release = Manifest(
    "sacks",
    "tests.kernel",
    (CommandSpec(Weigh, weigh),),
    (Weighed,),
    {Weighed: weighed},
    (sacks,),
    upcasters={WeighedV1: lift_1, WeighedV2: lift_2},
)


@pytest.fixture
def upgraded(open_hub: OpenHub) -> Engine:
    """A journal begun by the first release and gone on with by the third."""
    old = open_hub(first_release)
    for amount in (2, 3):
        old.bus.dispatch(Weigh(command_id=new_id(), sack_id="rice", amount=amount), SYSTEM)
    old.close()
    new = open_hub(third_release)
    new.bus.dispatch(Weigh(command_id=new_id(), sack_id="rice", amount=7), SYSTEM)
    return new


def test_an_old_event_is_read_as_the_newest(upgraded: Engine) -> None:
    entries = read_page(upgraded.readers, 0, 9)
    assert [entry.type for entry in entries] == ["sacks.weighed.v1"] * 2 + ["sacks.weighed.v3"]
    events = [upgraded.types.decode(entry.body).event for entry in entries]
    assert events == [Weighed(sack_id="rice", weight_g=grams) for grams in (2_000, 3_000, 7)]


def test_a_version_in_the_middle_is_lifted_from_there(upgraded: Engine) -> None:
    (entry,) = read_page(upgraded.readers, 0, 1)
    old = b'"type":"sacks.weighed.v1","sack_id":"rice","kilograms":2'
    middle = b'"type":"sacks.weighed.v2","sack_id":"rice","weight_dag":25'
    assert old in entry.body
    event = upgraded.types.decode(entry.body.replace(old, middle)).event
    assert event == Weighed(sack_id="rice", weight_g=250)


def test_the_chain_of_both_releases_is_well(upgraded: Engine) -> None:
    with upgraded.readers.session() as session:
        assert verify(session, upgraded.keystore, upgraded.types).ok


def test_rebuilt_equals_live_across_the_upgrade(upgraded: Engine, folder: Folder) -> None:
    assert upgraded.readers.first(sack_of, sack_id="rice") == Sack("rice", 5_007)
    upgraded.close()
    session = Session(open_for_repair(folder).cursor(), "sqlite")
    live = dump(session, [sacks])
    rebuilt = rebuild_in_place(session, session, [sacks], Projector(upgraded.manifests), upgraded.types)
    assert (rebuilt.events, rebuilt.different) == (3, ())
    assert dump(session, [sacks]) == live
