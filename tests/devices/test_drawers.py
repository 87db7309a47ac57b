"""Drawers: what opened them, and whether somebody had asked for it."""

import asyncio

from hub.devices import store
from hub.devices.drawers import DrawerWatch, KickDrawer
from hub.devices.events import (
    DrawerLeftOpen,
    DrawerMoved,
    DrawerOpenedUnasked,
    DrawerReleaseFinished,
    DrawerReleaseRequested,
)
from hub.devices.messages import (
    AnswerDrawerIncident,
    BindDevice,
    DrawerIncidentView,
    FinishDrawerRelease,
    NoteOpenDrawer,
    TakeDrawerPosition,
)
from hub.devices.model import DRAWER_LEFT_OPEN_MS, RELEASE_OPENS_WITHIN_MS
from hub.kernel.context import SYSTEM, Caller
from hub.modules.identity.messages import SignIn
from hub.modules.payments.messages import OpenDrawer
from tests.devices.counter import DRAWER, Counter
from tests.modules.shop import STAFF, STORE, TILL, approval


def move(counter: Counter, is_open: bool, number: int, age_ms: int = 0, boot_id: str = "boot-1") -> None:
    counter.do(
        TakeDrawerPosition,
        SYSTEM,
        device_id=DRAWER,
        boot_id=boot_id,
        gateway_seq=number,
        is_open=is_open,
        age_ms=age_ms,
    )


def order_release(counter: Counter) -> DrawerReleaseRequested:
    counter.do(OpenDrawer, terminal_id=TILL, reason="换零钱", approval=approval())
    released: DrawerReleaseRequested = counter.events(DrawerReleaseRequested)[-1]
    return released


def watch(counter: Counter) -> DrawerWatch:
    return DrawerWatch(counter.engine.bus, counter.engine.readers, STORE, counter.clock)


def leave_open(counter: Counter) -> None:
    """The drawer stays as it is for longer than anybody needs it open."""
    watching = watch(counter)
    watching.look()
    counter.clock.pass_s(DRAWER_LEFT_OPEN_MS // 1000)
    watching.look()


def test_a_drawer_that_opens_after_a_release_was_asked_for(counter: Counter) -> None:
    release = order_release(counter)
    move(counter, True, 1)

    assert counter.events(DrawerMoved)[-1].release_id == release.release_id


def test_a_drawer_that_opens_by_itself_has_no_release(counter: Counter) -> None:
    order_release(counter)
    counter.clock.pass_s(RELEASE_OPENS_WITHIN_MS // 1000 + 1)
    move(counter, True, 1)

    assert counter.events(DrawerMoved)[-1].release_id is None


def test_the_same_position_twice_is_one_move(counter: Counter) -> None:
    for number, is_open in enumerate([False, True, True, False], 1):
        move(counter, is_open, number)

    assert [moved.is_open for moved in counter.events(DrawerMoved)] == [False, True, False]
    drawer = store.drawer(counter.read, STORE, DRAWER)
    assert drawer is not None
    assert not drawer.is_open


def test_what_came_of_a_kick_is_recorded_once(counter: Counter) -> None:
    release = order_release(counter)
    for is_sent in (True, False):
        counter.do(FinishDrawerRelease, SYSTEM, release_id=release.release_id, is_sent=is_sent)

    assert [done.is_sent for done in counter.events(DrawerReleaseFinished)] == [True]


class NoGateways:
    """Nobody is connected."""

    def link_of(self, _device_id: str) -> None:
        return None


def test_with_no_drawer_in_reach_the_kick_is_dropped_with_a_record(counter: Counter) -> None:
    effect = KickDrawer(NoGateways(), asyncio.new_event_loop())  # type: ignore[arg-type]
    order_release(counter)
    record = next(record for record in counter.records() if isinstance(record.event, DrawerReleaseRequested))

    for outcome, reason in (
        (effect.run(record, "0" * 32), "no_drawer"),
        (effect.too_old(record, "0" * 32), "too_old"),
    ):
        assert isinstance(outcome, FinishDrawerRelease)
        assert (outcome.is_sent, outcome.reason) == (False, reason)


class DeafGateways:
    """Somebody is connected who takes nothing more."""

    def link_of(self, _device_id: str) -> "DeafGateways":
        return self

    async def send(self, _frame: object) -> bool:
        return False


def test_a_kick_that_does_not_reach_its_gateway_is_dropped_with_a_record(counter: Counter) -> None:
    order_release(counter)
    record = next(record for record in counter.records() if isinstance(record.event, DrawerReleaseRequested))

    async def scenario() -> object:
        effect = KickDrawer(DeafGateways(), asyncio.get_running_loop())  # type: ignore[arg-type]
        return await asyncio.to_thread(effect.run, record, "0" * 32)

    outcome = asyncio.run(scenario())
    assert isinstance(outcome, FinishDrawerRelease)
    assert (outcome.is_sent, outcome.reason) == (False, "gateway_gone")


def test_a_till_without_a_drawer_opens_none(counter: Counter) -> None:
    counter.do(BindDevice, SYSTEM, device_id=DRAWER, terminal_id=None)
    counter.do(OpenDrawer, terminal_id=TILL, reason="换零钱", approval=approval())

    assert counter.events(DrawerReleaseRequested) == []


def test_an_opening_that_nobody_asked_for_is_told_with_who_was_there(counter: Counter) -> None:
    number, _, pin = STAFF["cashier"]
    counter.do(SignIn, Caller(), terminal_id=TILL, staff_no=number, pin=pin)
    for seq, is_open in enumerate([False, True, False], 1):
        move(counter, is_open, seq)

    (incident,) = store.drawer_incidents_of(counter.read, STORE, 50)
    assert (incident.kind, incident.device_id, incident.terminal_id) == ("unasked", DRAWER, TILL)
    assert incident.staff_id == counter.staff_id("cashier")
    assert incident.opened_ms == incident.told_ms == counter.clock.wall_ms


def test_one_that_was_open_when_first_felt_accuses_nobody(counter: Counter) -> None:
    move(counter, True, 1)

    assert counter.events(DrawerOpenedUnasked) == []


def test_an_opening_told_late_is_matched_with_the_release_of_its_time(counter: Counter) -> None:
    move(counter, False, 1)
    release = order_release(counter)
    counter.clock.pass_s(30)
    move(counter, True, 2, age_ms=29_000)

    assert counter.events(DrawerMoved)[-1].release_id == release.release_id
    assert counter.events(DrawerOpenedUnasked) == []


def test_a_drawer_left_open_is_told_once_for_each_opening(counter: Counter) -> None:
    move(counter, True, 1)
    opened_ms = counter.clock.wall_ms
    leave_open(counter)
    leave_open(counter)
    assert [left.opened_ms for left in counter.events(DrawerLeftOpen)] == [opened_ms]

    move(counter, False, 2)
    leave_open(counter)
    assert len(counter.events(DrawerLeftOpen)) == 1
    move(counter, True, 3)
    leave_open(counter)
    kinds = [incident.kind for incident in store.drawer_incidents_of(counter.read, STORE, 50)]
    assert kinds == ["left_open", "unasked", "left_open"]


def test_setting_the_clock_leaves_no_drawer_open(counter: Counter) -> None:
    watching = watch(counter)
    move(counter, True, 1)
    watching.look()
    counter.clock.wall_ms += 24 * 3_600_000
    watching.look()

    assert counter.events(DrawerLeftOpen) == []


def test_a_drawer_that_cannot_be_felt_is_not_said_to_be_open(counter: Counter) -> None:
    move(counter, True, 1)
    counter.see(DRAWER, "drawer", state="closed")
    leave_open(counter)

    assert counter.events(DrawerLeftOpen) == []


def test_one_that_was_shut_meanwhile_was_not_left_open(counter: Counter) -> None:
    move(counter, True, 1)
    opened_ms = counter.clock.wall_ms
    move(counter, False, 2)
    for open_for_ms in (0, DRAWER_LEFT_OPEN_MS):
        counter.do(NoteOpenDrawer, SYSTEM, device_id=DRAWER, opened_ms=opened_ms, open_for_ms=open_for_ms)

    assert counter.events(DrawerLeftOpen) == []


def an_incident(counter: Counter) -> DrawerIncidentView:
    """Somebody opened the drawer by its key."""
    for number, is_open in enumerate([False, True], 1):
        move(counter, is_open, number)
    (incident,) = store.drawer_incidents_of(counter.read, STORE, 50)
    return incident


def test_a_manager_answers_an_incident_once(counter: Counter) -> None:
    incident = an_incident(counter)
    manager = counter.caller("manager")
    assert (incident.answer, incident.answered_by, incident.answered_ms) == (None, None, None)
    counter.do(AnswerDrawerIncident, manager, incident_seq=incident.seq, answer="钥匙开的，清点备用金")
    (answered,) = store.drawer_incidents_of(counter.read, STORE, 50)
    assert answered.answer == "钥匙开的，清点备用金"
    assert answered.answered_by == (manager.actor.staff_id if manager.actor else "")
    assert answered.answered_ms == counter.clock.read().wall_ms
    again = {"incident_seq": incident.seq, "answer": "另一种说法"}
    assert counter.refused(AnswerDrawerIncident, manager, **again).code == "devices.incident_answered"


def test_an_answer_that_says_nothing_or_is_a_cashiers_is_none(counter: Counter) -> None:
    seq = an_incident(counter).seq
    manager = counter.caller("manager")
    for answer, code in ((" ", "devices.incident_answer_missing"), ("\0", "text.invalid")):
        refusal = counter.refused(AnswerDrawerIncident, manager, incident_seq=seq, answer=answer)
        assert refusal.code == code
    unknown = counter.refused(AnswerDrawerIncident, manager, incident_seq=seq + 1, answer="x")
    assert unknown.code == "devices.incident_unknown"
    denied = counter.refused(AnswerDrawerIncident, counter.caller(), incident_seq=seq, answer="x")
    assert denied.code == "auth.not_permitted"
