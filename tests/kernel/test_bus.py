"""The one gate: who may, what is kept, what a retry gets, and what a bug cannot do."""

import asyncio
import threading
from typing import Any, ClassVar

import msgspec
import pytest

from hub.kernel.context import SYSTEM, Actor, Caller, Context
from hub.kernel.db import connect
from hub.kernel.decision import Decision
from hub.kernel.engine import Engine, Folder
from hub.kernel.errors import Refusal, Refused
from hub.kernel.ids import new_id
from hub.kernel.journal import Record, read_head, read_page
from hub.kernel.keystore import load_key
from hub.kernel.messages import Command, Event
from hub.kernel.module import CommandSpec, Handler, Manifest, Reaction
from hub.kernel.sql import Reader
from tests.kernel import jars
from tests.kernel.conftest import OpenHub
from tests.kernel.jars import Explode, Fill, Filled, Overfilled, jar_of


class Do(Command, frozen=True, kw_only=True):
    """Whatever the test's handler does."""

    text: str = ""


class Noticed(Event, frozen=True, kw_only=True, tag="labels.noticed.v1"):
    subject_field: ClassVar[str] = "jar_id"
    jar_id: str
    text: str = ""


def caller(*permissions: str) -> Caller:
    return Caller(Actor("staff-1", "cashier", frozenset(permissions), "session-1"), "T01")


def fill(jar_id: str = "a", beans: int = 1, pin: str = "") -> Fill:
    return Fill(command_id=new_id(), jar_id=jar_id, beans=beans, pin=pin)


def doing(handler: Handler, **spec: Any) -> Manifest:
    return Manifest(
        "labels", "tests.kernel", (CommandSpec(Do, handler, **spec),), (Noticed,), tables=(jars.notes,)
    )


def reacting(**reactions: Reaction) -> Manifest:
    types: dict[str, type[Event]] = {"filled": Filled, "noticed": Noticed}
    by_event = {types[name]: answer for name, answer in reactions.items()}
    return Manifest("labels", "tests.kernel", events=(Noticed,), reactions=by_event)


def last_seq(hub: Engine) -> int:
    head = read_head(hub.readers)
    return head.seq if head else 0


def beans_in(hub: Engine, jar_id: str) -> int:
    jar = hub.readers.first(jar_of, store_id="S001", jar_id=jar_id)
    return jar.beans if jar else 0


@pytest.mark.parametrize(
    ("who", "code"),
    [
        (Caller(), "auth.sign_in_first"),
        (caller("jars.look"), "auth.not_permitted"),
        (caller("jars.fill"), None),
        (SYSTEM, None),
    ],
)
def test_permission(hub: Engine, who: Caller, code: str | None) -> None:
    refusal = hub.bus.dispatch(fill(), who).refusal
    assert (refusal.code if refusal else None) == code
    assert last_seq(hub) == (0 if code else 1)


def test_a_command_open_to_all_needs_nobody(open_hub: OpenHub) -> None:
    hub = open_hub(doing(lambda _command, _context: Decision(answer=jars.Level(1)), open_to_all=True))
    assert hub.bus.dispatch(Do(command_id=new_id()), Caller()).answer == jars.Level(1)


@pytest.mark.parametrize("command_id", ["", "1", "A" * 32, "../" + "a" * 29, "a" * 32 + "\n"])
def test_a_malformed_id_is_refused(hub: Engine, command_id: str) -> None:
    refusal = hub.bus.dispatch(Fill(command_id=command_id, jar_id="a", beans=1), SYSTEM).refusal
    assert refusal == Refusal("command.id_invalid", 400)


def test_a_retry_gets_the_first_answer_and_is_done_once(hub: Engine) -> None:
    command = fill(beans=3)
    first = hub.bus.dispatch(command, SYSTEM)
    hub.bus.dispatch(fill(beans=4), SYSTEM)
    again = hub.bus.dispatch(command, SYSTEM)
    assert (again.repeated, again.first_seq, again.last_seq) == (True, first.first_seq, first.last_seq)
    assert again.answer == msgspec.to_builtins(first.answer) == {"beans": 3}
    assert (last_seq(hub), beans_in(hub, "a")) == (2, 7)


def test_a_retry_after_a_restart_gets_the_first_answer(open_hub: OpenHub) -> None:
    command = fill(beans=3)
    hub = open_hub()
    hub.bus.dispatch(command, SYSTEM)
    hub.close()
    again = open_hub().bus.dispatch(command, SYSTEM)
    assert (again.repeated, again.answer) == (True, {"beans": 3})


def test_a_retry_of_a_refusal_that_left_events_is_refused_the_same_way_and_leaves_no_more(
    hub: Engine,
) -> None:
    command = fill(beans=5_000)
    first = hub.bus.dispatch(command, SYSTEM)
    assert (first.refusal, first.first_seq) == (Refusal("jars.full", 409, {"beans": 5_000}), 1)
    again = hub.bus.dispatch(command, SYSTEM)
    assert (again.refusal, again.repeated, last_seq(hub)) == (first.refusal, True, 1)
    (entry,) = read_page(hub.readers, 0, 9)
    assert entry.type == Overfilled.type_name()


def test_a_refusal_that_left_nothing_may_succeed_later(hub: Engine) -> None:
    assert hub.bus.dispatch(fill(beans=0), SYSTEM).refusal == Refusal("jars.nothing", 400)
    assert last_seq(hub) == 0


def test_another_body_or_another_command_under_the_same_id_is_409(hub: Engine) -> None:
    command = fill(beans=3)
    hub.bus.dispatch(command, SYSTEM)
    other = msgspec.structs.replace(command, beans=4)
    nudge = jars.Nudge(command_id=command.command_id, jar_id="a")
    for changed in (other, nudge):
        refusal = hub.bus.dispatch(changed, SYSTEM).refusal
        assert refusal == Refusal("command.body_changed", 409)
    assert last_seq(hub) == 1


def test_a_pin_is_in_no_hash_and_in_no_body(hub: Engine) -> None:
    command = fill(pin="24680135")
    hub.bus.dispatch(command, SYSTEM)
    assert hub.bus.dispatch(msgspec.structs.replace(command, pin="13579246"), SYSTEM).repeated
    (entry,) = read_page(hub.readers, 0, 1)
    assert b"24680135" not in entry.body


def test_two_hubs_hash_the_same_request_differently(open_hub: OpenHub, folder: Folder) -> None:
    """Or a guess at an erased person's name could be confirmed from the journal."""
    command = fill()
    hashes = []
    for at in (folder, Folder(folder.path.with_name("other"))):
        hub = open_hub(at=at)
        hub.bus.dispatch(command, SYSTEM)
        hashes.append(read_page(hub.readers, 0, 1)[0].request_hash)
    assert hashes[0] != hashes[1]


def test_one_command_sent_by_sixteen_at_once_is_done_once(hub: Engine) -> None:
    command = fill(beans=3)

    async def send_all() -> list[Any]:
        return await asyncio.gather(*(hub.bus.adispatch(command, SYSTEM) for _ in range(16)))

    outcomes = asyncio.run(send_all())
    assert sorted(outcome.repeated for outcome in outcomes) == [False] + [True] * 15
    assert {(outcome.first_seq, outcome.last_seq) for outcome in outcomes} == {(1, 1)}
    assert beans_in(hub, "a") == 3


def test_a_handler_is_given_nothing_to_write_with(open_hub: OpenHub) -> None:
    def looks(_command: Do, context: Context) -> Decision:
        assert {name for name in dir(context.read) if not name.startswith("_")} == {"all", "first"}
        return Decision()

    hub = open_hub(jars.manifest, doing(looks))
    assert hub.bus.dispatch(Do(command_id=new_id()), SYSTEM).refusal is None


@pytest.mark.parametrize("statement", ["INSERT INTO notes VALUES ('by the back door')", "COMMIT"])
def test_a_handler_that_writes_is_stopped(open_hub: OpenHub, statement: str) -> None:
    def writes(_command: Do, context: Context) -> Decision:
        context.read._session.cursor.execute(statement)  # type: ignore[attr-defined]
        return Decision.of(Noticed(jar_id="a"))

    hub = open_hub(jars.manifest, doing(writes))
    assert hub.bus.dispatch(Do(command_id=new_id()), SYSTEM).refusal == Refusal("hub.internal_error", 500)
    with hub.readers.session() as session:
        session.cursor.execute("SELECT count(*) FROM notes")
        assert session.cursor.fetchone() == (0,)
    assert last_seq(hub) == 0
    assert hub.bus.dispatch(fill(), SYSTEM).refusal is None


def test_a_bug_in_one_handler_harms_nobody_of_its_group(hub: Engine) -> None:
    commands: list[Command] = [fill(f"jar-{number}") for number in range(10)]
    commands.insert(5, Explode(command_id=new_id(), jar_id="x"))

    async def send_all() -> list[Any]:
        return await asyncio.gather(*(hub.bus.adispatch(command, SYSTEM) for command in commands))

    outcomes = asyncio.run(send_all())
    assert [outcome.refusal for outcome in outcomes].count(None) == 10
    assert outcomes[5].refusal == Refusal("hub.internal_error", 500)
    assert [entry.seq for entry in read_page(hub.readers, 0, 99)] == list(range(1, 11))


def test_a_refusal_raised_inside_a_handler_is_a_refusal(open_hub: OpenHub) -> None:
    def refuses(_command: Do, _context: Context) -> Decision:
        raise Refused("text.invalid", 400, limit=200)

    hub = open_hub(doing(refuses))
    expected = Refusal("text.invalid", 400, {"limit": 200})
    assert hub.bus.dispatch(Do(command_id=new_id()), SYSTEM).refusal == expected


def test_an_event_too_large_for_any_message_is_refused_whole(open_hub: OpenHub) -> None:
    def shouts(_command: Do, _context: Context) -> Decision:
        quiet = Decision.of(Noticed(jar_id="a")) + Decision(local=((jars._note, {"note": "kept"}),))
        return quiet + Decision.of(Noticed(jar_id="a", text="啊" * 100_000))

    hub = open_hub(doing(shouts))
    refusal = hub.bus.dispatch(Do(command_id=new_id()), SYSTEM).refusal
    assert refusal == Refusal("command.too_large", 413, {"limit_kib": 240})
    assert last_seq(hub) == 0
    assert hub.core.mark()[0].seq == 0


def test_a_handler_cannot_leave_events_without_bound(open_hub: OpenHub) -> None:
    hub = open_hub(doing(lambda _command, _context: Decision.of(*[Noticed(jar_id="a")] * 2_001)))
    assert hub.bus.dispatch(Do(command_id=new_id()), SYSTEM).refusal == Refusal("hub.internal_error", 500)
    assert last_seq(hub) == 0


def test_preparation_runs_off_the_writer_and_hands_its_finding_over(open_hub: OpenHub) -> None:
    threads = []

    def prepare(command: Do, _read: Reader) -> object:
        threads.append(threading.current_thread().name)
        return command.text.upper()

    def notices(_command: Do, context: Context) -> Decision:
        threads.append(threading.current_thread().name)
        return Decision.of(Noticed(jar_id="a", text=str(context.evidence)))

    hub = open_hub(doing(notices, prepare=prepare))
    asyncio.run(hub.bus.adispatch(Do(command_id=new_id(), text="slow"), SYSTEM))
    assert threads[1] == "writer" != threads[0]
    assert hub.types.decode(read_page(hub.readers, 0, 1)[0].body).event.text == "SLOW"


def test_a_bug_in_preparation_is_that_command_s_refusal(open_hub: OpenHub) -> None:
    def prepare(_command: Do, _read: Reader) -> object:
        raise ZeroDivisionError

    hub = open_hub(doing(lambda _command, _context: Decision(), prepare=prepare))
    assert hub.bus.dispatch(Do(command_id=new_id()), SYSTEM).refusal == Refusal("hub.internal_error", 500)


def test_a_reaction_s_events_are_of_the_same_command(open_hub: OpenHub) -> None:
    def notice(event: Filled, _context: Context) -> Decision:
        return Decision.of(Noticed(jar_id=event.jar_id, text="filled"))

    hub = open_hub(jars.manifest, reacting(filled=notice))
    command = fill("a")
    outcome = hub.bus.dispatch(command, SYSTEM)
    assert (outcome.first_seq, outcome.last_seq) == (1, 2)
    entries = read_page(hub.readers, 0, 9)
    assert [entry.type for entry in entries] == ["jars.filled.v1", "labels.noticed.v1"]
    assert [entry.command_id for entry in entries] == [command.command_id, None]
    hub.bus.dispatch(fill("b"), SYSTEM)
    again = hub.bus.dispatch(command, SYSTEM)
    assert (again.repeated, again.first_seq, again.last_seq) == (True, 1, 2)


def test_a_reaction_that_refuses_vetoes_the_command(open_hub: OpenHub) -> None:
    def veto(_event: Filled, _context: Context) -> Decision:
        return Decision.of(Noticed(jar_id="a")) + Decision.refuse("labels.sealed")

    hub = open_hub(jars.manifest, reacting(filled=veto))
    assert hub.bus.dispatch(fill(), SYSTEM).refusal == Refusal("labels.sealed")
    assert (last_seq(hub), beans_in(hub, "a")) == (0, 0)


def test_reactions_that_answer_each_other_are_stopped(open_hub: OpenHub) -> None:
    def again(event: Filled | Noticed, _context: Context) -> Decision:
        return Decision.of(Noticed(jar_id=event.jar_id))

    hub = open_hub(jars.manifest, reacting(filled=again, noticed=again))
    assert hub.bus.dispatch(fill(), SYSTEM).refusal == Refusal("hub.internal_error", 500)
    assert last_seq(hub) == 0
    assert hub.bus.dispatch(fill(beans=0), SYSTEM).refusal == Refusal("jars.nothing", 400)


def test_listeners_hear_what_was_committed_and_one_that_fails_stops_nothing(hub: Engine) -> None:
    heard: list[int] = []

    def fails(_records: list[Record[Any]]) -> None:
        raise RuntimeError("a bug")

    def hears(records: list[Record[Any]]) -> None:
        assert last_seq(hub) >= records[-1].seq
        heard.extend(record.seq for record in records)

    hub.listen(fails)
    hub.listen(hears)
    hub.bus.dispatch(fill(), SYSTEM)
    hub.bus.dispatch(Explode(command_id=new_id(), jar_id="x"), SYSTEM)
    hub.bus.dispatch(fill(), SYSTEM)
    assert heard == [1, 2]


def test_a_listener_reads_what_it_is_told_of_and_holds_no_page_of_the_log(
    hub: Engine, folder: Folder
) -> None:
    seen: list[int] = []

    def looks(_records: list[Record[Any]]) -> None:
        with hub.just_committed() as read:
            jar = read.first(jar_of, store_id="S001", jar_id="a")
            seen.append(jar.beans if jar else 0)

    hub.listen(looks)
    hub.bus.dispatch(fill(beans=3), SYSTEM)
    hub.bus.dispatch(fill(beans=4), SYSTEM)
    assert seen == [3, 7]
    beside = connect(folder.database, load_key(folder.key))
    busy, *_ = beside.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    beside.close()
    assert busy == 0


def test_a_stopped_hub_says_busy(hub: Engine) -> None:
    hub.close()
    assert hub.bus.dispatch(fill(), SYSTEM).refusal == Refusal("hub.busy", 503)
