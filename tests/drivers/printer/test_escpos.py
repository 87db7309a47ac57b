"""The ESC/POS driver: receipts against golden bytes, status and confirmation against the manuals' bytes."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.base import DrawerPin, PrintConfirmed, QueueDrained, build_driver
from drivers.document import AnyBlock, Barcode, Cell, Columns, Cut, Document, Drawer, Feed, Qr, Rule, Text
from drivers.messages import PrinterStatus
from drivers.printer.escpos import ASK_PAPER_QUEUED, EscposPrinter, job_mark
from drivers.profile import load_profile
from tests.drivers.wire import MANNERS, feed, vectors

ROOT = Path(__file__).parents[3]
REALTIME_COMMANDS = (b"\x10\x04", b"\x10\x05", b"\x10\x14")


def printer(profile: str, **options: Any) -> EscposPrinter:
    driver = build_driver(load_profile(f"printer/{profile}"), options)
    assert isinstance(driver, EscposPrinter)
    return driver


@pytest.mark.parametrize("vector", vectors("printer_escpos"), ids=lambda vector: vector["name"])
def test_renders_the_golden_bytes(vector: dict[str, Any]) -> None:
    document = msgspec.convert(vector["document"], Document)
    driver = printer(vector["profile"], **vector["options"])
    remarks = io.StringIO()
    with contextlib.redirect_stdout(remarks):
        assert driver.render(document).hex() == "".join(vector["wire_hex"])
    assert remarks.getvalue() == ""


blocks = st.one_of(
    st.builds(Text, text=st.text(max_size=80), size=st.sampled_from([1, 2]), bold=st.booleans()),
    st.builds(Columns, cells=st.lists(st.builds(Cell, text=st.text(max_size=30)), min_size=1, max_size=4)),
    st.builds(Rule),
    st.builds(Barcode, data=st.from_regex(r"\A[ -~]{1,40}\Z")),
    st.builds(Qr, data=st.text(st.characters(min_codepoint=0x20, codec="utf-8"), min_size=1, max_size=60)),
    st.builds(Feed, lines=st.integers(1, 20)),
    st.builds(Cut),
    st.builds(Drawer),
)


@given(st.lists(blocks, max_size=8), st.sampled_from(["generic_58mm", "epson_tm_t88vi"]))
def test_no_document_hides_a_real_time_command(document: list[AnyBlock], profile: str) -> None:
    wire = printer(profile).render(tuple(document))
    assert wire.startswith(b"\x1b@")
    assert not any(command in wire for command in REALTIME_COMMANDS)


def test_automatic_status_is_switched_on_again_after_each_initialise() -> None:
    assert printer("epson_tm_t88vi").render(()) == b"\x1b@" + b"\x1da\x0f" + b"\x1c&"
    assert printer("generic_58mm").render(()) == b"\x1b@" + b"\x1c&"


def test_process_id_request_and_its_confirmation() -> None:
    driver = printer("epson_tm_t88vi")
    request, mark = driver.confirm_request("job-1")
    assert request == bytes.fromhex("1d28480600" + "3030") + mark
    assert all(0x20 <= byte <= 0x7E for byte in mark)
    assert feed(driver, b"\x37\x22" + mark + b"\x00", "byte_at_a_time") == [PrintConfirmed(mark=mark)]
    assert job_mark("job-1") != job_mark("job-2")


def test_paper_queries_are_counted_so_an_old_answer_is_not_the_new_one() -> None:
    driver = printer("generic_58mm")
    assert driver.receive(b"\x00") == []  # not asked
    assert driver.ask_queue() == driver.ask_queue() == ASK_PAPER_QUEUED
    assert driver.receive(b"\x00") == [QueueDrained(paper_out=False, still_pending=1)]
    assert driver.receive(b"\x0c") == [QueueDrained(paper_out=True, still_pending=0)]
    driver.ask_queue()
    driver.forget_queries()
    assert driver.receive(b"\x00") == []


@pytest.mark.parametrize("manner", MANNERS)
def test_automatic_status(manner: str) -> None:
    driver = printer("epson_tm_t88vi")
    wire = bytes.fromhex("1000000f1400000f1c000c0f3800000f1008000f1020000f1000030f")
    heard = feed(driver, wire, manner)
    ready = PrinterStatus(online=True, cover_open=False, paper="ok", cutter_error=False, fatal_error=False)
    replace = msgspec.structs.replace
    assert heard == [
        DrawerPin(high=False),
        ready,
        DrawerPin(high=True),
        replace(ready, online=False, paper="out"),
        DrawerPin(high=False),
        replace(ready, online=False, cover_open=True),
        replace(ready, cutter_error=True),
        replace(ready, fatal_error=True),
        replace(ready, paper="near_end"),
    ]


BLOCKED = [
    ("1400000f", ""),
    ("1000030f", ""),
    ("1c000c0f", "printer.paper_out"),
    ("3800000f", "printer.cover_open"),
    ("1008000f", "printer.cutter_error"),
    ("1020000f", "printer.error"),
    ("1800000f", "printer.offline"),
]


@pytest.mark.parametrize(("wire_hex", "reason"), BLOCKED)
def test_what_stands_against_printing(wire_hex: str, reason: str) -> None:
    driver = printer("epson_tm_t88vi")
    assert driver.blocked() == ""  # nothing seen is nothing against it
    driver.receive(bytes.fromhex(wire_hex))
    assert driver.blocked() == reason


def test_real_time_answers_belong_to_the_question_asked() -> None:
    driver = printer("generic_58mm")
    assert driver.receive(b"\x1e") == []  # nobody asked
    said = []
    for question, answer in [(1, 0x1A), (2, 0x36), (4, 0x72), (3, 0x12), (1, 0x12)]:
        assert driver.poll() == bytes([0x10, 0x04, question])
        said += driver.receive(bytes([answer]))
    assert said[:2] == [DrawerPin(high=False), PrinterStatus(online=False)]
    assert driver.status == PrinterStatus(
        online=True, cover_open=True, paper="out", cutter_error=False, fatal_error=False
    )


def test_an_unanswered_question_is_asked_again_not_skipped() -> None:
    driver = printer("generic_58mm")
    driver.poll()
    driver.receive(b"\x12")
    assert driver.poll() == driver.poll() == b"\x10\x04\x02"


def test_a_printer_gone_silent_is_unknown_not_ready() -> None:
    driver = printer("epson_tm_t88vi")
    assert driver.poll() == b"\x1da\x0f\x10\x04\x01"
    driver.receive(bytes.fromhex("1400000f"))
    for _ in range(3):
        assert driver.poll() == b"\x10\x04\x01"
        assert driver.quiet() == []
    driver.poll()
    assert driver.quiet() == [PrinterStatus()]
    assert driver.blocked() == ""  # no status is no reason to refuse
    assert driver.poll() == b"\x1da\x0f\x10\x04\x01"


@given(st.lists(st.binary(max_size=60), max_size=20), st.sampled_from(["generic_58mm", "epson_tm_t88vi"]))
def test_any_answer_is_survived_and_confirms_nothing(chunks: list[bytes], profile: str) -> None:
    driver = printer(profile)
    mark = driver.confirm_request("job-1")[1]
    for chunk in chunks:
        driver.poll()
        for heard in driver.receive(chunk):
            if isinstance(heard, PrintConfirmed) and heard.mark == mark:
                assert b"\x37\x22" + mark + b"\x00" in b"".join(chunks)
    driver.quiet()
    driver.reset()
    assert driver.status == PrinterStatus()


def test_importing_the_byte_builder_leaves_nothing_behind(tmp_path: Path) -> None:
    code = (
        "import os, tempfile\n"
        "from drivers.base import build_driver\n"
        "from drivers.profile import load_profile\n"
        "before = dict(os.environ)\n"
        "build_driver(load_profile('printer/generic_58mm'), {}).render(())\n"
        "assert dict(os.environ) == before\n"
        "assert tempfile.tempdir is None or not os.listdir(tempfile.tempdir)\n"
    )
    subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        check=True,
        timeout=60,
    )
    assert list(tmp_path.iterdir()) == []


def test_two_printers_that_print_their_first_receipt_at_once_leave_nothing_behind_either(
    tmp_path: Path,
) -> None:
    code = (
        "import os, sys, tempfile, threading\n"
        "from drivers.base import build_driver\n"
        "from drivers.profile import load_profile\n"
        "from drivers.document import Barcode\n"
        "sys.setswitchinterval(1e-6)\n"
        "before, gate = dict(os.environ), threading.Barrier(3)\n"
        "drivers = [build_driver(load_profile('printer/generic_58mm'), {}) for _ in range(3)]\n"
        "def print_one(driver): gate.wait(); driver.render((Barcode(data='1234'),) * 40)\n"
        "threads = [threading.Thread(target=print_one, args=(one,)) for one in drivers]\n"
        "[thread.start() for thread in threads]; [thread.join() for thread in threads]\n"
        "assert dict(os.environ) == before\n"
        "assert os.path.isdir(tempfile.gettempdir())\n"
        "assert sys.stdout is sys.__stdout__\n"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True, timeout=60)
    assert list(tmp_path.iterdir()) == []
