"""A scale's pan: a load that settles, drifts or is shaken, seen through zero, tare and divisions."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

OVER_DIVISIONS, UNDER_DIVISIONS = 9, 20
ZERO_RANGE = 0.02  # how much of its capacity a scale lets itself be zeroed over
SHAKE_DIVISIONS = 8.0
SETTLED_TO = 5.0  # time constants that fit into settle_s: what is left is less than a hundredth


@dataclass(frozen=True)
class PanTraits:
    """What a type plate says; settle_s is how long a load put down swings."""

    capacity_g: int = 15_000
    division_g: int = 5
    settle_s: float = 0.6


@dataclass(frozen=True)
class Shown:
    """What the scale can say right now; net_g is meaningless when it is out of range."""

    net_g: int
    tare_g: int
    moving: bool
    over: bool
    under: bool
    at_zero: bool


class Pan:
    """`now_s` is simulated time; all that swings comes from it and from the seed."""

    def __init__(self, traits: PanTraits, random: Random, now_s: Callable[[], float]) -> None:
        self.traits = traits
        self.moves = 0
        self.presses = 0
        self.load_g = 0
        self._random, self._now_s = random, now_s
        self._from_g = 0.0
        self._put_s = now_s() - traits.settle_s
        self._drift_g_per_min = 0
        self._shaken = False
        self._wind_g_per_min, self._wind_since_s, self._restless = 0, 0.0, False
        self._zero_g = 0.0
        self._tare_g = 0

    def put(self, load_g: int, drift_g_per_min: int = 0, shaken: bool = False) -> None:
        """This lies on the pan now, in place of what lay there."""
        self._from_g, self._put_s = self._lying_g(), self._now_s()
        self.load_g, self._drift_g_per_min, self._shaken = load_g, drift_g_per_min, shaken
        self.moves += 1

    def drift(self, g_per_min: int) -> None:
        """Whatever lies there grows heavier from now on; 0 puts the pan right."""
        self._wind_g_per_min, self._wind_since_s = g_per_min, self._now_s()

    def shake(self, restless: bool) -> None:
        """The pan never comes to rest, or may again."""
        self._restless = restless

    def settles_in_s(self) -> float:
        """How long what lies there will go on swinging."""
        return max(0.0, self._put_s + self.traits.settle_s - self._now_s())

    def show(self) -> Shown:
        division_g = self.traits.division_g
        lying_g = self._lying_g()
        if self._shaken or self._restless:
            lying_g += self._random.uniform(-SHAKE_DIVISIONS, SHAKE_DIVISIONS) * division_g
        gross_g = round((lying_g - self._zero_g) / division_g) * division_g
        return Shown(
            net_g=gross_g - self._tare_g,
            tare_g=self._tare_g,
            moving=self._moving(),
            over=gross_g > self.traits.capacity_g + OVER_DIVISIONS * division_g,
            under=gross_g < -UNDER_DIVISIONS * division_g,
            at_zero=gross_g == 0,
        )

    def zero(self) -> bool:
        """The zero key: refused in motion and too far from zero."""
        lying_g = self._lying_g()
        if self._moving() or abs(lying_g) > ZERO_RANGE * self.traits.capacity_g:
            return False
        self._zero_g, self._tare_g = lying_g, 0
        self.presses += 1
        return True

    def tare(self) -> bool:
        """The tare key: refused in motion and with nothing on the pan."""
        shown = self.show()
        if shown.moving or shown.over or shown.net_g + shown.tare_g <= 0:
            return False
        self._tare_g = shown.net_g + shown.tare_g
        self.presses += 1
        return True

    def preset_tare(self, tare_g: int) -> bool:
        """A tare that is told and not weighed, in whole divisions."""
        division_g = self.traits.division_g
        if not 0 < tare_g <= self.traits.capacity_g:
            return False
        self._tare_g = round(tare_g / division_g) * division_g
        self.presses += 1
        return True

    def clear_tare(self) -> bool:
        self._tare_g = 0
        self.presses += 1
        return True

    def _lying_g(self) -> float:
        since_s = self._now_s() - self._put_s
        swing_g = (self._from_g - self.load_g) * math.exp(-SETTLED_TO * since_s / self.traits.settle_s)
        if since_s >= self.traits.settle_s:
            swing_g = 0.0
        wind_g = self._wind_g_per_min * (self._now_s() - self._wind_since_s) / 60
        return self.load_g + swing_g + wind_g + self._drift_g_per_min * since_s / 60

    def _moving(self) -> bool:
        return self._shaken or self._restless or self.settles_in_s() > 0
