"""Jobs: commands sent by the clock, and housekeeping that runs beside selling."""

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do every so often, in monotonic time. It must be short and may fail: it is tried again."""

    name: str
    every_s: float
    run: Callable[[], None]


class JobRunner:
    """One thread that runs every job in its turn."""

    def __init__(self, jobs: Iterable[Job], monotonic_s: Callable[[], float]) -> None:
        self._monotonic_s = monotonic_s
        self._due_s = {job: monotonic_s() + job.every_s for job in jobs}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)

    def start(self) -> None:
        """Begin to keep time."""
        self._thread.start()

    def stop(self) -> None:
        """End after the job that is running."""
        self._stopping.set()
        self._thread.join(timeout=10)

    def run_due(self) -> float:
        """Run what is due; returns the seconds until the next job."""
        now_s = self._monotonic_s()
        for job, due_s in self._due_s.items():
            if due_s <= now_s:
                self._due_s[job] = now_s + job.every_s
                _run_one(job)
        return max(0.0, min(self._due_s.values(), default=now_s) - self._monotonic_s())

    def _run(self) -> None:
        while self._due_s and not self._stopping.wait(self.run_due()):
            pass


def _run_one(job: Job) -> None:
    try:
        job.run()
    except Exception:  # supervisor: one job's failure must not end the others
        log.exception("job %s failed", job.name)
