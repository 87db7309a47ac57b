"""Label printers from the host's side of their sockets, and their golden labels read back."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware_sim.devices.labels import LONGEST_FORMAT, Condition, Tspl, Zpl
from hardware_sim.faults import CoverOpen, PaperOut, Unplugged
from hardware_sim.layout import TSPL_PRINTER, ZPL_PRINTER
from hardware_sim.pictures.svg import svg_of
from tests.hardware_sim.hosts import receive, standing, tcp_host

VECTORS = Path(__file__).parents[1] / "vectors" / "drivers" / "printer_labels.json"
ZPL, TSPL = ZPL_PRINTER.device_id, TSPL_PRINTER.device_id
LABEL = "^XA^CI28^FO16,48^A0N,48,48^FH^FD¥3.50^FS^FO16,16^A0N,24,24^FH^FD可乐_5E^FS^PQ2^XZ"
LINES = b'SIZE 40 mm,30 mm\r\nCLS\r\nTEXT 16,16,"TSS24.BF2",0,1,1,"A\\["]B"\r\nPRINT 1,2\r\n'
READY = (
    b"\x02030,0,0,0240,000,0,0,0,000,0,0,0\x03\r\n"
    b"\x02000,0,0,0,0,2,4,0,00000000,1,000\x03\r\n"
    b"\x021234,0\x03\r\n"
)


def wire_of(name: str) -> bytes:
    found = {vector["name"]: vector for vector in json.loads(VECTORS.read_text(encoding="utf-8"))}
    wire: str = found[name]["wire"]
    encoding = "gbk" if name.startswith("TSPL") else "utf-8"
    return b"".join(
        bytes.fromhex(part[1:-1]) if part.startswith("{") else part.encode(encoding)
        for part in re.split(r"(\{[0-9a-f]+\})", wire)
    )


def test_a_zpl_label_comes_out_as_often_as_asked(tmp_path: Path) -> None:
    with standing(tmp_path, ZPL_PRINTER) as counter, tcp_host(counter, ZPL) as host:
        host.sendall(LABEL.encode() + b"~HS")
        first = counter.receipt()
        assert first.text == "可乐^\n¥3.50"
        assert counter.receipt(first.number).text == first.text
        receive(host, len(READY))
        host.sendall(b"~HS")
        assert receive(host, len(READY)) == READY


def test_a_tspl_label_waits_for_paper_and_says_so(tmp_path: Path) -> None:
    with standing(tmp_path, TSPL_PRINTER) as counter, tcp_host(counter, TSPL) as host:
        host.sendall(b"\x1b!?")
        assert receive(host, 1) == b"\x00"
        counter.inject(TSPL, PaperOut(after_lines=1))
        host.sendall(LINES)
        assert counter.receipt().text == 'A"B'
        counter.until(TSPL, lambda view: bool(view.printer and view.printer.paper == "out"))
        host.sendall(b"\x1b!?")
        assert receive(host, 1) == b"\x04"
        counter.heal(TSPL)
        assert counter.receipt(1).text == 'A"B'
        assert len(counter.receipts()) == 2


def test_an_open_cover_holds_labels_back_and_a_pulled_plug_forgets_them(tmp_path: Path) -> None:
    with standing(tmp_path, ZPL_PRINTER) as counter:
        with tcp_host(counter, ZPL) as host:
            counter.inject(ZPL, CoverOpen())
            host.sendall(LABEL.encode() + b"~HS")
            said = receive(host, len(READY))
            assert b",002,0,0,0,000," in said
            assert b"\x02000,0,1,0,0,2,4,0,00000002,1,000\x03" in said
            counter.inject(ZPL, Unplugged())
        counter.heal(ZPL)
        with tcp_host(counter, ZPL) as host:
            host.sendall(b"~HS")
            assert receive(host, len(READY)) == READY
        assert counter.receipts() == []


def test_the_golden_labels_say_what_was_asked_for() -> None:
    (zpl,) = Zpl().receive(wire_of("ZPL: a shelf label, twice"))
    (tspl,) = Tspl().receive(wire_of("TSPL: a shelf label, twice"))
    seen = [[(thing.text, thing.symbology) for thing in label.things] for label in (zpl, tspl)]
    code = ("6901234567892", "ean13")
    assert seen == [
        [("Coca-Cola 500ml", ""), ("¥3.50", ""), code],
        [("可口可乐 500ml", ""), ("￥3.50", ""), code],
    ]
    assert (zpl.copies, tspl.copies) == (2, 2)


BAR = "0" + 22 * "1" + "0"


def test_a_golden_picture_has_its_ink_where_it_was_drawn() -> None:
    """Without fonts a character is two bars: the same in both languages, though one counts ink as 0."""
    (zpl,) = Zpl().receive(wire_of("ZPL: what a Chinese font file lacks is drawn"))
    (tspl,) = Tspl().receive(wire_of("TSPL: a text with a character that the font lacks is drawn"))
    (glyph,), (three, text) = zpl.things, tspl.things
    assert [row for row in glyph.rows if "1" in row] == [BAR] * 8
    assert three.rows == tuple(row * 3 for row in glyph.rows)
    assert (three.x, three.y, three.line().data) == (8, 8, "72x24")
    assert text.text == "可乐"


def test_a_picture_comes_in_any_pieces_and_line_ends_in_it_end_nothing() -> None:
    dots = b"\r\nPRINT 1,1\r\n\xff"
    wire = b"CLS\r\nBITMAP 8,16,%d,1,0,%s\r\nPRINT 1,1\r\n" % (len(dots), dots)
    piecemeal = Tspl()
    (label,) = [label for byte in wire for label in piecemeal.receive(bytes([byte]))]
    assert label == Tspl().receive(wire)[0]
    (picture,) = label.things
    assert (picture.x, picture.y, picture.rows) == (8, 16, ("".join(f"{byte ^ 0xFF:08b}" for byte in dots),))


def test_a_picture_is_on_the_label_as_dots(tmp_path: Path) -> None:
    name = "TSPL: a text with a character that the font lacks is drawn"
    with standing(tmp_path, TSPL_PRINTER) as counter, tcp_host(counter, TSPL) as host:
        host.sendall(wire_of(name))
        receipt = counter.receipt()
    assert receipt.text == "[image 72x24]\n可乐"
    assert "<rect" in svg_of(receipt.lines, receipt.columns)


def test_no_data_in_a_golden_label_is_a_command() -> None:
    (zpl,) = Zpl().receive(wire_of("ZPL: no data is a command"))
    assert [thing.text for thing in zpl.things] == ['a^b~c_d"e\\f', 'A>"1', "DS^1"]
    (tspl,) = Tspl().receive(wire_of("TSPL: no data is a command"))
    assert [thing.text for thing in tspl.things] == ['a^b~c_d"e/f', 'A>"1', "DS^1"]


@pytest.mark.parametrize("language", [Zpl, Tspl])
def test_labels_and_questions_come_in_any_pieces(language: type[Zpl] | type[Tspl]) -> None:
    name = "ZPL: a shelf label, twice" if language is Zpl else "TSPL: a shelf label, twice"
    question = b"~HS" if language is Zpl else b"\x1b!?"
    wire = question + wire_of(name) + question
    piecemeal = language()
    labels = [label for byte in wire for label in piecemeal.receive(bytes([byte]))]
    assert labels == language().receive(wire_of(name))
    assert piecemeal.asked == 2
    assert not piecemeal.partial or piecemeal.unread == b"\n"


@given(
    st.lists(st.binary(max_size=80) | st.sampled_from([b"^XA^FO", b"^FS^PQ9^XZ", b"CLS\r\n"]), max_size=20)
)
def test_any_bytes_are_survived_and_bounded(pieces: list[bytes]) -> None:
    for printer in (Zpl(), Tspl()):
        for piece in pieces:
            printer.receive(piece)
            assert len(printer.unread) <= LONGEST_FORMAT
        assert printer.answer(Condition(False, False, False, 0, printer.partial))
        printer.forget()
        assert not printer.partial
