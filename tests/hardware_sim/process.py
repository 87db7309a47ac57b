"""The simulator as a process of its own, as a launcher starts it."""

import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

GOODS = (
    '[{"name":"面","name_en":"Noodles","barcode":"6920152414019","category":"方便面","price_fen":450,"each_g":0},'
    '{"name":"梨","name_en":"Pears","barcode":"","category":"水果","price_fen":880,"each_g":260}]'
)
ENTRY = "import sys; from hardware_sim.cli import app; app(sys.argv[1:])"
START_S = 30


def command(folder: Path, *options: str) -> list[str]:
    return [sys.executable, "-c", ENTRY, "run", "--dir", str(folder), *options]


@contextmanager
def running(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """The simulator with its wiring file written."""
    (folder / "goods.json").write_text(GOODS)
    options = ("--port", "0", "--goods", str(folder / "goods.json"), "--wiring", str(folder / "wiring.json"))
    process = subprocess.Popen(
        command(folder, *options), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        deadline = time.monotonic() + START_S
        while not (folder / "wiring.json").exists():
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < deadline
            select.select([], [], [], 0.02)
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=START_S)
