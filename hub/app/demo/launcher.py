"""`dianshu demo`: start the whole shop, say where it is, end it all on Ctrl-C."""

import asyncio
import errno
import signal
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from hub.app.demo.aside import put_aside
from hub.app.demo.check import Finding, run_check
from hub.app.demo.day.plan import Day
from hub.app.demo.day.show import play_shown
from hub.app.demo.places import Places, ports_from_environment
from hub.app.demo.processes import DemoFailed, FolderStale
from hub.app.demo.seed import LOGINS
from hub.app.demo.stack import Stack, Suffering
from hub.kernel.errors import Refused

_WATCH_EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class Trade:
    """A day to be played once everything runs."""

    day: Day
    seed: int
    speed: float
    customers: int | None


def run_demo(
    folder: Path, check: bool, trade: Trade | None = None, suffering: Suffering | None = None
) -> int:
    """Run the demo until Ctrl-C, or with `check` until one sale is proved; the exit code.

    A day is played first; with `check` it must come to its end.
    """
    console = Console()
    stack = Stack(Places(folder, ports_from_environment()), suffering)
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    try:
        _start_afresh_if_stale(stack, console, stopping)
        if trade is not None and not _trade(stack.places, console, trade) and check:
            return 1
        return _check(stack.places, console) if check else _serve(stack, console, stopping)
    except (DemoFailed, Refused, OSError) as error:
        if not stopping.is_set():
            Console(stderr=True).print(f"✗ {_in_a_line(error)}", style="red", markup=False, soft_wrap=True)
        return 1
    finally:
        console.print("ending …", style="dim")
        stack.end()


def _in_a_line(error: Exception) -> str:
    """What went wrong, and what to do where the disk is full."""
    if not isinstance(error, OSError):
        return str(error)
    room = ": make room, then try again" if error.errno == errno.ENOSPC else ""
    return f"{error.strerror or error}: {error.filename or 'the demo'}{room}"


def _start_afresh_if_stale(stack: Stack, console: Console, stopping: threading.Event) -> None:
    """Start everything; a demo that another build made is put aside first, and a fresh one begun."""
    try:
        _start_all(stack, console, stopping)
    except FolderStale as stale:
        stack.end()
        kept = put_aside(stack.places)
        console.print(
            f"  ! 演示数据由另一个版本建立（{stale}），已移到 {kept}，重新开始 · "
            f"these demo data are another build's ({stale}): kept in {kept}, a fresh shop begins",
            markup=False,
            soft_wrap=True,
        )
        _start_all(stack, console, stopping)


def _start_all(stack: Stack, console: Console, stopping: threading.Event) -> None:
    steps = stack.steps()
    for number, (name, step) in enumerate(steps, 1):
        if stopping.is_set():
            raise DemoFailed("stopped")
        began_s = time.monotonic()
        with console.status(f"[{number}/{len(steps)}] {name} …"):
            step()
        console.print(f"  ✓ {name} [dim]{time.monotonic() - began_s:.1f} s[/dim]")


def _trade(places: Places, console: Console, trade: Trade) -> bool:
    _tell_addresses(places, console)
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return play_shown(console, places, trade.day, trade.seed, trade.speed, trade.customers)
    except KeyboardInterrupt:
        return False
    finally:
        signal.signal(signal.SIGINT, handler)


def _check(places: Places, console: Console) -> int:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        findings = asyncio.run(run_check(places))
    except KeyboardInterrupt:
        return 1
    table = Table("station", "what happened", "", title="One sale")
    for finding in findings:
        table.add_row(finding.station, finding.what, "✓" if finding.ok else "✗")
    console.print(table)
    return 0 if all(finding.ok for finding in findings) and _is_whole(findings) else 1


def _is_whole(findings: list[Finding]) -> bool:
    """Whether the sale came all the way: the last station is the cloud's acknowledgement."""
    return bool(findings) and findings[-1].station == "acknowledged"


def _serve(stack: Stack, console: Console, stopping: threading.Event) -> int:
    children = stack.children
    _tell_addresses(stack.places, console)
    while not stopping.wait(_WATCH_EVERY_S):
        if (fallen := children.fallen()) is not None:
            raise DemoFailed(f"{fallen} ended by itself:\n{children.log_tail(fallen)}")
    return 0


def _tell_addresses(places: Places, console: Console) -> None:
    console.print()
    for part, what in (("till", "till"), ("bench", "bench: play the devices"), ("console", "console")):
        console.print(f"  {what:<26}{places.url(part)}")
    console.print()
    for login in LOGINS:
        console.print(f"  {login.role:<10} number {login.staff_no}  PIN {login.pin}")
    name, password = places.read_console_login()
    console.print(f"  console    {name} / {password}")
    console.print("  These logins exist in demo mode only.  Ctrl-C ends everything.\n", style="dim")
