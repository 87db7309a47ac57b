"""Faults from a seed: the same traffic meets the same faults."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware_sim.devices import testbed
from hardware_sim.devices.fault_set import FaultSet
from hardware_sim.fate import Fate
from hardware_sim.faults import Fault, Noise, PaperOut, Silent, SplitFrames, Unplugged
from hardware_sim.layout import RECEIPT_PRINTER, SERIAL_SCANNER, STANDARD
from hardware_sim.play import SimulatedCounter
from hardware_sim.schedule import (
    FaultSchedule,
    FaultStep,
    ScheduleUnreadable,
    random_schedule,
    read_schedule,
)
from hardware_sim.views import DeviceKind
from tests.hardware_sim.hosts import LINE_SCANNER, TCP_PRINTER, USB_SCANNER, serial_host

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
        assert len(mine) == 4
        ends = [step.after + (step.lasts or 0) for step in mine]
        assert all(end < step.after for end, step in zip(ends, mine[1:], strict=False))


def test_a_schedule_survives_being_stored(tmp_path: Path) -> None:
    schedule = random_schedule(7, {LINE_SCANNER: "scanner"}, rounds=3, clock=LINE_SCANNER)
    path = tmp_path / "faults.json"
    path.write_bytes(msgspec.json.encode(schedule))
    assert read_schedule(path) == schedule


SAME = """
seed = 7

[[steps]]
device_id = "printer-1"
fault = { type = "paper_out", after_lines = 3 }
counted_on = "scanner-2"
unit = "scans"
after = 10
lasts = 4
every = 20
probability = 0.5
"""


def test_a_schedule_can_be_toml(tmp_path: Path) -> None:
    path = tmp_path / "faults.toml"
    path.write_text(SAME)
    step = FaultStep(
        device_id=TCP_PRINTER,
        fault=PaperOut(after_lines=3),
        counted_on=LINE_SCANNER,
        unit="scans",
        after=10,
        lasts=4,
        every=20,
        probability=0.5,
    )
    assert read_schedule(path) == FaultSchedule(seed=7, steps=(step,))
    path.write_text(SAME.replace("paper_out", "paper_eaten"))
    with pytest.raises(ScheduleUnreadable, match=r"paper_eaten.*\$\.steps\[0\]\.fault"):
        read_schedule(path)


def scheduled(**numbers: object) -> FaultStep:
    given = {"device_id": LINE_SCANNER, "fault": {"type": "noise"}, "unit": "scans", "after": 2}
    return msgspec.convert({**given, **numbers}, FaultStep)


@pytest.mark.parametrize(
    ("step", "problem"),
    [
        (scheduled(device_id="scanner-9"), "no device 'scanner-9'; there are scanner-2, printer-1"),
        (scheduled(counted_on="till-1"), "no device 'till-1'"),
        (scheduled(fault={"type": "paper_out"}), "scanner-2 cannot have paper_out; it can have split_frames"),
        (scheduled(unit="bytes_out", lasts=3), "it may never end"),
        (scheduled(lasts=3, every=3), "it comes again"),
    ],
)
def test_a_step_that_cannot_be_says_why(tmp_path: Path, step: FaultStep, problem: str) -> None:
    schedule = FaultSchedule(steps=(scheduled(), step))
    with (
        pytest.raises(ScheduleUnreadable, match=rf"steps\[1\] of the fault schedule: {problem}"),
        SimulatedCounter(tmp_path, (SERIAL_SCANNER, RECEIPT_PRINTER), schedule),
    ):
        pass


def fated(step: FaultStep, counts: int, seed: int = 0) -> str:
    """What happens at each count: one letter for a beginning, an end, both, or nothing."""
    fate = Fate(seed, (step,))
    told = []
    for count in range(1, counts + 1):
        over, due = fate.over(LINE_SCANNER, "scans", count), fate.due(LINE_SCANNER, "scans", count)
        told.append("x" if over and due else "(" if due else ")" if over else ".")
    return "".join(told)


def test_a_step_lasts_and_comes_again() -> None:
    assert fated(scheduled(), 6) == ".(...."
    assert fated(scheduled(lasts=2), 6) == ".(.).."
    assert fated(scheduled(lasts=2, every=3), 9) == ".(.)(.)(."
    assert fated(scheduled(after=0), 2) == "(."


def test_a_step_that_may_come_is_drawn_from_the_seed() -> None:
    maybe = scheduled(lasts=1, every=2, probability=0.5)
    seen = {fated(maybe, 40, seed) for seed in range(4)}
    assert len(seen) == 4
    assert all(4 <= told.count("(") <= 16 for told in seen)
    assert fated(maybe, 40, 3) == fated(maybe, 40, 3)


def test_a_schedule_of_a_missing_keyboard_scanner_goes_on_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(testbed, "LIBRARY", "libumockdev-not-here.so.9")
    steps = (scheduled(device_id=USB_SCANNER), scheduled(after=1))
    with SimulatedCounter(tmp_path, STANDARD, FaultSchedule(steps=steps)) as counter:
        with serial_host(counter, LINE_SCANNER):
            counter.scan("1")
        assert counter.view(LINE_SCANNER).faults == (Noise(),)


@pytest.mark.parametrize("text", ["[]", '{"seed": 1, "steps": [{}]}', "no"])
def test_an_unreadable_schedule_is_said_in_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "faults.json"
    path.write_text(text)
    with pytest.raises(ScheduleUnreadable, match=r"faults\.json is not a fault schedule"):
        read_schedule(path)
    with pytest.raises(ScheduleUnreadable, match="cannot read"):
        read_schedule(tmp_path / "none.json")


def test_a_schedule_strikes_at_its_counts(tmp_path: Path) -> None:
    def step(after: int, device_id: str, fault: Fault, lasts: int) -> FaultStep:
        return FaultStep(
            counted_on=LINE_SCANNER, unit="scans", after=after, device_id=device_id, fault=fault, lasts=lasts
        )

    steps = (
        step(1, TCP_PRINTER, PaperOut(), 2),
        step(1, TCP_PRINTER, Silent(), 3),
        step(2, LINE_SCANNER, Unplugged(), 2),
    )
    schedule = FaultSchedule(seed=0, steps=steps)
    with SimulatedCounter(tmp_path, (SERIAL_SCANNER, RECEIPT_PRINTER), schedule) as counter:
        with serial_host(counter, LINE_SCANNER):
            assert counter.scan("1")
            assert counter.view(TCP_PRINTER).faults == (PaperOut(), Silent())
            assert counter.scan("2")
        assert not counter.view(LINE_SCANNER).plugged
        assert not counter.scan("3", LINE_SCANNER)
        healed = counter.view(TCP_PRINTER)
        assert healed.faults == (Silent(),)
        assert healed.printer
        assert healed.printer.paper == "ok"
        assert not counter.scan("4", LINE_SCANNER)
        assert counter.view(LINE_SCANNER).plugged
        assert counter.view(TCP_PRINTER).faults == ()
