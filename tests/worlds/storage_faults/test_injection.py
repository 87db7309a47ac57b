"""Storage that fails on command, proved on a plain database: nobody is told "paid" for what is not there."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from tests.worlds.powercut.disk import Mode
from tests.worlds.powercut.faults import FaultControl, Op, Rule
from tests.worlds.powercut.plain_trade import RUN_TIMEOUT_S, Told, surviving, trade
from tests.worlds.powercut.preload import Recorder, slow_fsync

SALES = 40
FULL_DISK = Rule(Op.GROW, errno.ENOSPC, "-wal", times=3, partial=True)
FAILING_FSYNC = Rule(Op.SYNC, errno.EIO, "-wal", times=2)
FAILING_WRITE = Rule(Op.WRITE, errno.EIO, "-wal", times=2)


def traded(library: Path, tmp_path: Path, rule: Rule) -> Recorder:
    recorder = Recorder.over(library, tmp_path / "data", tmp_path / "recorder")
    with recorder.faults() as faults:
        faults.arm(rule)
        trade(recorder, "FULL", SALES)
        assert faults.fired() == rule.times
    return recorder


def told_by(recorder: Recorder) -> Told:
    recording = recorder.recording()
    return Told.by(recording.marks(len(recording.records)))


@pytest.mark.parametrize("skip", [10, 11, 12, 13, 14])
def test_a_disk_that_fills_up_in_mid_transaction(recorder_library: Path, tmp_path: Path, skip: int) -> None:
    rule = Rule(FULL_DISK.ops, FULL_DISK.error, FULL_DISK.suffix, skip, FULL_DISK.times, partial=True)
    recorder = traded(recorder_library, tmp_path, rule)
    told = told_by(recorder)
    assert told.failed
    assert all("full" in why for why in told.failed.values())
    assert surviving(recorder.directory) == told.paid == set(range(SALES)) - set(told.failed)


@pytest.mark.parametrize("rule", [FAILING_FSYNC, FAILING_WRITE], ids=["fsync", "write"])
@pytest.mark.parametrize("skip", [8, 15])
def test_an_input_output_error(recorder_library: Path, tmp_path: Path, rule: Rule, skip: int) -> None:
    recorder = traded(recorder_library, tmp_path, Rule(rule.ops, rule.error, rule.suffix, skip, rule.times))
    told, found = told_by(recorder), surviving(recorder.directory)
    assert told.failed
    assert all("I/O" in why for why in told.failed.values())
    assert found is not None
    assert told.paid <= found <= told.paid | set(told.failed)


@pytest.mark.parametrize("mode", ["dropped", "torn"])
def test_what_is_acknowledged_after_a_failed_fsync_survives_a_power_cut(
    recorder_library: Path, tmp_path: Path, mode: Mode
) -> None:
    recorder = traded(recorder_library, tmp_path, Rule(Op.SYNC, errno.EIO, "-wal", 8, 2))
    recording, rng = recorder.recording(), Random(f"failed fsync {mode}")
    for at in recording.sample(rng, 25, since=len(recording.records) // 3):
        recording.rebuild(at, tmp_path / f"{mode}-{at}", rng, mode)
        assert Told.by(recording.marks(at)).paid <= (surviving(tmp_path / f"{mode}-{at}") or set())


def seconds_of_five_fsyncs(file: Path, environment: dict[str, str]) -> float:
    program = (
        "import os, sys, time; fd = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT); began = time.monotonic()"
    )
    program += "; [os.fsync(fd) for _ in range(5)]; print(time.monotonic() - began)"
    command = [sys.executable, "-c", program, str(file)]
    done = subprocess.run(
        command, env=environment, check=True, capture_output=True, text=True, timeout=RUN_TIMEOUT_S
    )
    return float(done.stdout)


def test_every_fsync_can_be_made_slower(recorder_library: Path, tmp_path: Path) -> None:
    slow = slow_fsync(recorder_library, delay_ms=20)
    assert seconds_of_five_fsyncs(tmp_path / "file", slow) >= 5 * 0.020


def test_the_control_page_slows_fsync_down(recorder_library: Path, tmp_path: Path) -> None:
    recorder = Recorder.over(recorder_library, tmp_path / "data", tmp_path / "recorder")
    with recorder.faults() as faults:
        faults.slow_fsync(20_000)
        assert seconds_of_five_fsyncs(recorder.directory / "file", recorder.environment()) >= 5 * 0.020
        assert faults.syncs == 5


def test_a_disarmed_rule_harms_nobody(recorder_library: Path, tmp_path: Path) -> None:
    recorder = Recorder.over(recorder_library, tmp_path / "data", tmp_path / "recorder")
    with recorder.faults() as faults:
        faults.arm(FAILING_WRITE)
        faults.disarm()
        trade(recorder, "FULL", SALES)
        assert faults.fired() == 0
        assert faults.syncs > SALES
        assert faults.writes > SALES
    assert told_by(recorder).failed == {}


def test_a_rule_that_does_not_fit_the_page_is_refused(tmp_path: Path) -> None:
    with FaultControl(tmp_path / "control") as faults:
        with pytest.raises(ValueError, match="suffix"):
            faults.arm(Rule(Op.WRITE, suffix="x" * 64))
        with pytest.raises(ValueError, match="rules"):
            faults.arm(Rule(Op.WRITE), slot=8)
