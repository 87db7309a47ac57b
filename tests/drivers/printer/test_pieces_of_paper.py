"""The drivers' receipts on simulated printers: one piece of paper each, and no blank one, in any rhythm."""

from __future__ import annotations

import contextlib
import io
from collections import Counter
from functools import cache
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.base import build_driver
from drivers.document import AnyBlock, Barcode, Cell, Columns, Cut, Feed, Rule, Text
from drivers.printer.escpos import EscposPrinter
from drivers.profile import load_profile
from hardware_sim.devices.paper import is_inked
from hardware_sim.devices.printer_core import PrinterCore, PrinterTraits, Torn

PRINTERS = ("epson_tm_t88vi", "xprinter_xp80", "generic_58mm", "star_escpos_58mm")
POLLS = (b"\x10\x04\x01", b"\x10\x04\x02", b"\x10\x04\x03", b"\x10\x04\x04", b"\x1da\x0f\x10\x04\x01")
RECEIPTS = 4


class Model(NamedTuple):
    """A driver, and the printer that it was written for."""

    driver: EscposPrinter
    traits: PrinterTraits


@cache
def model(name: str) -> Model:
    driver = build_driver(load_profile(f"printer/{name}"), {})
    assert isinstance(driver, EscposPrinter)
    options = driver.options
    return Model(driver, PrinterTraits(columns=options.width_cells, cutter=options.cutter))


@cache
def receipt(name: str, number: int) -> bytes:
    """A receipt as the hub lays it out, with what is sent behind it to have it confirmed."""
    driver = model(name).driver
    blocks: tuple[AnyBlock, ...] = (
        Text(text="店枢示范店", align="center", bold=True, size=2),
        Feed(lines=1),
        Text(text=f"单号 {number}"),
        Rule(),
        Columns(cells=(Cell(text="草莓 300g"), Cell(text="24.90", align="right"))),
        Rule(),
        Barcode(data=f"S001-T01-{number:04d}"),
        Feed(lines=3),
        Cut(),
    )
    with contextlib.redirect_stdout(io.StringIO()):
        rendered = driver.render(blocks)
    return rendered + driver.confirm_request(f"job-{number}")[0]


class Accident(NamedTuple):
    """Where a receipt's bytes end early: with the printer's power, or with its link alone."""

    receipt: int
    share: float
    is_power: bool


beat = st.tuples(st.integers(1, 700), st.integers(0, 30), st.sampled_from([*POLLS, b""]))
rhythms = st.lists(beat, min_size=1, max_size=40)
accidents = st.lists(
    st.builds(Accident, st.integers(0, RECEIPTS - 1), st.floats(0, 1), st.booleans()), max_size=2
)


def printed(name: str, rhythm: list[tuple[int, int, bytes]], broken: list[Accident]) -> list[Torn]:
    """Receipts one after another: bytes come and lines are printed in any rhythm, polls only in between."""
    core = PrinterCore(traits=model(name).traits)
    pieces: list[Torn] = []

    def work(times: int | None) -> None:
        while times is None or times > 0:
            if (done := core.step()) is None:
                return
            pieces.extend([done] if isinstance(done, Torn) else [])
            times = None if times is None else times - 1

    beats = 0
    for number in range(RECEIPTS):
        data = receipt(name, number)
        accident = next((one for one in broken if one.receipt == number), None)
        data = data[: int(len(data) * accident.share)] if accident else data
        while data:
            size, lines, _ = rhythm[beats % len(rhythm)]
            core.receive(data[:size])
            data = data[size:]
            work(lines)
            beats += 1
        if accident and accident.is_power:
            core.power_cycle()
        core.receive(rhythm[beats % len(rhythm)][2])
    work(None)
    return pieces


@pytest.mark.parametrize("name", PRINTERS)
@given(rhythm=rhythms)
@settings(max_examples=40)
def test_each_receipt_is_one_piece_of_paper(name: str, rhythm: list[tuple[int, int, bytes]]) -> None:
    pieces = printed(name, rhythm, [])
    assert [f"S001-T01-{number:04d}" in piece.text for number, piece in enumerate(pieces)] == [
        True
    ] * RECEIPTS


@pytest.mark.parametrize("name", PRINTERS)
@given(rhythm=rhythms, broken=accidents)
@settings(max_examples=40)
def test_no_accident_makes_a_blank_piece_or_a_second_original(
    name: str, rhythm: list[tuple[int, int, bytes]], broken: list[Accident]
) -> None:
    pieces = printed(name, rhythm, broken)
    assert all(is_inked(piece.lines) for piece in pieces)
    barcodes = Counter(line.data for piece in pieces for line in piece.lines if line.kind == "barcode")
    assert all(times == 1 for times in barcodes.values())
