"""A hub whose disk fails in the n-th write of a group, or at COMMIT: nobody is told "paid" and lost."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from random import Random

import msgspec
import pytest

from hub.kernel.journal import Entry
from tests.worlds.powercut.disk import Mode
from tests.worlds.powercut.preload import Recorder
from tests.worlds.powercut.recording import Kind, Recording
from tests.worlds.powercut.survivor import check_survivor, journal_of
from tests.worlds.storage_faults import faulty_trade
from tests.worlds.storage_faults.faulty_trade import FAULTY, GROUP, After, Told

RUN_TIMEOUT_S = 60
CUTS = 6
ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Played:
    """Every scene of one kind of fault, played to the end."""

    recording: Recording
    told: list[Told]
    after: list[After]
    lived: list[Entry]


def told_by(recording: Recording, before: int) -> list[Told | After]:
    return [msgspec.json.decode(mark, type=Told | After) for mark in recording.marks(before)]


@pytest.fixture(scope="module", params=sorted(faulty_trade.FAULTS))
def played(
    request: pytest.FixtureRequest, recorder_library: Path, tmp_path_factory: pytest.TempPathFactory
) -> Played:
    where = tmp_path_factory.mktemp(request.param)
    recorder = Recorder.over(recorder_library, where / "data", where / "recorder")
    program = [sys.executable, "-m", faulty_trade.__name__, str(recorder.directory), request.param]
    subprocess.run(program, env=recorder.environment(), check=True, timeout=RUN_TIMEOUT_S, cwd=ROOT)
    recording = recorder.recording()
    marks = told_by(recording, len(recording.records))
    told = [mark for mark in marks if isinstance(mark, Told)]
    after = [mark for mark in marks if isinstance(mark, After)]
    return Played(recording, told, after, journal_of(recorder.directory))


def test_the_faults_did_strike(played: Played) -> None:
    assert sum(after.fired for after in played.after) > 0


def test_everybody_is_answered_once(played: Played) -> None:
    assert [after.answered for after in played.after] == [GROUP + 2] * len(played.after)
    assert len({told.command_id for told in played.told}) == len(played.told)


def test_a_success_is_in_the_journal_and_a_refusal_is_not(played: Played) -> None:
    kept = {entry.command_id: entry.seq for entry in played.lived if entry.command_id}
    told = {told.command_id: told.first_seq for told in played.told if told.first_seq}
    assert told == kept
    assert {told.refused for told in played.told} <= {"", "storage.full", "storage.failed"}
    assert all(not told.first_seq for told in played.told if told.refused)


def test_the_head_in_memory_is_the_database_s(played: Played) -> None:
    assert [after.scene for after in played.after if not after.same_head] == []


def test_once_the_disk_is_well_the_next_command_works(played: Played) -> None:
    assert [told.refused for told in played.told[-1:]] == [""]
    afterwards = played.told[GROUP + 3 :: GROUP + 4]
    assert len(afterwards) == len(played.after)
    assert {told.refused for told in afterwards} == {""}


def test_the_hub_that_is_started_again_has_every_answer(played: Played, tmp_path: Path) -> None:
    played.recording.rebuild(len(played.recording.records), tmp_path, Random(0), "whole")
    safe_seq = max(told.last_seq for told in played.told)
    assert check_survivor(tmp_path, FAULTY, safe_seq, played.lived) == played.lived


@pytest.mark.parametrize("mode", ["dropped", "torn"])
def test_a_power_cut_afterwards_takes_nothing_that_was_answered(
    played: Played, tmp_path: Path, mode: Mode
) -> None:
    recording, rng = played.recording, Random(f"faults {mode}")
    first = next(at for at, record in enumerate(recording.records) if record.kind is Kind.MARK)
    for at in recording.sample(rng, CUTS, since=first):
        recording.rebuild(at, tmp_path / str(at), rng, mode)
        told = [mark for mark in told_by(recording, at) if isinstance(mark, Told)]
        safe = [mark.last_seq for mark in told if mark.full] + [mark.fsynced_seq for mark in told]
        check_survivor(tmp_path / str(at), FAULTY, max(safe, default=0), played.lived)
