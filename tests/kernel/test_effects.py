"""The only thing that touches the world: at least once, past a cursor, its outcome recorded once."""

import threading
from collections.abc import Callable
from typing import Any, ClassVar

import msgspec
import pytest

from hub.kernel.context import SYSTEM, Context
from hub.kernel.decision import Decision
from hub.kernel.effects import AdvanceEffect, EffectRunner, outcome_id
from hub.kernel.engine import Engine, Folder, open_for_repair
from hub.kernel.errors import Refusal
from hub.kernel.ids import new_id
from hub.kernel.journal import Record, read_page
from hub.kernel.messages import Command, Event
from hub.kernel.module import CommandSpec, Manifest
from hub.kernel.writer import Outcome
from tests.kernel import jars
from tests.kernel.conftest import OpenHub, OwnClock
from tests.kernel.jars import Fill, Filled

WAIT_S = 20


class Rang(Event, frozen=True, kw_only=True, tag="bells.rang.v1"):
    subject_field: ClassVar[str] = "jar_id"
    jar_id: str
    dropped: bool = False


class NoteRing(Command, frozen=True, kw_only=True):
    jar_id: str
    dropped: bool = False


def note_ring(command: NoteRing, _context: Context) -> Decision:
    return Decision.of(Rang(jar_id=command.jar_id, dropped=command.dropped))


bells = Manifest("bells", "tests.kernel", (CommandSpec(NoteRing, note_ring, "bells.ring"),), (Rang,))


class Bell:
    """Rings for each jar that is filled."""

    name = "bell"
    event_types: tuple[type[Event], ...] = (Filled,)
    max_age_ms = 10_000

    def __init__(self) -> None:
        self.rings: list[str] = []
        self.trouble: Callable[[str], None] = lambda _jar_id: None
        self._changed = threading.Condition()

    def run(self, record: Record[Filled], command_id: str) -> Command | None:
        with self._changed:
            self.rings.append(record.event.jar_id)
            self._changed.notify_all()
        self.trouble(record.event.jar_id)
        return NoteRing(command_id=command_id, jar_id=record.event.jar_id)

    def too_old(self, record: Record[Filled], command_id: str) -> Command | None:
        return NoteRing(command_id=command_id, jar_id=record.event.jar_id, dropped=True)

    def wait_for(self, count: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.rings) >= count, WAIT_S), self.rings


class Gong(Bell):
    """A second effect, beside the first."""

    name = "gong"


@pytest.fixture(autouse=True)
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.kernel.effects._RETRY_S", 0.001)


@pytest.fixture
def open_with_bells(open_hub: OpenHub) -> Callable[..., Engine]:
    def open_one(*effects: Any) -> Engine:
        hub = open_hub(jars.manifest, bells)
        hub.start(effects)
        return hub

    return open_one


def fill(hub: Engine, *jar_ids: str) -> None:
    for jar_id in jar_ids:
        assert hub.bus.dispatch(Fill(command_id=new_id(), jar_id=jar_id, beans=1), SYSTEM).refusal is None


class Ears:
    """Waits for what is committed."""

    def __init__(self, hub: Engine) -> None:
        self.events: list[Event] = []
        self._changed = threading.Condition()
        hub.listen(self._hear)

    def _hear(self, records: list[Record[Any]]) -> None:
        with self._changed:
            self.events += [record.event for record in records]
            self._changed.notify_all()

    def wait_for(self, *events: Event) -> None:
        with self._changed:
            assert self._changed.wait_for(
                lambda: set(map(repr, events)) <= set(map(repr, self.events)), WAIT_S
            )


def rung(hub: Engine) -> list[tuple[str, bool]]:
    records = (hub.types.decode(entry.body) for entry in read_page(hub.readers, 0, 999))
    return [
        (record.event.jar_id, record.event.dropped) for record in records if isinstance(record.event, Rang)
    ]


def test_it_runs_after_the_commit_in_order_and_its_outcome_is_recorded(
    open_with_bells: Callable[..., Engine],
) -> None:
    bell = Bell()
    hub = open_with_bells(bell)
    ears = Ears(hub)
    fill(hub, "a", "b", "c")
    ears.wait_for(Rang(jar_id="c"))
    assert bell.rings == ["a", "b", "c"]
    assert rung(hub) == [("a", False), ("b", False), ("c", False)]


def test_it_is_tried_until_it_succeeds_and_recorded_once(open_with_bells: Callable[..., Engine]) -> None:
    bell = Bell()

    def fails_twice(jar_id: str) -> None:
        if bell.rings.count(jar_id) < 3:
            raise ConnectionError("the bell is away")

    bell.trouble = fails_twice
    hub = open_with_bells(bell)
    ears = Ears(hub)
    fill(hub, "a", "b")
    ears.wait_for(Rang(jar_id="b"))
    assert bell.rings == ["a", "a", "a", "b", "b", "b"]
    assert rung(hub) == [("a", False), ("b", False)]


def test_one_that_fails_stops_no_other(open_with_bells: Callable[..., Engine]) -> None:
    broken, gong = Bell(), Gong()

    def always(_jar_id: str) -> None:
        raise ConnectionError("the bell is away")

    broken.trouble = always
    hub = open_with_bells(broken, gong)
    fill(hub, "a", "b")
    gong.wait_for(2)
    assert gong.rings == ["a", "b"]
    assert set(broken.rings) == {"a"}


def test_after_a_restart_it_goes_on_where_it_was(open_with_bells: Callable[..., Engine]) -> None:
    bell = Bell()
    hub = open_with_bells(bell)
    ears = Ears(hub)
    fill(hub, "a")
    ears.wait_for(Rang(jar_id="a"))
    hub.close()
    hub = open_with_bells(bell)
    ears = Ears(hub)
    fill(hub, "b")
    ears.wait_for(Rang(jar_id="b"))
    assert bell.rings == ["a", "b"]


def test_what_was_done_but_not_noted_is_done_again_and_recorded_once(
    open_with_bells: Callable[..., Engine], folder: Folder
) -> None:
    """Killed between the outcome and the cursor: the same command id makes the second outcome the first."""
    bell = Bell()
    hub = open_with_bells(bell)
    ears = Ears(hub)
    fill(hub, "a")
    ears.wait_for(Rang(jar_id="a"))
    hub.close()
    rewind(folder)
    again = Bell()
    hub = open_with_bells(again)
    again.wait_for(1)
    fill(hub, "b")
    again.wait_for(2)
    hub.close()
    assert again.rings == ["a", "b"]
    hub = open_with_bells()
    assert rung(hub) == [("a", False), ("b", False)]


def rewind(folder: Folder) -> None:
    """Put the bell's cursor back to the beginning, as a kill before it was kept would leave it."""
    connection = open_for_repair(folder)
    connection.execute("UPDATE effect_cursors SET seq = 0 WHERE effect = 'bell'")
    connection.close()


def test_an_intent_from_long_ago_is_dropped_with_a_record(
    open_with_bells: Callable[..., Engine], clock: OwnClock
) -> None:
    bell = Bell()
    open_with_bells(bell).close()
    hub = open_with_bells()  # nobody rings meanwhile
    fill(hub, "old")
    hub.close()
    clock.step(11)
    hub = open_with_bells(bell)
    ears = Ears(hub)
    fill(hub, "new")
    ears.wait_for(Rang(jar_id="new"))
    assert bell.rings == ["new"]
    assert rung(hub) == [("old", True), ("new", False)]


def test_after_a_power_cut_an_untrusted_clock_makes_no_intent_young(
    open_with_bells: Callable[..., Engine], clock: OwnClock
) -> None:
    """A Pi's clock stood still while the power was off: by its word the kick before the cut is new."""
    bell = Bell()
    open_with_bells(bell).close()
    hub = open_with_bells()
    fill(hub, "before the cut")
    hub.close()
    clock.now = msgspec.structs.replace(clock.now, trusted=False)
    hub = open_with_bells(bell)
    ears = Ears(hub)
    fill(hub, "after it")
    ears.wait_for(Rang(jar_id="after it"))
    assert bell.rings == ["after it"]
    assert rung(hub) == [("before the cut", True), ("after it", False)]


def test_a_clock_set_right_makes_no_intent_old(
    open_with_bells: Callable[..., Engine], clock: OwnClock
) -> None:
    """A Pi learns the time a minute after it began to sell: its drawer must open all the same."""
    bell = Bell()
    held = threading.Event()

    def wait(_jar_id: str) -> None:
        held.wait(WAIT_S)

    bell.trouble = wait
    hub = open_with_bells(bell)
    ears = Ears(hub)
    fill(hub, "first", "second")
    bell.wait_for(1)
    clock.jump(3 * 86_400)
    held.set()
    ears.wait_for(Rang(jar_id="second"))
    assert bell.rings == ["first", "second"]


def test_a_new_effect_leaves_the_past_alone(open_with_bells: Callable[..., Engine]) -> None:
    hub = open_with_bells()
    fill(hub, "past")
    hub.close()
    bell = Bell()
    hub = open_with_bells(bell)
    fill(hub, "now")
    bell.wait_for(1)
    assert bell.rings == ["now"]


@pytest.mark.parametrize(("status", "tries"), [(503, 2), (507, 2), (409, 1), (500, 1)])
def test_an_outcome_that_could_not_be_stored_is_sent_again_one_that_was_refused_is_not(
    hub: Engine, clock: OwnClock, status: int, tries: int
) -> None:
    bell, sent = Bell(), []

    def dispatch(command: Command, caller: object) -> Outcome:
        if not isinstance(command, NoteRing):
            return Outcome()
        sent.append(command)
        first = len(sent) == 1
        return Outcome(refusal=Refusal("storage.failed", status)) if first else Outcome()

    runner = EffectRunner((bell,), hub.readers, hub.types, dispatch, clock)
    hub.listen(runner.hear)
    runner.start()
    fill(hub, "a", "b")
    bell.wait_for(tries + 1)
    runner.stop()
    assert bell.rings == ["a"] * tries + ["b"]
    assert len({command.command_id for command in sent}) == 2


def test_the_outcome_s_id_is_the_record_s_and_the_effect_s(hub: Engine) -> None:
    fill(hub, "a", "b")
    first, second = (hub.types.decode(entry.body) for entry in read_page(hub.readers, 0, 9))
    assert outcome_id("bell", first) == outcome_id("bell", first)
    assert len({outcome_id("bell", first), outcome_id("bell", second), outcome_id("gong", first)}) == 3


@pytest.fixture
def many(open_with_bells: Callable[..., Engine]) -> Engine:
    hub = open_with_bells()
    fill(hub, *(f"jar-{number}" for number in range(450)))
    return hub


def test_a_backlog_longer_than_a_page_is_worked_off(many: Engine, clock: OwnClock) -> None:
    bell = Bell()
    runner = EffectRunner((bell,), many.readers, many.types, many.bus.dispatch, clock, opened_at_seq=0)
    runner.start()
    bell.wait_for(450)
    runner.stop()
    assert bell.rings == [f"jar-{number}" for number in range(450)]


def test_what_is_heard_is_not_read_from_the_journal(
    hub: Engine, clock: OwnClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(*_arguments: Any) -> Any:
        raise AssertionError("read")

    bell = Bell()
    monkeypatch.setattr("hub.kernel.effects.read_page", read)
    runner = EffectRunner((bell,), hub.readers, hub.types, lambda *_: Outcome(), clock)
    hub.listen(runner.hear)
    runner.start()
    fill(hub, "a", "b", "c")
    bell.wait_for(3)
    runner.stop()
    assert bell.rings == ["a", "b", "c"]


def test_what_was_not_heard_is_read_before_what_was(hub: Engine, clock: OwnClock) -> None:
    bell = Bell()
    runner = EffectRunner((bell,), hub.readers, hub.types, lambda *_: Outcome(), clock)
    runner.start()
    fill(hub, "a", "b")
    hub.listen(runner.hear)
    fill(hub, "c")
    bell.wait_for(3)
    runner.stop()
    assert bell.rings == ["a", "b", "c"]


def test_the_cursor_moves_past_what_no_effect_awaits(many: Engine, clock: OwnClock) -> None:
    bell, kept = Bell(), threading.Event()
    bell.event_types = (Rang,)

    def dispatch(command: Command, _caller: object) -> Outcome:
        if isinstance(command, AdvanceEffect) and command.seq == 650:
            kept.set()
        return Outcome()

    runner = EffectRunner((bell,), many.readers, many.types, dispatch, clock)
    many.listen(runner.hear)
    runner.start()
    fill(many, *(f"more-{number}" for number in range(199)))
    assert many.bus.dispatch(NoteRing(command_id=new_id(), jar_id="a"), SYSTEM).refusal is None
    bell.wait_for(1)
    assert kept.wait(WAIT_S)
    runner.stop()
    assert bell.rings == ["a"]
