"""The demo's bad day is a schedule that the standard counter can suffer."""

from pathlib import Path

from hardware_sim.layout import COUNTER
from hardware_sim.play import SimulatedCounter
from hardware_sim.schedule import read_schedule

BAD_DAY = Path(__file__).parents[2] / "hub" / "app" / "demo" / "day" / "faults_bad_day.toml"


def test_the_bad_day_fits_the_standard_counter(tmp_path: Path) -> None:
    schedule = read_schedule(BAD_DAY)
    assert len(schedule.steps) > 20
    with SimulatedCounter(tmp_path, COUNTER, schedule) as counter:
        standing = {device.device_id for device in counter.wiring.devices}
    assert {step.device_id for step in schedule.steps} <= standing | {"scanner-1"}
