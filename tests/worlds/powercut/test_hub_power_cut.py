"""The power goes while a hub trades: what it answered is there, the chain holds, nothing forks upstream."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from tests.worlds.powercut import hub_trade
from tests.worlds.powercut.disk import Mode
from tests.worlds.powercut.hub_trade import open_hub
from tests.worlds.powercut.preload import Recorder
from tests.worlds.powercut.recording import Kind, Recording
from tests.worlds.powercut.stores import TRADES
from tests.worlds.powercut.survivor import Told, check_retries, check_survivor, journal_of

TILLS, TURNS = 4, 40
"""Several tills share commits; a till alone makes every command a commit of its own, the same in each run."""
CUTS = 10
RUN_TIMEOUT_S = 60
ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Traded:
    """A trade that ran to its end under the recorder."""

    trade: str
    commands: int
    recording: Recording
    recorder: Recorder

    @property
    def opened_at(self) -> int:
        """The moment the store opened."""
        return next(at for at, mark in enumerate(self.recording.records) if mark.kind is Kind.MARK)


@pytest.fixture(scope="module", params=[("jars", 1), ("jars", TILLS), ("shop", TILLS)], ids=str)
def traded(
    request: pytest.FixtureRequest, recorder_library: Path, tmp_path_factory: pytest.TempPathFactory
) -> Traded:
    """One recorded trade, cut in every test at other moments."""
    trade, tills = request.param
    turns = TILLS * TURNS // tills // 2
    where = tmp_path_factory.mktemp("hub")
    recorder = Recorder.over(recorder_library, where / "data", where / "recorder")
    program = [sys.executable, "-m", hub_trade.__name__, str(recorder.directory), trade]
    program += [str(tills), str(turns)]
    subprocess.run(program, env=recorder.environment(), check=True, timeout=RUN_TIMEOUT_S, cwd=ROOT)
    return Traded(trade, tills * turns, recorder.recording(), recorder)


def test_the_trade_is_what_it_was_meant_to_be(traded: Traded) -> None:
    told = Told.by(traded.recording.marks(len(traded.recording.records)))
    assert len(told.marks) == traded.commands
    assert {mark.refused for mark in told.marks} <= TRADES[traded.trade].may_refuse | {""}
    assert any(mark.full for mark in told.marks)
    assert not all(mark.full for mark in told.marks)


@pytest.mark.parametrize("mode", ["dropped", "torn"])
def test_every_answered_command_survives(traded: Traded, tmp_path: Path, mode: Mode) -> None:
    recording, rng = traded.recording, Random(f"cut {mode}")
    lived, trade = journal_of(traded.recorder.directory), TRADES[traded.trade]
    kept = []
    for at in recording.sample(rng, CUTS, since=traded.opened_at):
        recording.rebuild(at, tmp_path / str(at), rng, mode)
        told = Told.by(recording.marks(at))
        kept = check_survivor(tmp_path / str(at), trade, told.safe_seq, lived)
        assert kept == lived[: len(kept)]
        assert told.missing_from(kept) == []
        check_retries(tmp_path / str(at), trade, told)
    assert len(kept) > traded.commands // 2


@pytest.mark.parametrize("mode", ["dropped", "torn"])
@pytest.mark.parametrize("traded", [("jars", 1), ("shop", TILLS)], ids=str, indirect=True)
def test_a_first_start_cut_short_can_be_made_again(traded: Traded, tmp_path: Path, mode: Mode) -> None:
    recording, rng = traded.recording, Random(f"first start {mode}")
    starting = [at for at in recording.boundaries() if at <= traded.opened_at]
    for at in sorted(rng.sample(starting, CUTS)):
        recording.rebuild(at, tmp_path / str(at), rng, mode)
        check_survivor(tmp_path / str(at), TRADES[traded.trade], 0, [])


@pytest.mark.parametrize("traded", [("jars", 1)], ids=str, indirect=True)
def test_a_first_start_cut_short_leaves_no_empty_key(traded: Traded, tmp_path: Path) -> None:
    records = traded.recording.records
    made = [at for at, record in enumerate(records) if "hub.key" in record.path + record.path_to]
    for at, seed in [(at, seed) for at in range(made[0], made[-1] + 2) for seed in range(5)]:
        folder = tmp_path / f"{at}-{seed}"
        traded.recording.rebuild(at, folder, Random(seed), "torn")
        open_hub(folder, TRADES[traded.trade]).close()
        assert len((folder / "hub.key").read_bytes()) == 32
