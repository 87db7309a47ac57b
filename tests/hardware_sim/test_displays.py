"""Displays from the host's side of their serial lines."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware_sim.devices.pole import COLUMNS, LONGEST_COMMAND, Pole, PriceDisplay
from hardware_sim.faults import Unplugged
from hardware_sim.layout import POLE_DISPLAY, PRICE_DISPLAY
from hardware_sim.views import DisplayView
from tests.hardware_sim.hosts import serial_host, standing

VECTORS = Path(__file__).parents[1] / "vectors" / "drivers" / "display.json"
POLE, PRICES = POLE_DISPLAY.device_id, PRICE_DISPLAY.device_id
BLANK = " " * COLUMNS


def shown(view_display: DisplayView | None) -> tuple[str, ...]:
    assert view_display is not None
    return view_display.lines


def pole(*pieces: bytes) -> Pole:
    made = Pole(double_byte=True)
    for piece in pieces:
        made.receive(piece)
    return made


def test_a_pole_shows_its_two_lines_and_is_dark_after_the_plug_was_pulled(tmp_path: Path) -> None:
    with standing(tmp_path, POLE_DISPLAY) as counter:
        with serial_host(counter, POLE) as host:
            host.write(b"\x1b@\x1bQA" + "可乐".encode("gbk") + b"\r\x1bQBTOTAL 3.50\r")
            view = counter.until(POLE, lambda view: "3.50" in "".join(shown(view.display)))
            assert shown(view.display) == ("可乐" + " " * 16, "TOTAL 3.50" + " " * 10)
            assert view.kind == "display"
        counter.unplug(POLE)
        assert shown(counter.view(POLE).display) == (BLANK, BLANK)


def test_a_price_display_shows_digits_and_lamps(tmp_path: Path) -> None:
    with standing(tmp_path, PRICE_DISPLAY) as counter, serial_host(counter, PRICES) as host:
        host.write(b"\x1b@\x1bQA12.50\r\x02L0100")
        view = counter.until(PRICES, lambda view: bool(view.display and view.display.lit))
        assert view.display == DisplayView(lines=("12.50",), lit=("total",))


def test_a_plug_pulled_in_a_line_leaves_the_display_dark(tmp_path: Path) -> None:
    with standing(tmp_path, POLE_DISPLAY) as counter, serial_host(counter, POLE) as host:
        counter.inject(POLE, Unplugged(after_bytes=6))
        host.write(b"\x1bQATOTAL 3.50\r")
        view = counter.until(POLE, lambda view: not view.plugged)
        assert shown(view.display) == (BLANK, BLANK)


def test_commands_come_in_any_pieces() -> None:
    wire = b"\x1b@\x1bQATOTAL\r\x1b*\x02\x1bl\x03\x02" + "可".encode("gbk")
    whole = pole(wire)
    assert whole.lines == ("TOTAL" + " " * 15, "  可" + " " * 16)
    assert whole.brightness == 2
    assert pole(*(bytes([byte]) for byte in wire)).lines == whole.lines


def test_writing_a_line_again_is_no_flicker_and_clearing_is() -> None:
    calm = pole(b"\x1bQA1\r", b"\x1bQA2\r", b"\x1bQB3\r")
    assert (calm.clears, calm.lines[0]) == (0, "2" + " " * 19)
    assert pole(b"\x1bQA1\r", b"\x0c", b"\x1b@").clears == 1
    assert pole(b"\x1bQA1\r", b"\x1b@").clears == 1


@pytest.mark.parametrize("text", [b"123456789", b"", b"ABC", b"1 2"])
def test_a_price_display_shows_nothing_it_has_no_segments_for(text: bytes) -> None:
    display = PriceDisplay()
    display.receive(b"\x1bQA1.00\r\x1bQA" + text + b"\r")
    assert display.lines == ("1.00",)


def test_a_text_line_for_a_pole_shows_nothing_on_a_price_display() -> None:
    display = PriceDisplay()
    display.receive(b"\x1bQACola            3.50\r\x1bQBTOTAL           3.50\r")
    assert display.lines == ("",)


def test_both_faces_show_what_the_golden_bytes_say() -> None:
    found = {vector["name"]: vector for vector in json.loads(VECTORS.read_text(encoding="utf-8"))}
    wire = found["CD5220 with GBK: twenty cells, a character is never halved"]["wire_hex"]
    made = pole(*map(bytes.fromhex, wire))
    assert (made.lines, made.clears) == (("可口可乐 500m ￥3.50", "找零          ￥7.50"), 0)
    prices = PriceDisplay()
    seen = []
    for part in found["LED8N: the amount and its lamp, only what changed"]["wire_hex"]:
        prices.receive(bytes.fromhex(part))
        seen.append((prices.lines[0], prices.lit))
    assert seen == [("", ()), ("12.50", ("total",)), ("12.50", ("change",)), ("0.99", ("price",)), ("", ())]


@given(st.lists(st.binary(max_size=100), max_size=20), st.booleans())
def test_any_bytes_leave_two_whole_lines(pieces: list[bytes], double_byte: bool) -> None:
    made, prices = Pole(double_byte), PriceDisplay()
    for piece in pieces:
        made.receive(piece)
        prices.receive(piece)
        assert [len(row) for row in made._cells] == [COLUMNS, COLUMNS]
        assert len(made._unread) <= LONGEST_COMMAND
        assert len(prices._unread) <= LONGEST_COMMAND
