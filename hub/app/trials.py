"""Tests from the till's device page: a scanner's next scan is shown there and lands nowhere."""

from typing import NamedTuple

from hub.kernel.clock import Clock

TRIAL_MS = 30_000
"""So long a scanner waits for its test scan; after that its scans are sales again."""
MAX_TRIALS = 64


class _Trial(NamedTuple):
    terminal_id: str
    begun_ms: int


class Trials:
    """Which scanners are on trial, for which till. In memory only: a restart ends every trial."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._trials: dict[str, _Trial] = {}

    def begin(self, device_id: str, terminal_id: str) -> None:
        """The next scan of this scanner is a test; the newest till that asks is shown it."""
        self._trials.pop(device_id, None)
        self._trials[device_id] = _Trial(terminal_id, self._now_ms())
        if len(self._trials) > MAX_TRIALS:
            del self._trials[next(iter(self._trials))]

    def terminal_of(self, device_id: str, age_ms: int) -> str | None:
        """The till that a scan of this age is a test for; None for one from before the trial, or after it."""
        trial = self._trials.get(device_id)
        if trial is None:
            return None
        since_ms = self._now_ms() - trial.begun_ms
        return trial.terminal_id if age_ms <= since_ms <= TRIAL_MS else None

    def end(self, device_id: str) -> None:
        """The test scan came, or nobody waits for one any more."""
        self._trials.pop(device_id, None)

    def _now_ms(self) -> int:
        return int(self._clock.read().monotonic_s * 1000)
