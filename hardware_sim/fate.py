"""A fault schedule at work: told what was counted, it says what strikes and what is over."""

from collections.abc import Iterator
from random import Random

from hardware_sim.faults import Fault
from hardware_sim.schedule import FaultStep, Milestone

Blow = tuple[str, Fault]
"""A device and what it gets, or has no longer."""


class Fate:
    """Seed, steps and counts alone decide: the same traffic meets the same faults."""

    def __init__(self, seed: int, steps: tuple[FaultStep, ...]) -> None:
        self._steps = [_Pending(step, Random(f"{seed}/step {number}")) for number, step in enumerate(steps)]

    def over(self, counter_id: str, unit: Milestone, count: int) -> list[Blow]:
        """What ends at this count."""
        return [pending.blow for pending in self._counting(counter_id, unit) if pending.ends(count)]

    def due(self, counter_id: str, unit: Milestone, count: int) -> list[Blow]:
        """What begins at this count."""
        return [pending.blow for pending in self._counting(counter_id, unit) if pending.begins(count)]

    def _counting(self, counter_id: str, unit: Milestone) -> Iterator["_Pending"]:
        return (one for one in self._steps if (one.step.counter_id, one.step.unit) == (counter_id, unit))


class _Pending:
    """A step and when it comes next, or is over."""

    def __init__(self, step: FaultStep, random: Random) -> None:
        self.step = step
        self.blow: Blow = (step.device_id, step.fault)
        self._random = random
        self._next: int | None = step.after
        self._until: int | None = None

    def begins(self, count: int) -> bool:
        if self._next is None or count < self._next:
            return False
        self._next = count + self.step.every if self.step.every else None
        if self._random.random() >= self.step.probability:
            return False
        self._until = count + self.step.lasts if self.step.lasts else None
        return True

    def ends(self, count: int) -> bool:
        if self._until is None or count < self._until:
            return False
        self._until = None
        return True
