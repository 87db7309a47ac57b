"""Displays from the host's side of their serial lines."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware_sim.devices.display_wires import pole_named, protocols
from hardware_sim.devices.pole import COLUMNS, LONGEST_COMMAND, Pole, PriceDisplay
from hardware_sim.faults import Unplugged
from hardware_sim.layout import COUNTER, POLE_DISPLAY, POLES, PRICE_DISPLAY, UnknownDisplay, with_pole
from hardware_sim.specs import PoleSpec
from hardware_sim.views import DisplayView
from tests.hardware_sim.hosts import serial_host, standing

VECTORS = Path(__file__).parents[1] / "vectors" / "drivers" / "display.json"
POLE, PRICES = POLE_DISPLAY.device_id, PRICE_DISPLAY.device_id
BLANK = " " * COLUMNS


def shown(view_display: DisplayView | None) -> tuple[str, ...]:
    assert view_display is not None
    return view_display.lines


def pole(*pieces: bytes, protocol: str = "cd5220", double_byte: bool = True) -> Pole:
    made = pole_named(protocol, double_byte)
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


PLAIN = [
    ("Coca-Cola 500ml 3.50", "TOTAL          12.50"),
    ("Coca-Cola 500ml 3.50", "CHANGE          7.50"),
]
GOLDEN = [
    ("AEDEX", "aedex", PLAIN, None),
    ("UTC", "utc", PLAIN, None),
    ("Logic Controls: cells numbered over both lines", "logic_controls", PLAIN, 4),
    ("Epson DM-D: overwrite, cursor off, code page, brightness; lines by cursor", "epson_dmd", PLAIN, 4),
    ("Epson DM-D with GBK", "epson_dmd", [("可口可乐 500m ￥3.50", "合计         ￥12.50")], None),
]


@pytest.mark.parametrize(("name", "protocol", "seen", "brightness"), GOLDEN, ids=lambda one: str(one)[:14])
def test_every_pole_shows_what_the_golden_bytes_say(
    name: str, protocol: str, seen: list[tuple[str, str]], brightness: int | None
) -> None:
    found = {vector["name"]: vector for vector in json.loads(VECTORS.read_text(encoding="utf-8"))}
    greeting, *shows = map(bytes.fromhex, found[name]["wire_hex"])
    made = pole(b"left over", greeting, protocol=protocol)
    for lines, wire in zip(seen, shows, strict=True):
        for byte in wire:
            made.receive(bytes([byte]))
        assert made.lines == lines
    assert made.brightness == brightness


@pytest.mark.parametrize(("protocol", "call"), [("aedex", b"!#129"), ("utc", b"\x1buABI")])
def test_a_pole_of_whole_lines_shows_nothing_else(protocol: str, call: bytes) -> None:
    upper, lower, both = (call[:2] + call[2:][place : place + 1] for place in range(3))
    made = pole(b"Hello!\x1b?\r", lower + b"half", protocol=protocol)
    assert made.lines == (BLANK, BLANK)
    made.receive(b"\r" + upper + b"twenty cells and no more\r" + call[:2] + b"7what\r")
    assert made.lines == ("twenty cells and no ", f"{'half':20}")
    made.receive(both + b"%-20s%s\r" % (b"above", b"below"))
    assert (made.lines, made.clears) == ((f"{'above':20}", f"{'below':20}"), 0)


def test_a_logic_controls_display_scrolls_until_it_is_told_not_to() -> None:
    made = pole(b"\x10\x14below\nnext\x10\x28", protocol="logic_controls")
    assert made.lines == (f"{'below':20}", f"{'':5}{'next':15}")
    made.receive(b"\x11\x10\x14\n>>\x09<\x08\x0d-\x04\x40\x04\x41")
    assert (made.lines, made.brightness) == ((f"{'->l w':20}", f"{'':5}{'next':15}"), 2)
    made.receive(b"\x1f")
    assert (made.lines, made.brightness, made.clears) == ((BLANK, BLANK), None, 1)


def test_an_epson_display_writes_over_scrolls_up_or_scrolls_along() -> None:
    full = b"abcdefghijklmnopqrst"
    assert pole(b"\x1f$\x01\x02" + full + b"u", protocol="epson_dmd").lines == (f"{'u':20}", full.decode())
    up = pole(b"\x1f\x02\x1f$\x01\x02" + full + b"u", protocol="epson_dmd")
    assert up.lines == (full.decode(), f"{'u':20}")
    along = pole(b"\x1f\x03" + full + "可".encode("gbk"), protocol="epson_dmd")
    assert along.lines == ("cdefghijklmnopqrst可", BLANK)


def test_an_epson_display_moves_its_cursor_and_ignores_places_off_the_glass() -> None:
    made = pole(b"\x1f$\x15\x01\x1f$\x01\x03a\x1fBz\x0b\tb\x08c\nd\r-\x1f\nu\x1f\rm", protocol="epson_dmd")
    assert made.lines == (f"au{'m':>18}", f"- d{'z':>17}")
    made.receive(b"\x1fX\x05\x18")
    assert made.brightness is None
    made.receive(b"\x0c")
    assert (made.lines, made.clears) == ((BLANK, BLANK), 1)


def test_any_two_line_display_may_stand_on_the_counter() -> None:
    assert sorted(spec.protocol for spec in POLES) == protocols()
    for spec in POLES:
        (stands,) = (one for one in with_pole(COUNTER, spec.protocol) if isinstance(one, PoleSpec))
        assert (stands.device_id, stands.model) == ("display-1", spec.model)
    with pytest.raises(UnknownDisplay, match="'noritake': choose one of cd5220, aedex"):
        with_pole(COUNTER, "noritake")


@pytest.mark.parametrize("protocol", protocols())
@given(pieces=st.lists(st.binary(max_size=100), max_size=20), double_byte=st.booleans())
def test_any_bytes_leave_two_whole_lines(protocol: str, pieces: list[bytes], double_byte: bool) -> None:
    made, prices = pole_named(protocol, double_byte), PriceDisplay()
    for piece in pieces:
        made.receive(piece)
        prices.receive(piece)
        assert [len(row) for row in made._cells] == [COLUMNS, COLUMNS]
        assert len(made._unread) <= LONGEST_COMMAND
        assert len(prices._unread) <= LONGEST_COMMAND
