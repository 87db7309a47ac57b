"""How the set-up talks: steps with times, a bar where there is a terminal, one line when it stops."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

BAR_CELLS = 24
LINE_CELLS = 100
Progress = Callable[[int, int, str], None]


class StopError(Exception):
    """Set-up cannot go on; the message is the one line that says what to do."""


@contextmanager
def step(title: str) -> Iterator[Progress]:
    """Time one step. What it yields draws a bar: progress(done, total, detail)."""
    started = time.monotonic()
    live = sys.stdout.isatty()

    def progress(done: int, total: int, detail: str) -> None:
        if live:
            full = BAR_CELLS * done // max(total, 1)
            bar = "█" * full + "·" * (BAR_CELLS - full)
            line = f"  {title} {bar} {done}/{total} {detail}"
            print(f"\r{line[:LINE_CELLS]:<{LINE_CELLS}}", end="", flush=True)

    if not live:
        print(f"  {title} …", flush=True)
    try:
        yield progress
    except BaseException:
        close_line(live)
        raise
    close_line(live)
    print(f"  {title}: {time.monotonic() - started:.1f} s", flush=True)


def close_line(live: bool) -> None:
    """Wipe the bar."""
    if live:
        print("\r" + " " * LINE_CELLS + "\r", end="", flush=True)
