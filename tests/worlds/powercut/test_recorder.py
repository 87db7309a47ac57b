"""The recorder sees what a program does to its files, and says so when it cannot."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import get_args

import pytest

from tests.worlds.powercut import hook_exercise, preload
from tests.worlds.powercut.disk import Mode
from tests.worlds.powercut.preload import CompilerMissing, Recorder
from tests.worlds.powercut.recording import Recording, Unreplayable

RUN_TIMEOUT_S = 60


def exercised(library: Path, tmp_path: Path, part: str) -> Recording:
    recorder = Recorder.over(library, tmp_path / "data", tmp_path / "recorder")
    program = [sys.executable, hook_exercise.__file__, str(recorder.directory), part]
    subprocess.run(program, env=recorder.environment(), check=True, timeout=RUN_TIMEOUT_S)
    return recorder.recording()


def contents(directory: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(directory)): path.read_bytes() if path.is_file() else None
        for path in directory.rglob("*")
    }


def test_the_replayed_directory_is_the_real_one(recorder_library: Path, tmp_path: Path) -> None:
    (tmp_path / "data" / "before").mkdir(parents=True)
    (tmp_path / "data" / "before" / "was").write_bytes(b"there" * 1000)
    recording = exercised(recorder_library, tmp_path, "everything")
    recording.rebuild(len(recording.records), tmp_path / "whole", Random(0), "whole")
    assert contents(tmp_path / "whole") == contents(tmp_path / "data")


@pytest.mark.parametrize("part", ["mapping", "symbolic_link"])
def test_what_cannot_be_replayed_is_refused(recorder_library: Path, tmp_path: Path, part: str) -> None:
    recording = exercised(recorder_library, tmp_path, part)
    with pytest.raises(Unreplayable):
        recording.rebuild(len(recording.records), tmp_path / "whole", Random(0), "whole")


def test_what_was_there_before_counts_as_durable(recorder_library: Path, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "was").write_bytes(b"there" * 1000)
    recording = exercised(recorder_library, tmp_path, "sloppy_replace")
    recording.rebuild(len(recording.records), tmp_path / "dropped", Random(0), "dropped")
    assert contents(tmp_path / "dropped") == {"was": b"there" * 1000}


def test_an_fsynced_replacement_survives_whole(recorder_library: Path, tmp_path: Path) -> None:
    recording = exercised(recorder_library, tmp_path, "atomic_replace")
    rng = Random(7)
    for at in recording.boundaries():
        for mode in get_args(Mode):
            recording.rebuild(at, tmp_path / f"{mode}-{at}", rng, mode)
            turns = [int(mark) for mark in recording.marks(at) if mark.isdigit()]
            found = contents(tmp_path / f"{mode}-{at}").get("settings")
            assert (found is None and not turns) or found in _versions_since(turns)


def _versions_since(turns: list[int]) -> list[bytes]:
    return [str(turn).encode() * 2000 for turn in range(turns[-1] if turns else 0, 5)]


def test_a_replacement_without_fsync_is_seen_to_be_lost(recorder_library: Path, tmp_path: Path) -> None:
    recording = exercised(recorder_library, tmp_path, "sloppy_replace")
    end, torn = len(recording.records), []
    for seed in range(40):
        recording.rebuild(end, tmp_path / f"torn-{seed}", Random(seed), "torn")
        torn.append(contents(tmp_path / f"torn-{seed}").get("settings"))
    assert None in torn
    assert any(found is not None and found not in _versions_since([]) for found in torn)


def test_a_log_with_a_record_missing_is_refused(recorder_library: Path, tmp_path: Path) -> None:
    recording = exercised(recorder_library, tmp_path, "atomic_replace")
    without = recording.records[:9] + recording.records[10:]
    (tmp_path / "gap").write_bytes(b"".join(record.packed() for record in without))
    with pytest.raises(Unreplayable, match="gap"):
        Recording.load(tmp_path / "gap")


def test_without_gcc_it_fails_clearly(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(os.environ, "PATH", str(tmp_path))
    with pytest.raises(CompilerMissing, match="needs gcc"):
        preload.build(tmp_path)
