"""Bad days one after another, as long as one likes: `make soak ARGS="--seed 7 --customers 2000"`."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from hub.app.demo.day.plan import find_faults
from hub.app.demo.day.record import DayRecord
from hub.app.demo.day.show import terminals
from hub.app.demo.stack import Suffering
from hub.kernel.ids import new_id
from hub.kernel.money import yuan
from hub.modules.catalogue.demo import items
from tests.worlds.day.trading import Trading
from tests.worlds.stack.till import Till
from tests.worlds.stack.world import CLOUD, GATEWAY, HUB, SIM, World

CUSTOMERS_A_DAY = 100
DELIVERY_MILLI = 500_000
COLUMNS = (
    TextColumn("{task.description}"),
    BarColumn(),
    MofNCompleteColumn(),
    TimeElapsedColumn(),
    TextColumn("{task.fields[now]}"),
)


def main() -> int:
    """Play and check day after day; the first thing that is not true ends it, with all files kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--customers", type=int, default=CUSTOMERS_A_DAY)
    parser.add_argument("--kills", type=int, default=0, help="of the gateway, at seeded moments")
    asked = parser.parse_args()
    console = Console()
    folder = Path(tempfile.mkdtemp(prefix="dianshu-soak-"))
    world = World(folder / "demo", Suffering(find_faults("bad_day"), asked.seed))
    try:
        world.start()
        with Progress(*COLUMNS, console=console) as progress:
            Soak(world, console, progress, asked.seed, asked.customers, asked.kills).play()
    except BaseException:
        console.print(f"✗ seed {asked.seed}; journal, logs and tables are kept in {folder}", style="red")
        raise
    finally:
        world.end()
    shutil.rmtree(folder)
    return 0


class Soak:
    """So many customers, spread over days of their own seeds; each day's books are checked at its end."""

    def __init__(
        self, world: World, console: Console, progress: Progress, seed: int, customers: int, kills: int
    ) -> None:
        self._world = world
        self._console = console
        self._progress = progress
        self._seed = seed
        self._customers = customers
        self._kills = set(Random(seed).sample(range(1, customers), kills))
        self._task = progress.add_task("customers", total=customers, now="")

    def play(self) -> None:
        """All days; at the end, what the whole came to."""
        began_s, served, sums, memory_kib = time.monotonic(), 0, Counter[str](), []
        pids = self._pids()
        while served < self._customers:
            many = min(CUSTOMERS_A_DAY, self._customers - served)
            kills = {kill - served for kill in self._kills if served < kill <= served + many}
            trading = Trading(self._world, self._seed + served, many, kills, self._watcher(served))
            sums.update(_counts(trading.play()))
            memory_kib += trading.memory_kib
            served += many
            minutes = (time.monotonic() - began_s) / 60
            self._console.print(f"{served} customers after {minutes:.1f} min: everything fits")
            self._deliver()
        died = {name for name, pid in self._pids().items() if pids[name] != pid}
        self._console.print(
            f"{served} customers in {(time.monotonic() - began_s) / 60:.1f} min: "
            + ", ".join(f"{count} {what}" for what, count in sums.items())
        )
        quarters = [memory_kib[(len(memory_kib) - 1) * part // 4] // 1024 for part in range(5)]
        self._console.print(
            f"the gateway's memory at the start, after each quarter and at the end: {quarters} MiB; "
            f"programs started anew: {', '.join(sorted(died)) or 'none'}"
        )

    def _pids(self) -> dict[str, int]:
        return {name: self._world.stack.children.pid(name) for name in (SIM, CLOUD, HUB, GATEWAY)}

    def _watcher(self, before: int) -> Trading.Told:
        def watch(served: int, record: DayRecord) -> None:
            now = f"¥{yuan(record.taken_fen)} today; terminals {terminals(record)}"
            self._progress.update(self._task, completed=before + served, now=now)

        return watch

    def _deliver(self) -> None:
        """What a day has sold comes in again."""
        manager = Till.of_manager(self._world)
        lines = [{"item_id": item.item_id, "qty_milli": DELIVERY_MILLI} for item in items()]
        manager.post("/api/inventory/receive", receipt_id=new_id(), kind="delivery", lines=lines)
        manager.close()


def _counts(record: DayRecord) -> dict[str, int]:
    states = Counter(asked.state for asked in record.asked)
    return {
        "sales": record.sales,
        "whole receipts": len(record.papers),
        "scans": len(record.attempts),
        "weighings": len(record.weighings),
        "card and code payments asked for": len(record.asked),
        "booked": states["booked"],
        "that came to nothing": states["refused"] + states["reversed"],
        "let go of and undone later": len(record.asked)
        - sum(states[one] for one in ("booked", "refused", "reversed")),
        "settled by hand": record.settled_by_hand,
        "still asking a person": len(record.unsettled),
    }


if __name__ == "__main__":
    sys.exit(main())
