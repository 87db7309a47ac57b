"""Time as a hub knows it: a Pi has no clock battery, so wall time carries whether to trust it."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import msgspec

CHINA_TIME = timezone(timedelta(hours=8))
_HOUR_MS = 3_600_000
_NTP_SYNCED = Path("/run/systemd/timesync/synchronized")


class Instant(msgspec.Struct, frozen=True):
    """One reading of the clock."""

    wall_ms: int
    trusted: bool
    monotonic_s: float


class Clock(Protocol):
    """Where the kernel takes its time from; tests own theirs."""

    def read(self) -> Instant:
        """The time now."""
        ...


class SystemClock:
    """The machine's clock, never below the last time the journal has seen.

    Trusted when the machine's own time service says it is in step, when `confirm` has heard the cloud
    agree within a minute, or when the installer says that this machine keeps time (`battery_backed`).
    """

    _AGREEMENT_MS = 60_000

    def __init__(
        self,
        battery_backed: bool = False,
        wall_s: Callable[[], float] = time.time,
        monotonic_s: Callable[[], float] = time.monotonic,
        synced_mark: Path = _NTP_SYNCED,
    ) -> None:
        self._trusted = battery_backed
        self._wall_s = wall_s
        self._monotonic_s = monotonic_s
        self._synced_mark = synced_mark
        self._floor_ms = 0
        self.ahead_ms: int | None = None
        """How far the machine's clock was ahead of the cloud's when that was last heard; None before."""

    def read(self) -> Instant:
        """The time now, held at the floor with its trust withdrawn while the wall clock is behind it."""
        wall_ms = int(self._wall_s() * 1000)
        behind = wall_ms < self._floor_ms
        return Instant(max(wall_ms, self._floor_ms), self._trusted and not behind, self._monotonic_s())

    def hold_above(self, floor_ms: int) -> None:
        """Never again read below `floor_ms`, the time of the newest journal entry."""
        self._floor_ms = max(self._floor_ms, floor_ms)

    def look_for_sync(self) -> None:
        """Trust the clock from now on if the machine's time service is in step."""
        self._trusted = self._trusted or self._synced_mark.exists()

    def confirm(self, cloud_ms: int) -> None:
        """Trust the clock from now on if the cloud's time agrees with it."""
        self.ahead_ms = int(self._wall_s() * 1000) - cloud_ms
        if abs(self.ahead_ms) <= self._AGREEMENT_MS:
            self._trusted = True


def business_date(at_ms: int, day_starts_hour: int = 4) -> str:
    """The trading day that an instant belongs to, "2026-11-22"; a shop's night ends at `day_starts_hour`."""
    return _date_of_hour(at_ms // _HOUR_MS, day_starts_hour)


@lru_cache(maxsize=64)
def _date_of_hour(hour: int, day_starts_hour: int) -> str:
    """Of an hour since 1970: every command asks, and China's offset is whole hours."""
    local = datetime.fromtimestamp(hour * 3600, UTC).astimezone(CHINA_TIME)
    return (local - timedelta(hours=day_starts_hour)).date().isoformat()
