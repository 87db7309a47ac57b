"""The recorder on a plain encrypted database: FULL keeps what it acknowledged, NORMAL is seen to lose."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.worlds.powercut.disk import Mode
from tests.worlds.powercut.plain_trade import Told, surviving, trade
from tests.worlds.powercut.preload import Recorder
from tests.worlds.powercut.recording import Recording

SALES = 60
CUTS = 40


def recorded(library: Path, tmp_path: Path, synchronous: str) -> Recording:
    recorder = Recorder.over(library, tmp_path / "data", tmp_path / "recorder")
    trade(recorder, synchronous, SALES)
    recording = recorder.recording()
    assert Told.by(recording.marks(len(recording.records))).paid == set(range(SALES))
    return recording


def losses(recording: Recording, tmp_path: Path, mode: Mode) -> list[int]:
    """Per cut, how many acknowledged sales are gone; that the database is whole is asserted on the way."""
    rng, lost = Random(f"{mode} {len(recording.records)}"), []
    for at in recording.sample(rng, CUTS):
        into = tmp_path / f"{mode}-{at}"
        recording.rebuild(at, into, rng, mode)
        told, found = Told.by(recording.marks(at)), None
        if told.ready or (into / "ledger.db").exists():
            found = surviving(into)
        lost.append(len(told.paid - (found or set())) + (told.ready and found is None))
    return lost


@pytest.mark.parametrize("mode", ["dropped", "torn"])
def test_full_keeps_every_acknowledged_sale(recorder_library: Path, tmp_path: Path, mode: Mode) -> None:
    recording = recorded(recorder_library, tmp_path, "FULL")
    found = losses(recording, tmp_path, mode)
    assert len(found) >= CUTS
    assert sum(found) == 0


@pytest.mark.parametrize("mode", ["dropped", "torn"])
def test_normal_loses_acknowledged_sales_and_the_recorder_sees_it(
    recorder_library: Path, tmp_path: Path, mode: Mode
) -> None:
    recording = recorded(recorder_library, tmp_path, "NORMAL")
    assert sum(losses(recording, tmp_path, mode)) > 0


def test_a_killed_program_without_a_power_cut_loses_nothing(recorder_library: Path, tmp_path: Path) -> None:
    recording = recorded(recorder_library, tmp_path, "NORMAL")
    recording.rebuild(len(recording.records), tmp_path / "whole", Random(0), "whole")
    live = {
        path.name: path.read_bytes() for path in (tmp_path / "data").iterdir() if path.suffix != ".db-shm"
    }
    whole = {path.name: path.read_bytes() for path in (tmp_path / "whole").iterdir()}
    assert whole == live
    assert surviving(tmp_path / "whole") == set(range(SALES))
