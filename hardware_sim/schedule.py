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
    Silent,
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
    "display": (SlowDrain(), Unplugged(), Unplugged(after_bytes=30)),
    "scale": (SplitFrames(), Noise(), Silent(), Unplugged(), Unplugged(after_bytes=9)),
}


class FaultStep(msgspec.Struct, frozen=True, kw_only=True):
    """Once `counted_on` has counted `after` of `unit`, `device_id` gets the fault, or is healed."""

    counted_on: str
    unit: Milestone
    after: int
    device_id: str
    fault: Fault | Healed


class FaultSchedule(msgspec.Struct, frozen=True, kw_only=True):
    """What a run suffers. Stored as JSON beside a failure, it replays it."""

    seed: int
    steps: tuple[FaultStep, ...] = ()


def random_schedule(
    seed: int, devices: dict[str, DeviceKind], rounds: int, clock: str, span: int = 20
) -> FaultSchedule:
    """`rounds` faults per device, each healed before its next, at seeded counts of one scanner's scans.

    The scanner `clock` counts for all, because an unplugged device counts nothing that could heal it.
    """
    steps: list[FaultStep] = []
    for device_id, kind in sorted(devices.items()):
        random = Random(f"{seed}/{device_id}/schedule")
        points = sorted(random.sample(range(1, max(span, 2 * rounds + 1)), 2 * rounds))
        for start, end in zip(points[::2], points[1::2], strict=True):
            for after, fault in ((start, random.choice(MENU[kind])), (end, Healed())):
                steps.append(
                    FaultStep(counted_on=clock, unit="scans", after=after, device_id=device_id, fault=fault)
                )
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
