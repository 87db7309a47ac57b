"""Who shares a commit with whom, and who waits for company."""

from collections.abc import Iterator
from concurrent.futures import Future

import pytest

from hub.kernel import writer as writer_module
from hub.kernel.context import SYSTEM
from hub.kernel.engine import Folder
from hub.kernel.module import Durability
from hub.kernel.writer import Outcome
from tests.kernel.faulty import WAIT_S
from tests.kernel.jars import Fill, Nudge
from tests.kernel.writer_bench import COMMIT, Bench, fills, nudge


@pytest.fixture
def bench(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr(writer_module, "NORMAL_TAIL_S", 3_600.0)  # due when a test says so
    made = Bench(folder)
    yield made
    made.close()


def after_a_group_of(
    size: int, bench: Bench, monkeypatch: pytest.MonkeyPatch, kind: Durability = Durability.FULL
) -> None:
    """The writer has just seen such a group, and has all the time to gather the next."""
    monkeypatch.setattr(writer_module, "NEXT_ARRIVAL_S", dict.fromkeys(Durability, WAIT_S))
    bench.writer._company[kind] = size


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


def test_scans_wait_for_the_scans_just_answered(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    after_a_group_of(2, bench, monkeypatch, Durability.NORMAL)
    outcomes: list[Future[Outcome]] = [Future(), Future()]
    bench.connection.log.clear()
    for outcome in outcomes:
        assert bench.connection.log == []  # nothing is begun before the group is whole
        assert bench.bus._submit(bench.bus._specs[Nudge], nudge(), SYSTEM, None, outcome)
    assert [outcome.result(WAIT_S).first_seq for outcome in outcomes] == [1, 2]
    assert bench.connection.log.count(COMMIT) == 1


def test_what_needs_no_fsync_waits_for_no_sale(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_what_needs_no_fsync_does_not_wait_for_one_behind_it(bench: Bench) -> None:
    outcomes = bench.send_together(nudge(), nudge(), *fills(2), nudge())
    assert [outcome.first_seq for outcome in outcomes] == [1, 2, 3, 4, 5]
    synchronous = [sql.split()[-1] for sql in bench.connection.log if "synchronous" in sql or sql == COMMIT]
    assert synchronous == [
        "COMMIT",
        "NORMAL",
        "COMMIT",
        "FULL",
        "COMMIT",
    ]  # the holder's, the first two's, the rest's


def test_those_who_left_are_soon_waited_for_no_more(bench: Bench) -> None:
    bench.writer._company[Durability.FULL] = 3
    assert bench.send(*fills(1)).refusal is None
    bench.send(*fills(1))
    assert bench.writer._company[Durability.FULL] == 1


def test_scans_are_no_company_for_a_sale(bench: Bench) -> None:
    bench.send_together(*fills(1), nudge(), nudge())
    assert bench.writer._company == {Durability.NORMAL: 1, Durability.FULL: 1}
