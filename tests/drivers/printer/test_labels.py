"""Label printers: golden labels, and jobs confirmed only by what the printer said behind them."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.base import Heard, QueueDrained, build_driver
from drivers.document import (
    AnyBlock,
    Document,
    Label,
    LabelBarcode,
    LabelPrice,
    LabelQr,
    LabelText,
    Text,
)
from drivers.messages import PrinterStatus
from drivers.printer import fonts
from drivers.printer.drawing import Drawn
from drivers.printer.labels import Drawing, LabelPrinter
from drivers.profile import load_profile
from tests.drivers.wire import MANNERS, feed, vectors

ZPL, TSPL = "printer/zebra_zd421", "printer/tsc_te200"
READY = PrinterStatus(online=True, cover_open=False, paper="ok", fatal_error=False)
DRAINED = QueueDrained(paper_out=False)
LABEL = Label(width_mm=40, height_mm=30, fields=(LabelText(text="x"),))


def printer(profile: str, **options: Any) -> LabelPrinter:
    driver = build_driver(load_profile(profile), options)
    assert isinstance(driver, LabelPrinter)
    return driver


def host_status(
    *, out: int = 0, paused: int = 0, formats: int = 0, partial: int = 0, head: int = 0, remaining: int = 0
) -> bytes:
    """The three strings of ~HS."""
    return (
        f"\x02030,{out},{paused},0240,{formats:03d},0,0,{partial},000,0,0,0\x03\r\n"
        f"\x02000,0,{head},0,0,2,4,0,{remaining:08d},1,000\x03\r\n"
        "\x021234,0\x03\r\n"
    ).encode()


@pytest.fixture
def no_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without any: what has to be drawn is drawn as blocks, everywhere alike."""
    monkeypatch.setattr(fonts, "_known_to_fontconfig", lambda _codepoint: [])


@pytest.mark.usefixtures("no_fonts")
@pytest.mark.parametrize("vector", vectors("printer_labels"), ids=lambda vector: vector["name"])
def test_writes_the_golden_label(vector: dict[str, Any]) -> None:
    """In `wire` the dots of a picture stand as {hexadecimal}."""
    document = msgspec.convert(vector["document"], Document)
    encoding = "gbk" if "TSPL" in vector["name"] else "utf-8"
    wire = printer(vector["profile"], **vector["options"]).render(document)
    assert wire == b"".join(
        bytes.fromhex(part[1:-1]) if part.startswith("{") else part.encode(encoding)
        for part in re.split(r"(\{[0-9a-f]+\})", vector["wire"])
    )


@pytest.mark.parametrize("profile", [ZPL, TSPL])
@pytest.mark.parametrize("document", [(), (Text(text="a receipt"),), (LABEL, Text(text="and more"))])
def test_only_labels_are_printed(profile: str, document: tuple[AnyBlock, ...]) -> None:
    with pytest.raises(ValueError, match="labels only"):
        printer(profile).render(document)


def test_a_receipt_printer_refuses_a_label() -> None:
    with pytest.raises(ValueError, match="no labels"):
        build_driver(load_profile("printer/generic_58mm"), {}).render((LABEL,))  # type: ignore[attr-defined]


@pytest.mark.parametrize("data", ["6901234567893", "690123456789", "69012345678x2", "٦901234567892"])
def test_a_wrong_ean13_is_no_label(data: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"field": "barcode", "data": data}, LabelBarcode)


words = st.text(max_size=40) | st.text(st.sampled_from('^~_"\\\r\n\x1b\x00[]可¥𠮷'), max_size=20)
corners = {"x_mm": st.integers(0, 40), "y_mm": st.integers(0, 30)}
fields = st.one_of(
    st.builds(LabelText, text=words, **corners),
    st.builds(LabelPrice, amount_fen=st.integers(0, 10**12), **corners),
    st.builds(LabelBarcode, data=st.from_regex(r"\A[ -~]{1,20}\Z"), symbology=st.just("code128"), **corners),
    st.builds(LabelQr, data=words.filter(bool), **corners),
)
labels = st.builds(
    Label,
    width_mm=st.integers(15, 120),
    height_mm=st.integers(10, 300),
    fields=st.lists(fields, min_size=1, max_size=5),
)


@given(labels)
def test_no_text_becomes_a_zpl_command(label: Label) -> None:
    wire = printer(ZPL).render((label,)).decode()
    assert wire.startswith("^XA")
    assert wire.endswith("^XZ\n")
    assert wire.count("^XA") == wire.count("^XZ") == 1
    assert "~" not in wire
    assert wire.count("^FD") + wire.count("^GFA,") == wire.count("^FS") == wire.count("^FO")
    assert wire.count("^FO") == len(label.fields)
    assert all(char >= " " for char in wire[:-1])


BITMAP = re.compile(rb"BITMAP \d+,\d+,(\d+),(\d+),0,")


def without_pictures(wire: bytes) -> bytes:
    """What is left of a label's lines when its pictures are cut out, each by the size that it names."""
    while (found := BITMAP.search(wire)) is not None:
        end = found.end() + int(found[1]) * int(found[2])
        assert wire[end : end + 2] == b"\r\n"
        assert b"\x1b!" not in wire[found.end() : end]
        wire = wire[: found.start()] + wire[end + 2 :]
    return wire


@given(labels)
def test_no_text_becomes_a_tspl_command(label: Label) -> None:
    wire = printer(TSPL).render((label,))
    lines = without_pictures(wire).decode("gbk").split("\r\n")
    assert len(lines) + len(BITMAP.findall(wire)) == len(label.fields) + 6
    assert not any("\x1b" in line for line in lines)
    for line in lines[4:-2]:
        assert line.split(" ")[0] in {"TEXT", "BARCODE", "QRCODE"}
        assert line.endswith('"')
        assert line.replace('\\["]', "").count('"') in {2, 4}


def test_no_picture_begins_a_command_that_is_obeyed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    dots = bytes(byte ^ 0xFF for byte in b"\x1b!?\x1b!R")
    monkeypatch.setattr(Drawing, "line", lambda *_: Drawn(2, 3, dots))
    wire = printer(TSPL).render((Label(width_mm=40, height_mm=30, fields=(LabelText(text="𠮷"),)),))
    assert b"BITMAP 0,0,2,3,0,\x1b#?\x1b#R\r\n" in wire


@pytest.mark.parametrize("manner", MANNERS)
def test_zpl_says_what_stands_against_printing(manner: str) -> None:
    driver = printer(ZPL)
    said: list[tuple[list[Heard], str]] = []
    for wire in (
        host_status(),
        host_status(out=1),
        host_status(head=1),
        host_status(paused=1),
    ):
        assert driver.poll() == b"~HS"
        said.append((feed(driver, wire, manner), driver.blocked()))
    replace = msgspec.structs.replace
    assert said == [
        ([READY], ""),
        ([replace(READY, paper="out")], "printer.paper_out"),
        ([replace(READY, cover_open=True)], "printer.cover_open"),
        ([replace(READY, online=False)], "printer.offline"),
    ]


@pytest.mark.parametrize(
    ("byte", "blocked"),
    [
        (0x00, ""),
        (0x20, ""),
        (0x01, "printer.cover_open"),
        (0x04, "printer.paper_out"),
        (0x05, "printer.cover_open"),
        (0x02, "printer.error"),
        (0x08, "printer.error"),
        (0x10, "printer.offline"),
    ],
)
def test_tspl_says_what_stands_against_printing(byte: int, blocked: str) -> None:
    driver = printer(TSPL)
    assert driver.receive(bytes([byte])) == []  # nobody asked
    assert driver.blocked() == ""
    assert driver.poll() == b"\x1b!?"
    driver.receive(bytes([byte]))
    assert driver.blocked() == blocked


def test_zpl_is_done_when_nothing_is_left_in_the_printer() -> None:
    driver = printer(ZPL)
    assert driver.confirm_request("job-1") == (b"~HS", b"")
    for busy in (
        host_status(formats=1),
        host_status(partial=1),
        host_status(remaining=2),
        host_status(paused=1),
    ):
        assert DRAINED not in driver.receive(busy)
        driver.poll()
    assert driver.receive(host_status())[-1] == DRAINED
    driver.poll()
    assert DRAINED not in driver.receive(host_status())


def test_an_answer_to_an_earlier_question_proves_nothing() -> None:
    driver = printer(ZPL)
    driver.poll()
    driver.poll()
    driver.confirm_request("job-1")
    assert driver.receive(host_status()) == [READY]
    assert driver.receive(host_status()) == []
    assert driver.receive(host_status()) == [DRAINED]


def test_tspl_is_done_only_when_it_was_seen_at_work() -> None:
    driver = printer(TSPL)
    assert driver.confirm_request("job-1") == (b"\x1b!?", b"")
    assert DRAINED not in driver.receive(b"\x00")  # asked before it began
    driver.poll()
    assert DRAINED not in driver.receive(b"\x20")
    driver.poll()
    assert DRAINED not in driver.receive(b"\x01")  # stopped in the middle
    driver.poll()
    assert driver.receive(b"\x00")[-1] == DRAINED


def test_before_a_job_an_idle_answer_is_enough() -> None:
    driver = printer(TSPL)
    assert driver.ask_queue() == b"\x1b!?"
    assert driver.receive(b"\x00")[-1] == DRAINED


def test_a_printer_that_cannot_confirm_is_asked_nothing_behind_a_job() -> None:
    assert printer("printer/gprinter_gp3120").confirm_request("job-1") == (b"", b"")


@pytest.mark.parametrize("profile", [ZPL, TSPL])
def test_a_silent_printer_is_unknown_not_ready(profile: str) -> None:
    driver = printer(profile)
    driver.poll()
    driver.receive(host_status() if profile == ZPL else b"\x00")
    for _ in range(3):
        driver.poll()
        assert driver.quiet() == []
    driver.poll()
    assert driver.quiet() == [PrinterStatus()]
    assert driver.blocked() == ""


def test_the_wait_for_silence_is_shorter_than_the_pause_between_questions() -> None:
    for profile in (ZPL, TSPL):
        driver = printer(profile)
        assert driver.quiet_s is not None
        assert driver.poll_s is not None
        assert driver.quiet_s < driver.poll_s


@given(st.lists(st.binary(max_size=60) | st.just(host_status()[:50]), max_size=20))
def test_noise_confirms_no_zpl_label(chunks: list[bytes]) -> None:
    driver = printer(ZPL)
    driver.confirm_request("job-1")
    for chunk in chunks:
        assert DRAINED not in driver.receive(chunk)
        driver.poll()
    driver.quiet()
    driver.reset()
    assert driver.status == PrinterStatus()
    driver.confirm_request("job-2")
    assert DRAINED in driver.receive(host_status())


@given(st.binary(max_size=400))
def test_an_answer_is_bounded_and_found_behind_noise(noise: bytes) -> None:
    driver = printer(ZPL)
    driver.poll()
    driver.receive(noise)
    language = driver._language
    assert len(getattr(language, "_string", None) or b"") <= 100
    driver.reset()
    driver.poll()
    assert feed(driver, b"\x02030,0" + b"\x03" + host_status()) == [READY]
