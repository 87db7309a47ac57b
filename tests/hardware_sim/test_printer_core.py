"""The printer's understanding of ESC/POS, byte by byte as the manuals have it."""

from hypothesis import given
from hypothesis import strategies as st

from hardware_sim.devices.drawer import Drawer
from hardware_sim.devices.paper import text_of
from hardware_sim.devices.printer_core import PrinterCore, PrinterTraits, Torn
from hardware_sim.devices.typesetter import GARBAGE
from hardware_sim.views import PaperLine, Span

INIT, DOUBLE_BYTE, CUT = b"\x1b@", b"\x1c&", b"\x1dV\x00"


def fed(data: bytes, core: PrinterCore | None = None) -> PrinterCore:
    """A printer that has done all it can with the bytes."""
    core = core or PrinterCore(drawer=Drawer())
    core.receive(data)
    run(core)
    return core


def run(core: PrinterCore) -> list[object]:
    done: list[object] = []
    while (step := core.step()) is not None:
        done.append(step)
    return done


def answers(core: PrinterCore) -> bytes:
    return b"".join(core.take_answers())


def paper(core: PrinterCore) -> str:
    return text_of(tuple(core.hanging), core.traits.columns)


def spans(core: PrinterCore) -> tuple[Span, ...]:
    return core.hanging[0].spans


def test_text_prints_at_the_line_feed_and_not_before() -> None:
    core = fed(b"hello")
    assert paper(core) == ""
    fed(b"\n", core)
    assert paper(core) == "hello"


def test_chinese_prints_in_double_byte_mode_only() -> None:
    text = "店枢超市 ￥12.80".encode("gbk")
    assert paper(fed(DOUBLE_BYTE + text + b"\n")) == "店枢超市 ￥12.80"
    assert "店" not in paper(fed(text + b"\n"))
    assert paper(fed(DOUBLE_BYTE + "店".encode("gbk") + b"\n\x1c." + "店".encode("gbk") + b"\n")) != "店\n店"


def test_a_printer_may_have_double_byte_mode_on_from_power_up() -> None:
    core = PrinterCore(traits=PrinterTraits(double_byte_at_power_up=True))
    assert paper(fed("店枢".encode("gbk") + b"\n", core)) == "店枢"
    assert paper(fed(b"\x1c." + INIT + "店".encode("gbk") + b"\n", core)) == "店枢\n店"


def test_what_gbk_cannot_hold_prints_garbage() -> None:
    assert GARBAGE in paper(fed(DOUBLE_BYTE + "¥".encode("gb18030") + b"\n"))
    assert paper(fed(DOUBLE_BYTE + b"\x80\n")) == GARBAGE


def test_a_chinese_character_takes_two_columns_and_a_full_line_comes_out_by_itself() -> None:
    core = fed(DOUBLE_BYTE + "店".encode("gbk") * 25 + b"\n")
    assert paper(core) == "店" * 24 + "\n店"
    core = fed(DOUBLE_BYTE + b"x" + "店".encode("gbk") * 24 + b"\n")
    assert paper(core) == "x" + "店" * 23 + "\n店"
    assert paper(fed(b"a" * 48 + b"\n")) == "a" * 48


def test_alignment_counts_columns_and_holds_from_the_start_of_a_line() -> None:
    core = fed(DOUBLE_BYTE + b"\x1ba\x01" + "店枢".encode("gbk") + b"\n\x1ba\x02" + b"12.80\n")
    assert paper(core) == " " * 22 + "店枢\n" + " " * 43 + "12.80"
    assert paper(fed(b"left\x1ba\x02 still left\n")) == "left still left"


def test_sizes_and_bold() -> None:
    core = fed(DOUBLE_BYTE + b"\x1bE\x01\x1d!\x11A" + "店".encode("gbk") + b"\x1d!\x00\x1bE\x00b\n")
    assert spans(core) == (Span(text="A店", bold=True, width=2, height=2), Span(text="b"))
    assert spans(fed(b"\x1b!\x38A\n"))[0] == Span(text="A", bold=True, width=2, height=2)


def test_latin_and_chinese_sizes_are_set_apart() -> None:
    core = fed(DOUBLE_BYTE + b"\x1cW\x01A" + "店".encode("gbk") + b"\n")
    assert spans(core) == (Span(text="A"), Span(text="店", width=2, height=2))
    core = fed(DOUBLE_BYTE + b"\x1b!\x30A" + "店".encode("gbk") + b"\n")
    assert spans(core) == (Span(text="A", width=2, height=2), Span(text="店"))
    core = fed(DOUBLE_BYTE + b"\x1c!\x0c" + "店".encode("gbk") + b"\n")
    assert spans(core)[0].width == spans(core)[0].height == 2


def test_double_width_fills_the_line_twice_as_fast() -> None:
    assert paper(fed(b"\x1d!\x10" + b"a" * 25 + b"\n")) == "a" * 24 + "\na"


def test_a_cut_gives_the_receipt() -> None:
    core = PrinterCore()
    core.receive(b"one\ntwo\n\x1bd\x02" + CUT + b"next\n")
    done = run(core)
    (torn,) = [step for step in done if isinstance(step, Torn)]
    assert torn.text == "one\ntwo\n\n"
    assert paper(core) == "next"


def test_every_form_of_the_cut() -> None:
    function_a = (b"\x1dV\x00", b"\x1dV\x01", b"\x1dV0", b"\x1dV1")
    for cut in (*function_a, b"\x1dVA\x10", b"\x1dVB\x00", b"\x1bi", b"\x1bm"):
        core = PrinterCore()
        core.receive(b"x\n" + cut + b"y\n")
        assert any(isinstance(step, Torn) for step in run(core)), cut
        assert paper(core) == "y", cut


def test_a_printer_without_a_cutter_is_torn_after_a_long_feed() -> None:
    core = PrinterCore(traits=PrinterTraits(columns=32, cutter=False))
    core.receive(b"x\n" + CUT + b"\x1bd\x04y\n")
    assert [type(step) for step in run(core)] == [PaperLine, Torn, PaperLine]
    assert paper(core) == "y"


def test_blank_paper_at_a_tear_bar_is_no_receipt() -> None:
    core = PrinterCore(traits=PrinterTraits(columns=32, cutter=False))
    core.receive(b"x\n\x1bd\x03" + INIT + b"\x1bd\x04y\n\x1bd\x03\x1bd\x04\x1bd\x05")
    torn = [step.text for step in run(core) if isinstance(step, Torn)]
    assert [text.strip() for text in torn] == ["x", "y"]
    assert paper(core) == ""


def test_barcodes() -> None:
    data = b"{BS001-T01-20261122-0001"
    core = fed(b"\x1bE\x00\x1ba\x01\x1dw\x02\x1dH\x02\x1dkI" + bytes([len(data)]) + data)
    (line,) = core.hanging
    assert (line.kind, line.symbology, line.data) == ("barcode", "code128", "S001-T01-20261122-0001")
    assert line.align == "center"
    assert line.spans == (Span(text="S001-T01-20261122-0001"),)
    assert fed(b"\x1dk\x02" + b"690123456789\x00").hanging[0].data == "6901234567892"
    assert fed(b"\x1dkC\x0d6901234567892").hanging[0].symbology == "ean13"


def test_a_barcode_wider_than_the_paper_or_malformed_is_not_printed() -> None:
    data = b"{BS001-T01-20261122-0001"
    too_wide = fed(b"\x1dw\x03\x1dkI" + bytes([len(data)]) + data + b"after\n")
    assert paper(too_wide) == "after"
    no_set = fed(b"\x1dkI\x04S001after\n")
    assert paper(no_set) == "after"
    assert no_set.setter.unknown


def test_qr() -> None:
    store = b"\x1d(k\x08\x001P0hello"
    core = fed(b"\x1d(k\x04\x001A2\x00\x1d(k\x03\x001C\x04\x1d(k\x03\x001E1" + store + b"\x1d(k\x03\x001Q0")
    (line,) = core.hanging
    assert (line.kind, line.data, line.module_dots) == ("qr", "hello", 4)
    assert line.matrix
    assert {len(row) for row in line.matrix} == {len(line.matrix)} == {21}


def test_images_are_swallowed_whole() -> None:
    assert paper(fed(b"\x1dv0\x00\x02\x00\x03\x00" + b"\x1b@\n\n\n\n" + b"after\n")).endswith("after")
    assert paper(fed(b"\x1b*\x21\x02\x00" + b"\n" * 6 + b"after\n")).endswith("after")


def test_an_image_on_its_own_lines_keeps_its_dots() -> None:
    (line,) = fed(b"\x1dv0\x00\x01\x00\x02\x00" + b"\xf0\x01").hanging
    assert (line.kind, line.matrix) == ("image", ("11110000", "00000001"))


def test_a_drawn_character_stands_among_the_others() -> None:
    core = fed(b"a" + b"\x1b*\x21\x18\x00" + b"\n" * 72 + b"b\n")
    assert paper(core) == "a▦b"


def test_realtime_status_as_in_the_manual() -> None:
    core = PrinterCore(drawer=Drawer(high_when_open=True))
    for n in (1, 2, 3, 4):
        core.receive(bytes([0x10, 0x04, n]))
    assert answers(core) == b"\x12\x12\x12\x12"
    core.paper, core.cover_open = "out", True
    assert core.drawer
    core.drawer.open = True
    for n in (1, 2, 3, 4):
        core.receive(bytes([0x10, 0x04, n]))
    assert answers(core) == bytes([0x12 | 0x04 | 0x08, 0x12 | 0x04 | 0x20, 0x12, 0x12 | 0x60 | 0x0C])
    core.paper, core.cover_open = "near_end", False
    core.receive(b"\x10\x04\x04")
    assert answers(core) == b"\x1e"


def test_realtime_status_answers_while_the_printer_cannot_print() -> None:
    core = PrinterCore(paper="out")
    fed(b"text\n\x1dr\x01\x10\x04\x01", core)
    assert answers(core) == b"\x1a"
    core.paper = "ok"
    run(core)
    assert answers(core) == b"\x00"
    assert paper(core) == "text"


def test_a_realtime_command_inside_an_image_is_obeyed() -> None:
    core = fed(b"\x1dv0\x00\x03\x00\x01\x00" + b"\x10\x04\x01" + b"after\n")
    assert answers(core) == b"\x12"
    assert paper(core).endswith("after")


@given(st.lists(st.integers(1, 4), min_size=1, max_size=8), st.data())
def test_realtime_commands_are_heard_in_any_pieces(asked: list[int], data: st.DataObject) -> None:
    stream = b"".join(b"text\x10" + bytes([0x04, n]) for n in asked)
    core = PrinterCore()
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        core.receive(stream[:size])
        stream = stream[size:]
    assert len(answers(core)) == len(asked)


RECEIPT = (
    INIT
    + DOUBLE_BYTE
    + b"\x1ba\x01\x1d!\x11"
    + "店枢超市".encode("gbk")
    + b"\n\x1d!\x00\x1ba\x00"
    + "可乐 500ml      2    ￥7.00".encode("gbk")
    + b"\n\x1dw\x02\x1dkI\x0b{BS001-0001\x1d(k\x08\x001P0hello\x1d(k\x03\x001Q0\x1bd\x03\x1dVB\x00"
)


@given(st.data())
def test_the_paper_does_not_depend_on_how_the_bytes_came(data: st.DataObject) -> None:
    whole = PrinterCore()
    whole.receive(RECEIPT)
    pieces, rest = PrinterCore(), RECEIPT
    done: list[object] = []
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        pieces.receive(rest[:size])
        rest = rest[size:]
        done += run(pieces)
    assert done == run(whole)


def test_automatic_status_is_sent_at_once_and_at_each_watched_change() -> None:
    core = fed(b"\x1da\x0f")
    assert answers(core) == b"\x10\x00\x00\x00"
    assert core.drawer
    core.drawer.open = True
    assert answers(core) == b"\x14\x00\x00\x00"
    core.drawer.open = False
    assert answers(core) == b"\x10\x00\x00\x00"
    core.paper = "out"
    assert answers(core) == b"\x18\x00\x0f\x00"
    core.paper, core.cover_open = "ok", True
    assert answers(core) == b"\x38\x00\x00\x00"
    assert answers(core) == b""


def test_automatic_status_leaves_out_what_is_not_watched() -> None:
    core = fed(b"\x1da\x08")
    assert answers(core) == b"\x10\x00\x00\x00"
    assert core.drawer
    core.drawer.open = True
    assert answers(core) == b""
    core.paper = "near_end"
    assert answers(core) == b"\x14\x00\x03\x00"
    fed(b"\x1da\x00", core)
    core.paper = "out"
    assert answers(core) == b""


def test_confirmation_follows_the_print() -> None:
    core = PrinterCore(paper="out")
    fed(b"x\n\x1d(H\x06\x0000ABCD", core)
    assert answers(core) == b""
    core.paper = "ok"
    run(core)
    assert answers(core) == b"\x37\x22ABCD\x00"


def test_of_several_waiting_confirmations_the_latest_is_answered() -> None:
    assert answers(fed(b"x\n\x1d(H\x06\x00000001y\n\x1d(H\x06\x00000002")) == b"\x37\x220002\x00"


def test_a_cleared_buffer_drops_its_confirmation() -> None:
    core = PrinterCore(paper="out")
    fed(b"x\n\x1d(H\x06\x0000ABCD", core)
    core.receive(b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08")
    core.paper = "ok"
    run(core)
    assert (answers(core), paper(core)) == (b"", "")


def test_a_printer_that_cannot_confirm_says_nothing() -> None:
    assert answers(fed(b"\x1d(H\x06\x0000ABCD", PrinterCore(traits=PrinterTraits(confirms=False)))) == b""


def test_paper_runs_out_in_mid_job_and_goes_on_with_a_new_roll() -> None:
    core = PrinterCore(lines_left=2)
    fed(b"1\n2\n3\n4\n", core)
    assert (paper(core), core.paper) == ("1\n2", "out")
    core.paper = "ok"
    run(core)
    assert paper(core) == "1\n2\n3\n4"


def test_the_drawer_opens_by_either_pulse_on_its_own_pin() -> None:
    for pulse in (b"\x1bp\x00\x19\xfa", b"\x1bp0\x19\xfa", b"\x10\x14\x01\x00\x01"):
        core = fed(pulse)
        assert core.drawer
        assert (core.drawer.open, core.drawer.kicks) == (True, 1)
    for pulse in (b"\x1bp\x01\x19\xfa", b"\x10\x14\x01\x01\x01"):
        core = fed(pulse)
        assert core.drawer
        assert not core.drawer.open


def test_a_queued_pulse_waits_for_paper_and_a_realtime_one_does_not() -> None:
    core = fed(b"\x1bp\x00\x19\xfa", PrinterCore(drawer=Drawer(), paper="out"))
    assert core.drawer
    assert not core.drawer.open
    fed(b"\x10\x14\x01\x00\x01", core)
    assert core.drawer.open


def test_a_drawer_without_a_switch_never_moves_the_pin() -> None:
    drawer = Drawer(high_when_open=True, has_switch=False)
    drawer.kick(2)
    assert (drawer.open, drawer.pin3_high) == (True, False)


def test_polarity_is_the_drawers() -> None:
    for high_when_open, shut, opened in ((True, b"\x12", b"\x16"), (False, b"\x16", b"\x12")):
        core = PrinterCore(drawer=Drawer(high_when_open=high_when_open))
        assert answers(fed(b"\x10\x04\x01", core)) == shut
        assert answers(fed(b"\x1bp\x00\x19\xfa\x10\x04\x01", core)) == shut  # asked before it moved
        assert answers(fed(b"\x10\x04\x01\x1dr\x02", core)) == opened + bytes([high_when_open])


def test_a_jammed_cutter_stops_the_printer_until_it_recovers() -> None:
    core = PrinterCore(jam_next_cut=True)
    fed(b"x\n" + CUT + b"y\n", core)
    assert paper(core) == "x"
    assert answers(fed(b"\x10\x04\x01\x10\x04\x02\x10\x04\x03", core)) == b"\x1a\x52\x1a"
    core.jam_next_cut = False
    core.receive(b"\x10\x05\x01")
    assert [type(step) for step in run(core)] == [Torn, PaperLine]


def test_identity() -> None:
    core = PrinterCore(traits=PrinterTraits(maker="M", model="SIM-80", serial="P0001"))
    assert answers(fed(b"\x1dIB\x1dIC\x1dID", core)) == b"\x5fM\x00\x5fSIM-80\x00\x5fP0001\x00"


def test_power_gone_everything_unprinted_is_forgotten() -> None:
    core = fed(DOUBLE_BYTE + b"\x1d!\x11\x1da\x0fon paper\nhalf a line\x1d")
    answers(core)
    core.power_cycle()
    fed(b"x\n", core)
    assert paper(core) == "on paper\nx"
    assert core.hanging[1].spans == (Span(text="x"),)
    core.paper = "out"
    assert answers(core) == b""


@given(st.binary(max_size=400))
def test_rubbish_never_stops_a_printer(rubbish: bytes) -> None:
    core = PrinterCore(drawer=Drawer())
    fed(rubbish, core)
    core.power_cycle()
    core.paper, core.cutter_error = "ok", False
    assert paper(fed(b"\x18alive\n", core)).endswith("alive")


def test_a_full_receive_buffer_takes_no_more() -> None:
    core = PrinterCore(paper="out")
    core.receive(b"x\n" * 50_000)
    assert core.room == 0
    assert core.waiting_bytes == 64 * 1024
