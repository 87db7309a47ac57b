"""A receipt of sixty lines from blocks to bytes, as the gateway lays it out."""

import time
from pathlib import Path
from statistics import median

from bench.figures import Figure, percentile
from drivers.document import AnyBlock, Barcode, Cell, Columns, Cut, Feed, Rule, Text
from drivers.printer.escpos import EscposOptions, EscposPrinter

LINES = 60
RUNS = 200
CEILING_MS = 5.0


async def measure(_folder: Path) -> list[Figure]:
    """The time of one receipt on an 80 mm printer, plain and with a character in every line that is drawn."""
    return [
        *_figures("60 lines", receipt("农夫山泉 饮用天然水 550ml")),
        *_figures("60 lines, each with a drawn character", receipt("𠮷野家 牛肉饭 大份")),
    ]


def receipt(name: str) -> tuple[AnyBlock, ...]:
    """Sixty lines of goods with their head and foot."""
    goods = tuple(
        block
        for number in range(LINES // 2)
        for block in (
            Text(text=f"{name} {number:02d}"),
            Columns(
                cells=(
                    Cell(text="  2瓶 × 2.50", width=6),
                    Cell(text="5.00", width=4, align="right"),
                )
            ),
        )
    )
    head = (Text(text="店枢便利店", align="center", bold=True, size=2), Feed(), Rule())
    return (*head, *goods, Rule(), Barcode(data="S001-T01-20261122-0001"), Feed(lines=3), Cut())


def _figures(what: str, document: tuple[AnyBlock, ...]) -> list[Figure]:
    printer = EscposPrinter(EscposOptions())
    printer.render(document)  # the first one imports what it needs
    took_ms = []
    for _ in range(RUNS):
        began_s = time.perf_counter()
        printer.render(document)
        took_ms.append((time.perf_counter() - began_s) * 1000)
    return [
        Figure("receipt", f"median, {what}", median(took_ms), "ms", CEILING_MS, "at most"),
        Figure("receipt", f"99th percentile, {what}", percentile(took_ms, 0.99), "ms"),
    ]
