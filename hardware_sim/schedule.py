"""A replayable order of faults: seed and steps give the same faults at the same points of the traffic."""

from pathlib import Path
from random import Random
from typing import Literal

import msgspec

from hardware_sim.faults import (
    CoverOpen,
    Fault,
    Healed,
    Noise,
    Offline,
    PaperOut,
    SlowDrain,
    SplitFrames,
    Unplugged,
)
from hardware_sim.views import DeviceKind

Milestone = Literal["scans", "lines", "bytes_in", "bytes_out"]
MENU: dict[DeviceKind, tuple[Fault, ...]] = {
    "scanner": (SplitFrames(), Noise(), Unplugged(), Unplugged(after_bytes=7)),
    "printer": (
        SlowDrain(),
        Offline(),
        PaperOut(),
        PaperOut(after_lines=3),
        CoverOpen(),
        Unplugged(after_bytes=60),
    ),
}


class FaultStep(msgspec.Struct, frozen=True, kw_only=True):
    """Once `device_id` has counted `after` of `unit` since it started, the fault comes (or all is healed)."""

    device_id: str
    after: int
    unit: Milestone
    fault: Fault | Healed


class FaultSchedule(msgspec.Struct, frozen=True, kw_only=True):
    """What a run suffers. Stored as JSON beside a failure, it replays it."""

    seed: int
    steps: tuple[FaultStep, ...] = ()

    def of(self, device_id: str) -> tuple[FaultStep, ...]:
        return tuple(step for step in self.steps if step.device_id == device_id)


def random_schedule(seed: int, devices: dict[str, DeviceKind], rounds: int, span: int = 20) -> FaultSchedule:
    """`rounds` faults per device, each healed before the next, at seeded counts below `span`."""
    steps: list[FaultStep] = []
    for device_id, kind in sorted(devices.items()):
        random = Random(f"{seed}/{device_id}/schedule")
        unit: Milestone = "scans" if kind == "scanner" else "bytes_in"
        points = sorted(random.sample(range(1, max(span, 2 * rounds + 1)), 2 * rounds))
        for start, end in zip(points[::2], points[1::2], strict=True):
            fault = random.choice(MENU[kind])
            steps.append(FaultStep(device_id=device_id, after=start, unit=unit, fault=fault))
            steps.append(FaultStep(device_id=device_id, after=end, unit=unit, fault=Healed()))
    return FaultSchedule(seed=seed, steps=tuple(steps))


class ScheduleUnreadable(Exception):
    """The fault schedule cannot be used; the message says why in one line."""


def read_schedule(path: Path) -> FaultSchedule:
    """A schedule stored as JSON."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=FaultSchedule)
    except OSError as error:
        raise ScheduleUnreadable(f"cannot read {path.name}: {error.strerror}") from error
    except msgspec.DecodeError as error:
        raise ScheduleUnreadable(f"{path.name} is not a fault schedule: {error}") from error
