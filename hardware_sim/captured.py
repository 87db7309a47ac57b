"""Bytes that were sent to a printer, as the paper that would have come out of it."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Literal

from hardware_sim.devices.label_printer import COLUMNS as LABEL_COLUMNS
from hardware_sim.devices.label_printer import MEMORY_LABELS
from hardware_sim.devices.labels import PrintedLabel, Tspl, Zpl
from hardware_sim.devices.paper import text_of
from hardware_sim.devices.printer_core import PrinterCore, PrinterTraits, Torn

PrinterLanguage = Literal["escpos", "zpl", "tspl"]
_CHUNK_BYTES = 4096
"""So much at once a label printer takes; of more it would forget the beginning."""
TSPL_COMMAND = re.compile(rb"^(SIZE|CLS|GAP|PRINT|TEXT)\b", re.MULTILINE)


class NoCapture(ValueError):
    """Looks like a recording of a line, and a line of it cannot be read."""


def sent_bytes(data: bytes) -> bytes:
    """What went to the device: all of a plain file, or of a recording its outward part."""
    if not data.startswith(b'{"capture"'):
        return data
    try:
        traffic = [json.loads(line) for line in data.splitlines()[1:]]
        return b"".join(bytes.fromhex(one.get("hex", "")) for one in traffic if one["way"] == "out")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NoCapture(str(error)) from error


def language_of(data: bytes) -> PrinterLanguage:
    """By the look of it: ESC/POS where it is neither a ZPL format nor lines of TSPL."""
    if b"^XA" in data and b"^XZ" in data:
        return "zpl"
    return "tspl" if TSPL_COMMAND.search(data) else "escpos"


def columns_of(language: PrinterLanguage, receipt_columns: int) -> int:
    """How wide the paper is."""
    return receipt_columns if language == "escpos" else LABEL_COLUMNS


def paper_of(data: bytes, language: PrinterLanguage, columns: int) -> Iterator[Torn]:
    """Each piece up to a cut, then what would hang out uncut; each label, however often it is printed."""
    return _receipts(data, columns) if language == "escpos" else _labels(data, language)


def _receipts(data: bytes, columns: int) -> Iterator[Torn]:
    core = PrinterCore(PrinterTraits(columns=columns))
    while data:
        taken, data = data[: core.room], data[core.room :]
        if not taken:
            return  # one command longer than any printer's memory
        core.receive(taken)
        while (done := core.step()) is not None:
            if isinstance(done, Torn) and done.lines:
                yield done
    if core.hanging:
        yield core.tear()


def _labels(data: bytes, language: PrinterLanguage) -> Iterator[Torn]:
    printer = Zpl() if language == "zpl" else Tspl()
    for at in range(0, len(data), _CHUNK_BYTES):
        yield from _printed(printer.receive(data[at : at + _CHUNK_BYTES]))


def _printed(labels: Sequence[PrintedLabel]) -> Iterator[Torn]:
    for label in labels:
        for _ in range(min(label.copies, MEMORY_LABELS)):
            yield Torn(label.lines, text_of(label.lines, LABEL_COLUMNS))
