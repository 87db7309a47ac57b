"""The bad day, as long as one likes: `python -m tests.worlds.day.soak --seed 7 --customers 500`."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from random import Random

from rich.console import Console

from hub.app.demo.day.plan import find_faults, read_day
from hub.app.demo.day.show import summary
from hub.app.demo.stack import Suffering
from tests.worlds.day.trading import Trading
from tests.worlds.stack.world import World


def main() -> None:
    """Play, check, and say what it came to; an AssertionError names what was not true."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--customers", type=int, default=284)
    parser.add_argument("--kills", type=int, default=0, help="of the gateway, at seeded moments")
    asked = parser.parse_args()
    dice = Random(asked.seed)
    kills = dice.sample(range(1, asked.customers), asked.kills)
    with tempfile.TemporaryDirectory(prefix="dianshu-soak-") as folder:
        world = World(Path(folder) / "demo", Suffering(find_faults("bad_day"), asked.seed))
        try:
            trading = Trading(world.start(), asked.seed, asked.customers, kills)
            record = trading.play()
        finally:
            world.end()
    console = Console()
    console.print(summary(read_day("saturday"), record))
    console.print(f"gateway: {trading.memory_kib[-1]} KiB, {trading.growth_kib:+d} KiB since it settled")


if __name__ == "__main__":
    main()
