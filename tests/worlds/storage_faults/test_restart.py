"""A hub that was killed while its disk failed, and starts again: what it then sells is safe."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from tests.worlds.powercut import hub_trade
from tests.worlds.powercut.disk import Mode
from tests.worlds.powercut.preload import Recorder
from tests.worlds.powercut.survivor import Told, check_survivor, journal_of
from tests.worlds.powercut.trades import JARS
from tests.worlds.storage_faults import faulty_trade

RUN_TIMEOUT_S = 60
CUTS = 5
ROOT = Path(__file__).resolve().parents[3]


def run(recorder: Recorder, *program: str) -> int:
    """Let a program live its life on the recorded folder; returns how much is recorded then."""
    command = [sys.executable, "-m", program[0], str(recorder.directory), *program[1:]]
    subprocess.run(command, env=recorder.environment(), check=True, timeout=RUN_TIMEOUT_S, cwd=ROOT)
    return len(recorder.recording().records)


@pytest.mark.parametrize("mode", ["dropped", "torn"])
def test_a_restarted_hub_does_not_build_on_what_the_disk_never_got(
    recorder_library: Path, tmp_path: Path, mode: Mode
) -> None:
    recorder = Recorder.over(recorder_library, tmp_path / "data", tmp_path / "recorder")
    died_at = run(recorder, faulty_trade.__name__, "death")
    with recorder.faults() as faults:
        assert faults.fired() > 0
        faults.disarm()
    run(recorder, hub_trade.__name__, "jars", "1", "10")
    recording, rng = recorder.recording(), Random(f"restart {mode}")
    lived, before = journal_of(recorder.directory), len(recording.marks(died_at))
    for at in recording.sample(rng, CUTS, since=died_at):
        recording.rebuild(at, tmp_path / str(at), rng, mode)
        told = Told.by(recording.marks(at)[before:])
        check_survivor(tmp_path / str(at), JARS, told.safe_seq, lived)
