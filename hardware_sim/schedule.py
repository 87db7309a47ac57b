"""Which fault strikes which device when: data that replays with its seed."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hardware_sim.faults import (
    AnswerLost,
    CoverOpen,
    Doubled,
    Fault,
    Noise,
    Offline,
    PaperOut,
    Silent,
    SlowDrain,
    SplitFrames,
    Unplugged,
    WrongAmount,
    name_of,
)
from hardware_sim.views import DeviceKind

Milestone = Literal["scans", "lines", "bytes_in", "bytes_out", "seconds"]
ALWAYS_COUNTED = ("scans", "seconds")
"""What goes on being counted whatever the device suffers."""
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
    "payment_terminal": (
        SplitFrames(),
        Noise(),
        Silent(),
        AnswerLost(),
        Doubled(),
        WrongAmount(),
        Unplugged(),
        Unplugged(after_bytes=20),
    ),
    "scale": (SplitFrames(), Noise(), Silent(), Unplugged(), Unplugged(after_bytes=9)),
}
Count = Annotated[int, Meta(ge=1, le=1_000_000_000)]


class FaultStep(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`device_id` gets the fault once `counted_on` (by default itself) has counted `after` of `unit`.

    It `lasts` for so many more of the unit, or for good; comes again `every` so many, or once; and each
    time only with its `probability`, drawn from the seed.
    """

    device_id: str
    fault: Fault
    unit: Milestone
    after: Annotated[int, Meta(ge=0, le=1_000_000_000)]
    counted_on: str = ""
    lasts: Count | None = None
    every: Count | None = None
    probability: Annotated[float, Meta(gt=0, le=1)] = 1.0

    @property
    def counter_id(self) -> str:
        return self.counted_on or self.device_id


class FaultSchedule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a run suffers. Stored as JSON or TOML beside a failure, it replays it."""

    seed: int = 0
    steps: tuple[FaultStep, ...] = ()


class ScheduleUnreadable(Exception):
    """The fault schedule cannot be used; the message says why in one line."""


def random_schedule(
    seed: int, devices: Mapping[str, DeviceKind], rounds: int, clock: str, span: int = 20
) -> FaultSchedule:
    """`rounds` faults per device, each over before its next, at seeded counts of one scanner's scans.

    The scanner `clock` counts for all, because an unplugged device counts nothing that could heal it.
    """
    steps: list[FaultStep] = []
    for device_id, kind in sorted(devices.items()):
        random = Random(f"{seed}/{device_id}/schedule")
        points = sorted(random.sample(range(1, max(span, 2 * rounds + 1)), 2 * rounds))
        for start, end in zip(points[::2], points[1::2], strict=True):
            steps.append(
                FaultStep(
                    device_id=device_id,
                    fault=random.choice(MENU[kind]),
                    counted_on=clock,
                    unit="scans",
                    after=start,
                    lasts=end - start,
                )
            )
    return FaultSchedule(seed=seed, steps=tuple(steps))


def read_schedule(path: Path) -> FaultSchedule:
    """A schedule stored as JSON, or as TOML by its name's ending."""
    try:
        if path.suffix == ".toml":
            return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), FaultSchedule)
        return msgspec.json.decode(path.read_bytes(), type=FaultSchedule)
    except OSError as error:
        raise ScheduleUnreadable(f"cannot read {path.name}: {error.strerror}") from error
    except (msgspec.DecodeError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ScheduleUnreadable(f"{path.name} is not a fault schedule: {error}") from error


def seeded(schedule: FaultSchedule, seed: int | None) -> FaultSchedule:
    """The same schedule under another seed, if one is given."""
    return schedule if seed is None else msgspec.structs.replace(schedule, seed=seed)


def check_schedule(steps: tuple[FaultStep, ...], suffers: Mapping[str, tuple[type[Fault], ...]]) -> None:
    """ScheduleUnreadable if a step names what is not there, cannot happen, or could never end."""
    for number, step in enumerate(steps):
        if problem := _problem(step, suffers):
            raise ScheduleUnreadable(f"steps[{number}] of the fault schedule: {problem}")


def _problem(step: FaultStep, suffers: Mapping[str, tuple[type[Fault], ...]]) -> str:
    for device_id in (step.device_id, step.counter_id):
        if device_id not in suffers:
            return f"no device {device_id!r}; there are {', '.join(suffers)}"
    can = suffers[step.device_id]
    if type(step.fault) not in can:
        return (
            f"{step.device_id} cannot have {name_of(step.fault)}; it can have {', '.join(map(name_of, can))}"
        )
    if step.lasts and step.counter_id == step.device_id and step.unit not in ALWAYS_COUNTED:
        return f"it may never end: a device that suffers may count no {step.unit}; use counted_on or seconds"
    if step.lasts and step.every and step.every <= step.lasts:
        return f"it comes again (every {step.every}) before it is over (lasts {step.lasts})"
    return ""
