"""Group commit, durability, and what a failing disk may not do."""

import asyncio
import itertools
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import pytest

from hub.kernel import writer as writer_module
from hub.kernel.bus import Bus, DecisionCore
from hub.kernel.context import SYSTEM, Context
from hub.kernel.db import Readers, connect_writer
from hub.kernel.decision import Decision
from hub.kernel.engine import KERNEL, Folder
from hub.kernel.errors import Refusal
from hub.kernel.ids import new_id
from hub.kernel.journal import Head, read_head, read_page
from hub.kernel.keystore import Keystore
from hub.kernel.ledger import Ledger
from hub.kernel.messages import Command
from hub.kernel.module import CommandSpec, Durability, Manifest
from hub.kernel.projections import event_types
from hub.kernel.schema import prepare_schema
from hub.kernel.sql import Session
from hub.kernel.writer import GROUP_LIMIT, QUEUE_LIMIT, Outcome, Writer
from tests.kernel import jars
from tests.kernel.conftest import ORIGIN, OwnClock
from tests.kernel.faulty import WAIT_S, FaultyConnection, failing
from tests.kernel.jars import Explode, Fill, Nudge

KEY = bytes(range(32))
BEGIN, COMMIT = "BEGIN IMMEDIATE", "COMMIT"


class Hold(Command, frozen=True, kw_only=True):
    """Keeps the writer busy until it is let go."""


class Bench:
    """A writer on a connection that can be made to fail, with the rest of a hub around it."""

    def __init__(self, folder: Folder) -> None:
        folder.path.mkdir(parents=True)
        self.entered, self.let_go = threading.Event(), threading.Event()
        self.wal = folder.path / "hub.db-wal"
        holding = Manifest("holding", "tests.kernel", (CommandSpec(Hold, self._hold),))
        manifests = (*KERNEL, jars.manifest, holding)
        self.types = event_types(manifests)
        self.connection = FaultyConnection(connect_writer(folder.database, KEY))
        self.keystore = Keystore(folder.keystore, KEY)
        prepare_schema(self.connection.real, manifests, self.types)
        self.session = Session(self.connection.real.cursor(), "sqlite")
        ledger = Ledger(ORIGIN, self.session)
        self.core = DecisionCore(manifests, ORIGIN, ledger, OwnClock(), self.keystore, self.types)
        self.readers = Readers(folder.database, KEY, size=2)
        self.monotonic: Iterator[float] = itertools.repeat(0.0)
        self.renewals: list[str] = []
        self.writer = self.new_writer()
        self.bus = Bus(manifests, self.writer, self.readers, b"key")
        self.writer.start()

    def new_writer(self) -> Writer:
        def monotonic_s() -> float:
            return next(self.monotonic)

        return Writer(self.connection, self.core, self.head().seq, lambda: None, monotonic_s, self._renew)

    def _renew(self) -> None:
        self.renewals.append(self.connection.log[-1] if self.connection.log else "start")

    def _hold(self, _command: Hold, _context: Context) -> Decision:
        self.entered.set()
        assert self.let_go.wait(WAIT_S)
        return Decision()

    def send(self, command: Command) -> Outcome:
        return self.bus.dispatch(command, SYSTEM)

    def send_together(self, *commands: Command) -> list[Outcome]:
        """All of them in one group, in this order, behind one that held the writer."""
        outcomes: list[Future[Outcome]] = [Future() for _ in commands]
        holding = threading.Thread(target=self.send, args=(Hold(command_id=new_id()),))
        holding.start()
        assert self.entered.wait(WAIT_S)
        for command, outcome in zip(commands, outcomes, strict=True):
            spec = self.bus._specs[type(command)]
            assert self.bus._submit(spec, command, SYSTEM, None, outcome)
        self.connection.log.clear()
        self.let_go.set()
        holding.join(WAIT_S)
        return [outcome.result(WAIT_S) for outcome in outcomes]

    def head(self) -> Head:
        return read_head(self.readers) or Head(1, 0, bytes(32), 0)

    def close(self) -> None:
        self.connection.hook = lambda _sql: None
        self.let_go.set()
        self.writer.stop()
        self.readers.close()
        self.connection.real.close()
        self.keystore.close()


@pytest.fixture
def bench(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr(writer_module, "NORMAL_TAIL_S", 3_600.0)  # due when a test says so
    made = Bench(folder)
    yield made
    made.close()


def fills(count: int) -> list[Command]:
    return [Fill(command_id=new_id(), jar_id=f"jar-{number}", beans=1) for number in range(count)]


def nudge() -> Nudge:
    return Nudge(command_id=new_id(), jar_id="nudged")


def assert_true_to_the_database(bench: Bench, commands: list[Command], outcomes: list[Outcome]) -> None:
    """Success is in the journal under its number, a refusal is not, and the head is the journal's."""
    kept = {entry.command_id: entry.seq for entry in read_page(bench.readers, 0, 999)}
    told = {
        command.command_id: outcome.first_seq
        for command, outcome in zip(commands, outcomes, strict=True)
        if outcome.refusal is None
    }
    assert told == {command_id: seq for command_id, seq in kept.items() if command_id in told}
    assert len(kept) == len(told)
    assert bench.core.mark()[0] == bench.head()


def after_a_group_of(size: int, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The writer has just seen such a group, and has all the time to gather the next."""
    monkeypatch.setattr(writer_module, "NEXT_ARRIVAL_S", WAIT_S)
    bench.writer._company = size


def test_a_group_waits_for_those_just_answered(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    after_a_group_of(3, bench, monkeypatch)
    commands = fills(3)
    outcomes: list[Future[Outcome]] = [Future() for _ in commands]
    bench.connection.log.clear()
    for command, outcome in zip(commands, outcomes, strict=True):
        assert bench.connection.log == []  # nothing is begun before the group is whole
        assert bench.bus._submit(bench.bus._specs[Fill], command, SYSTEM, None, outcome)
    assert [outcome.result(WAIT_S).first_seq for outcome in outcomes] == [1, 2, 3]
    assert bench.connection.log.count(COMMIT) == 1


def test_a_till_that_sells_alone_waits_for_nobody(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    after_a_group_of(1, bench, monkeypatch)
    outcome: Future[Outcome] = Future()
    assert bench.bus._submit(bench.bus._specs[Fill], fills(1)[0], SYSTEM, None, outcome)
    assert outcome.result(WAIT_S / 2).first_seq == 1


def test_what_needs_no_fsync_waits_for_nobody(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    after_a_group_of(3, bench, monkeypatch)
    outcome: Future[Outcome] = Future()
    assert bench.bus._submit(bench.bus._specs[Nudge], nudge(), SYSTEM, None, outcome)
    assert outcome.result(WAIT_S / 2).refusal is None


def test_what_needs_no_fsync_ends_a_wait_for_company(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    after_a_group_of(3, bench, monkeypatch)
    outcomes: list[Future[Outcome]] = [Future(), Future()]
    for command, outcome in zip((*fills(1), nudge()), outcomes, strict=True):
        assert bench.bus._submit(bench.bus._specs[type(command)], command, SYSTEM, None, outcome)
    assert [outcome.result(WAIT_S / 2).first_seq for outcome in outcomes] == [1, 2]


def test_those_who_left_are_soon_waited_for_no_more(bench: Bench) -> None:
    bench.writer._company = 3
    assert bench.send(*fills(1)).refusal is None
    bench.send(*fills(1))
    assert bench.writer._company == 1


def test_everybody_who_waits_shares_one_commit(bench: Bench) -> None:
    outcomes = bench.send_together(*fills(10))
    assert [outcome.first_seq for outcome in outcomes] == list(range(1, 11))
    assert bench.connection.log.count(COMMIT) == 2  # the holder's, and the ten's


def test_a_group_has_a_limit(bench: Bench) -> None:
    outcomes = bench.send_together(*fills(GROUP_LIMIT + 1))
    assert all(outcome.refusal is None for outcome in outcomes)
    assert bench.connection.log.count(COMMIT) == 3


def test_nobody_is_answered_before_commit(bench: Bench) -> None:
    reached, go_on = threading.Event(), threading.Event()

    def wait_at_commit(sql: str) -> None:
        if sql == COMMIT:
            reached.set()
            assert go_on.wait(WAIT_S)

    bench.connection.hook = wait_at_commit
    waiter: Future[Outcome] = Future()
    (command,) = fills(1)
    bench.bus._submit(bench.bus._specs[Fill], command, SYSTEM, None, waiter)
    assert reached.wait(WAIT_S)
    assert not waiter.done()
    assert bench.head().seq == 0
    go_on.set()
    assert waiter.result(WAIT_S).first_seq == 1


def test_a_group_is_full_if_one_of_it_is(bench: Bench) -> None:
    bench.send_together(nudge(), *fills(1), nudge())
    assert bench.writer.fsynced_seq == 3
    synchronous = [sql for sql in bench.connection.log if "synchronous" in sql or sql == BEGIN]
    assert synchronous[-1] == BEGIN  # set before BEGIN, where SQLite heeds it
    bench.send(nudge())
    assert bench.connection.log[-1] == COMMIT
    assert "PRAGMA synchronous = NORMAL" in bench.connection.log
    assert bench.writer.fsynced_seq == 3


def test_a_normal_tail_is_made_durable_in_its_time(bench: Bench) -> None:
    bench.monotonic = itertools.count(0.0, 10_000.0)  # each look at the clock finds the tail due
    bench.send(nudge())
    bench.connection.wait_for(COMMIT, 3)  # at start, the nudge's, the tail's
    bench.send(Explode(command_id=new_id(), jar_id="x"))
    assert bench.writer.fsynced_seq == 1


def test_a_full_group_that_wrote_nothing_vouches_for_nothing(bench: Bench) -> None:
    """A COMMIT without a change syncs nothing: the nudge before it is not durable yet."""
    bench.send(nudge())
    refused = bench.send(Fill(command_id=new_id(), jar_id="a", beans=0))
    assert refused.refusal == Refusal("jars.nothing", 400)
    assert bench.writer.fsynced_seq == 0
    bench.writer.stop()
    assert bench.writer.fsynced_seq == 1


def test_each_sync_of_the_tail_writes_to_the_log(bench: Bench) -> None:
    """SQLite skips a row written as it was, and would then sync nothing."""
    bench.send(nudge())
    bench.writer.stop()
    size = bench.wal.stat().st_size
    for _ in range(2):
        again = bench.new_writer()
        again.start()
        again.stop()
    assert bench.wal.stat().st_size >= size + 4 * 4096


@pytest.mark.parametrize("lost_at", [1, 4, 8])
def test_when_the_whole_transaction_is_lost_its_members_run_alone(bench: Bench, lost_at: int) -> None:
    releases = 0

    def give_up(sql: str) -> None:
        nonlocal releases
        releases += sql == "RELEASE command"
        if sql == "RELEASE command" and releases == 1 + lost_at:  # the holder released first
            bench.connection.real.execute("ROLLBACK")

    commands = fills(8)
    bench.connection.hook = give_up
    outcomes = bench.send_together(*commands)
    assert [outcome.first_seq for outcome in outcomes] == list(range(1, 9))
    assert bench.connection.log.count(COMMIT) == 1 + 8
    assert_true_to_the_database(bench, commands, outcomes)


@pytest.mark.parametrize(("code", "refused"), [(10, "storage.failed"), (13, "storage.full")])
@pytest.mark.parametrize("times", [1, 2, 5, 9])
def test_when_commit_fails_each_is_answered_once_and_truly(
    bench: Bench, times: int, code: int, refused: str
) -> None:
    commands = fills(8)
    bench.connection.hook = failing(COMMIT, code, skip=1, times=times)
    outcomes = bench.send_together(*commands)
    codes = [outcome.refusal.code for outcome in outcomes if outcome.refusal]
    assert codes == [refused] * (times - 1)  # the group's failure, then each alone
    assert_true_to_the_database(bench, commands, outcomes)
    bench.connection.hook = lambda _sql: None
    again = [bench.send(command) for command in commands]
    assert [outcome.refusal for outcome in again] == [None] * 8
    assert bench.head().seq == 8


def test_an_event_that_cannot_be_written_refuses_its_command_alone(bench: Bench) -> None:
    commands = fills(5)
    bench.connection.hook = failing("INSERT INTO journal", 13, skip=2)
    outcomes = bench.send_together(*commands)
    assert [outcome.refusal.code if outcome.refusal else "" for outcome in outcomes] == [
        "", "", "storage.full", "", ""
    ]  # fmt: skip
    assert_true_to_the_database(bench, commands, outcomes)


def test_a_bug_in_a_statement_is_not_called_a_disk_failure(bench: Bench) -> None:
    bench.connection.hook = failing("INSERT INTO journal", code=1)
    assert bench.send(*fills(1)).refusal == Refusal("hub.internal_error", 500)


def test_while_the_head_cannot_be_read_nothing_is_done_and_then_all_goes_on(bench: Bench) -> None:
    bench.send(*fills(1))

    def dead_disk(sql: str) -> None:
        if sql == COMMIT or sql.startswith("SELECT journal.epoch"):  # the head's query
            failing(sql)(sql)

    bench.connection.hook = dead_disk
    for command in fills(3):
        assert bench.send(command).refusal == Refusal("storage.failed", 503)
    bench.connection.hook = lambda _sql: None
    assert bench.send(*fills(1)).first_seq == 2
    assert bench.core.mark()[0] == bench.head()


def test_after_a_failure_the_log_is_renewed_before_anything_is_trusted(bench: Bench) -> None:
    bench.renewals.clear()  # the start's
    bench.connection.hook = failing(COMMIT)
    bench.send(*fills(1))
    assert bench.renewals == []
    bench.connection.hook = lambda _sql: None
    bench.connection.log.append("the disk is well")
    bench.send(*fills(1))
    assert bench.renewals == ["the disk is well"]
    bench.send(*fills(1))
    assert len(bench.renewals) == 1


def test_a_log_that_cannot_be_renewed_refuses(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def cannot() -> None:
        raise OSError(5, "Input/output error")

    bench.writer.suspect_log()
    monkeypatch.setattr(bench.writer, "_renew_log", cannot)
    for command in fills(2):
        assert bench.send(command).refusal == Refusal("storage.failed", 503)
    monkeypatch.setattr(bench.writer, "_renew_log", lambda: None)
    assert bench.send(*fills(1)).first_seq == 1


def test_a_bug_after_commit_does_not_take_the_answer_back(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bug() -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(bench.writer, "_after_commit", bug)
    assert bench.send(*fills(1)).first_seq == 1
    assert bench.send(*fills(1)).first_seq == 2


def test_a_writer_that_cannot_go_on_ends_the_process(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    died = threading.Event()

    def bug(_items: Any) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(bench.writer, "_settle", bug)
    monkeypatch.setattr(bench.writer, "_died", died.set)
    bench.bus._submit(bench.bus._specs[Fill], fills(1)[0], SYSTEM, None, Future())
    assert died.wait(WAIT_S)


def test_a_full_queue_and_a_stopped_writer_take_no_more(bench: Bench) -> None:
    holding = threading.Thread(target=bench.send, args=(Hold(command_id=new_id()),))
    holding.start()
    assert bench.entered.wait(WAIT_S)
    waiters: list[Future[Outcome]] = [Future() for _ in range(QUEUE_LIMIT + 1)]
    work: Any = bench.bus._specs[Nudge]
    taken = [bench.bus._submit(work, nudge(), SYSTEM, None, waiter) for waiter in waiters]
    assert taken == [True] * QUEUE_LIMIT + [False]
    bench.let_go.set()
    holding.join(WAIT_S)
    bench.writer.stop()
    assert all(waiter.result(WAIT_S).refusal is None for waiter in waiters[:QUEUE_LIMIT])
    assert bench.writer.fsynced_seq == QUEUE_LIMIT
    assert not bench.writer.submit(work, Durability.FULL, Future())


def test_those_who_left_harm_nobody(bench: Bench) -> None:
    async def leave() -> None:
        waiting = asyncio.ensure_future(bench.bus.adispatch(fills(1)[0], SYSTEM))
        await asyncio.sleep(0)
        waiting.cancel()

    def leave_with_the_loop() -> None:
        loop = asyncio.new_event_loop()
        waiter: asyncio.Future[Outcome] = loop.create_future()
        bench.bus._submit(bench.bus._specs[Fill], fills(1)[0], SYSTEM, None, waiter)
        loop.close()

    asyncio.run(leave())
    leave_with_the_loop()
    gone: Future[Outcome] = Future()
    gone.cancel()
    bench.bus._submit(bench.bus._specs[Fill], fills(1)[0], SYSTEM, None, gone)
    assert bench.send(*fills(1)).first_seq == 4
