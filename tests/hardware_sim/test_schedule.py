"""Faults from a seed: the same traffic meets the same faults."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware_sim.devices.fault_set import FaultSet
from hardware_sim.faults import Healed, Noise, PaperOut, SplitFrames, Unplugged
from hardware_sim.layout import RECEIPT_PRINTER, SERIAL_SCANNER
from hardware_sim.play import SimulatedCounter
from hardware_sim.schedule import (
    FaultSchedule,
    FaultStep,
    ScheduleUnreadable,
    random_schedule,
    read_schedule,
)
from hardware_sim.views import DeviceKind
from tests.hardware_sim.hosts import LINE_SCANNER, TCP_PRINTER, serial_host

DEVICES: dict[str, DeviceKind] = {LINE_SCANNER: "scanner", TCP_PRINTER: "printer"}


@given(st.integers(), st.binary(min_size=1, max_size=300), st.integers(1, 50), st.sampled_from([1, 24]))
def test_pieces_are_the_frame_and_the_seeds(seed: int, frame: bytes, most: int, unit: int) -> None:
    frame = frame * unit
    cuts = []
    for _ in range(2):
        faults = FaultSet(seed, "device")
        faults.put(SplitFrames(max_chunk=most))
        cuts.append(list(faults.pieces(frame, unit)))
    assert cuts[0] == cuts[1]
    assert b"".join(cuts[0]) == frame
    assert all(len(piece) % unit == 0 and 0 < len(piece) <= max(most, unit) for piece in cuts[0])


def test_two_devices_of_one_seed_differ() -> None:
    noises = []
    for device_id in ("a", "b"):
        faults = FaultSet(1, device_id)
        faults.put(Noise(max_bytes=64))
        noises.append(faults.noise(bytes(range(256))))
    assert noises[0] != noises[1]


def test_an_armed_plug_lets_so_many_bytes_cross() -> None:
    faults = FaultSet(0, "device")
    assert (faults.crossing(5), faults.spent) == (5, False)
    faults.put(Unplugged(after_bytes=7))
    assert (faults.crossing(5), faults.spent) == (5, False)
    assert (faults.crossing(5), faults.spent) == (2, True)
    assert (faults.crossing(5), faults.spent) == (0, True)
    faults.clear()
    assert (faults.crossing(5), faults.spent) == (5, False)


def test_a_random_schedule_is_its_seed() -> None:
    first = random_schedule(42, DEVICES, rounds=4, clock=LINE_SCANNER)
    assert first == random_schedule(42, DEVICES, rounds=4, clock=LINE_SCANNER)
    assert first != random_schedule(43, DEVICES, rounds=4, clock=LINE_SCANNER)
    for device_id in DEVICES:
        mine = [step for step in first.steps if step.device_id == device_id]
        assert [isinstance(step.fault, Healed) for step in mine] == [False, True] * 4
        assert [step.after for step in mine] == sorted({step.after for step in mine})


def test_a_schedule_survives_being_stored(tmp_path: Path) -> None:
    schedule = random_schedule(7, {LINE_SCANNER: "scanner"}, rounds=3, clock=LINE_SCANNER)
    path = tmp_path / "faults.json"
    path.write_bytes(msgspec.json.encode(schedule))
    assert read_schedule(path) == schedule


@pytest.mark.parametrize("text", ["[]", '{"seed": 1, "steps": [{}]}', "no"])
def test_an_unreadable_schedule_is_said_in_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "faults.json"
    path.write_text(text)
    with pytest.raises(ScheduleUnreadable, match=r"faults\.json is not a fault schedule"):
        read_schedule(path)
    with pytest.raises(ScheduleUnreadable, match="cannot read"):
        read_schedule(tmp_path / "none.json")


def test_a_schedule_strikes_at_its_counts(tmp_path: Path) -> None:
    def step(after: int, device_id: str, fault: PaperOut | Unplugged | Healed) -> FaultStep:
        return FaultStep(counted_on=LINE_SCANNER, unit="scans", after=after, device_id=device_id, fault=fault)

    steps = (
        step(1, TCP_PRINTER, PaperOut()),
        step(2, LINE_SCANNER, Unplugged()),
        step(3, TCP_PRINTER, Healed()),
    )
    schedule = FaultSchedule(seed=0, steps=steps)
    with SimulatedCounter(tmp_path, (SERIAL_SCANNER, RECEIPT_PRINTER), schedule) as counter:
        with serial_host(counter, LINE_SCANNER):
            assert counter.scan("1")
            assert counter.view(TCP_PRINTER).faults == (PaperOut(),)
            assert counter.scan("2")
        assert not counter.view(LINE_SCANNER).plugged
        assert not counter.scan("3", LINE_SCANNER)
        assert counter.view(TCP_PRINTER).faults == ()
