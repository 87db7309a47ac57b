"""Group commit, durability, and what a failing disk may not do."""

import asyncio
import itertools
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import pytest

from hub.kernel import writer as writer_module
from hub.kernel.context import SYSTEM
from hub.kernel.engine import Folder
from hub.kernel.errors import Refusal
from hub.kernel.ids import new_id
from hub.kernel.journal import read_page
from hub.kernel.messages import Command
from hub.kernel.module import Durability
from hub.kernel.writer import GROUP_LIMIT, QUEUE_LIMIT, Outcome
from tests.kernel.faulty import WAIT_S, disk_error, failing
from tests.kernel.jars import Explode, Fill, Nudge
from tests.kernel.writer_bench import BEGIN, COMMIT, Bench, Hold, fills, nudge


@pytest.fixture
def bench(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr(writer_module, "NORMAL_TAIL_S", 3_600.0)  # due when a test says so
    made = Bench(folder)
    yield made
    made.close()


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
    bench.send_together(*fills(1), nudge(), nudge())
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
    written = 0

    def give_up(sql: str) -> None:
        nonlocal written
        written += sql.startswith("INSERT INTO journal")
        if sql.startswith("INSERT INTO journal") and written == lost_at:
            bench.connection.real.execute("ROLLBACK")
            raise disk_error()

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


def test_a_command_that_fails_when_it_has_written_costs_the_others_nothing(bench: Bench) -> None:
    """What its group did goes with it, and is done again: each member alone."""
    commands, written = fills(5), itertools.count(1)

    def third_fails(sql: str) -> None:
        if sql.startswith("INSERT INTO jars") and next(written) in {3, 3 + 3}:
            raise disk_error(1)

    bench.connection.hook = third_fails
    outcomes = bench.send_together(*commands)
    assert [outcome.first_seq for outcome in outcomes] == [1, 2, 0, 3, 4]
    assert outcomes[2].refusal == Refusal("hub.internal_error", 500)
    assert bench.connection.log.count(COMMIT) == 1 + 4
    assert_true_to_the_database(bench, commands, outcomes)


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
