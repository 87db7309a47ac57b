"""`python -m bench [names…]`: run the benchmarks, print every figure. `make bench` runs them all."""

import importlib
import os
import platform
import sys
import tempfile
import time
from pathlib import Path

import uvloop

from bench.figures import Figure, table

BENCHES = (
    *("orders", "scans", "slow_fsync", "scan_to_frame", "footprint", "backlog", "receipt"),
    *("wire_to_reading", "idle_gateway"),
)


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all; 0 when each has run, whatever its figures."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"no such benchmark: {' '.join(unknown)}; there are {' '.join(BENCHES)}")
        return 2
    print(_machine(), flush=True)
    figures: list[Figure] = []
    for name in names or BENCHES:
        began_s = time.monotonic()
        with tempfile.TemporaryDirectory(prefix=f"dianshu-bench-{name}-") as folder:
            found = uvloop.run(importlib.import_module(f"bench.{name}").measure(Path(folder)))
        figures += found
        print(f"\n{name} ({time.monotonic() - began_s:.0f} s)\n{table(found)}", flush=True)
    print(f"\nAll figures\n\n{table(figures)}")
    return 0


def _machine() -> str:
    cpu = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"{os.cpu_count()} × {cpu}, Python {platform.python_version()}, load before the run {load}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
