"""Printers from the host's end of the wire, with each of their faults."""

import socket
from pathlib import Path

import pytest
import serial

from hardware_sim.faults import (
    CoverOpen,
    CutterJam,
    DrawerStuck,
    Noise,
    Offline,
    PaperOut,
    Silent,
    SlowDrain,
    SplitFrames,
    Unplugged,
)
from hardware_sim.layout import RECEIPT_PRINTER, SMALL_PRINTER
from tests.hardware_sim.hosts import (
    PTY_PRINTER,
    TCP_PRINTER,
    receive,
    serial_host,
    standing,
    tcp_host,
)

CHINESE = b"\x1b@\x1c&" + "店枢超市 ￥12.80\n".encode("gbk")
CUT = b"\x1dVB\x00"
CONFIRM = b"\x1d(H\x06\x0000"
STATUS, CAUSE, ERROR, SENSORS = b"\x10\x04\x01", b"\x10\x04\x02", b"\x10\x04\x03", b"\x10\x04\x04"


def test_a_receipt_over_tcp_in_chinese_confirmed(tmp_path: Path) -> None:
    with standing(tmp_path, RECEIPT_PRINTER) as counter, tcp_host(counter) as host:
        host.sendall(CHINESE + CUT + CONFIRM + b"0042")
        assert receive(host, 7) == b"\x37\x22" + b"0042" + b"\x00"
        receipt = counter.receipt()
        assert (receipt.number, receipt.device_id) == (1, TCP_PRINTER)
        assert receipt.text == "店枢超市 ￥12.80"
        assert counter.paper() == ""


def test_a_receipt_over_a_serial_line(tmp_path: Path) -> None:
    with standing(tmp_path, SMALL_PRINTER) as counter, serial_host(counter, PTY_PRINTER) as port:
        port.write(CHINESE + b"\x1dr\x01")
        assert port.read(1) == b"\x00"
        assert counter.paper() == "店枢超市 ￥12.80"
        port.write(b"\x1bd\x04")
        assert counter.receipt().text.startswith("店枢超市")
        assert counter.view(PTY_PRINTER).printer is not None


def test_bytes_written_between_two_looks_at_the_line_still_print(tmp_path: Path) -> None:
    with standing(tmp_path, SMALL_PRINTER) as counter:
        path = counter.link(PTY_PRINTER).removeprefix("serial://")
        with serial.Serial(path, 9600, write_timeout=5) as port:
            port.write(b"quick\n")
        counter.until(PTY_PRINTER, lambda view: bool(view.printer and view.printer.lines_printed == 1))
        assert counter.paper() == "quick"


def test_the_drawer_opens_is_seen_and_is_closed_by_hand(tmp_path: Path) -> None:
    with standing(tmp_path, RECEIPT_PRINTER) as counter, tcp_host(counter) as host:
        host.sendall(b"\x1da\x01")
        assert receive(host, 4) == b"\x10\x00\x00\x00"
        host.sendall(b"\x10\x14\x01\x00\x01")
        assert receive(host, 4) == b"\x14\x00\x00\x00"
        view = counter.view(TCP_PRINTER)
        assert view.drawer
        assert (view.drawer.open, view.drawer.kicks) == (True, 1)
        counter.close_drawer()
        assert receive(host, 4) == b"\x10\x00\x00\x00"


def test_a_stuck_drawer_is_kicked_and_stays_shut(tmp_path: Path) -> None:
    with standing(tmp_path, RECEIPT_PRINTER) as counter, tcp_host(counter) as host:
        counter.inject(TCP_PRINTER, DrawerStuck())
        host.sendall(b"\x1bp\x00\x19\xfa\x1dr\x02")
        assert receive(host, 1) == b"\x00"
        view = counter.view(TCP_PRINTER)
        assert view.drawer
        assert (view.drawer.open, view.drawer.kicks) == (False, 1)


@pytest.mark.parametrize(
    ("fault", "status", "cause"),
    [(Offline(), 0x1A, 0x12), (CoverOpen(), 0x1A, 0x16), (PaperOut(), 0x1A, 0x32)],
)
def test_a_printer_that_cannot_print_says_why_and_goes_on_when_healed(
    tmp_path: Path, fault: Offline | CoverOpen | PaperOut, status: int, cause: int
) -> None:
    with standing(tmp_path, RECEIPT_PRINTER) as counter, tcp_host(counter) as host:
        counter.inject(TCP_PRINTER, fault)
        host.sendall(CHINESE + STATUS + CAUSE)
        assert receive(host, 2) == bytes([status, cause])
        assert counter.paper() == ""
        assert counter.view(TCP_PRINTER).faults == (fault,)
        counter.heal(TCP_PRINTER)
        host.sendall(b"\x1dr\x01")
        assert receive(host, 1) == b"\x00"
        assert counter.paper() == "店枢超市 ￥12.80"


def test_paper_ends_in_mid_job(tmp_path: Path) -> None:
    with standing(tmp_path, RECEIPT_PRINTER) as counter, tcp_host(counter) as host:
        host.sendall(b"\x1da\x0a")
        assert receive(host, 4) == b"\x10\x00\x00\x00"
        counter.inject(TCP_PRINTER, PaperOut(after_lines=2))
        host.sendall(b"1\n2\n3\n" + CUT + CONFIRM + b"0001" + SENSORS)
        assert receive(host, 5) in (b"\x18\x00\x0f\x00\x7e", b"\x12\x18\x00\x0f\x00")
        assert counter.paper() == "1\n2"
        counter.heal(TCP_PRINTER)
        assert receive(host, 4) == b"\x10\x00\x00\x00"
        assert receive(host, 7) == b"\x37\x220001\x00"
        assert counter.receipt().text == "1\n2\n3"


def test_a_jammed_cutter(tmp_path: Path) -> None:
    with standing(tmp_path, RECEIPT_PRINTER) as counter, tcp_host(counter) as host:
        host.sendall(b"\x1da\x04")
        receive(host, 4)
        counter.inject(TCP_PRINTER, CutterJam())
        host.sendall(b"x\n" + CUT)
        assert receive(host, 4) == b"\x18\x08\x00\x00"
        host.sendall(STATUS + CAUSE + ERROR)
        assert receive(host, 3) == b"\x1a\x52\x1a"
        assert counter.receipts() == []
        counter.heal(TCP_PRINTER)
        assert counter.receipt().text == "x"


def test_a_plug_pulled_in_mid_job_cuts_the_line_and_forgets_what_was_not_printed(tmp_path: Path) -> None:
    with standing(tmp_path, RECEIPT_PRINTER) as counter:
        link = counter.link(TCP_PRINTER)
        with tcp_host(counter) as host:
            counter.inject(TCP_PRINTER, Unplugged(after_bytes=7))
            host.sendall(b"one\ntwo three\n" + STATUS)
            with pytest.raises((ConnectionResetError, EOFError)):
                receive(host, 1)
        name, port = link.removeprefix("tcp://").split(":")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((name, int(port)))
        counter.heal(TCP_PRINTER)
        assert counter.link(TCP_PRINTER) == link
        with tcp_host(counter) as host:
            host.sendall(b"four\n\x1dr\x01")
            receive(host, 1)
        assert counter.paper() in ("one\nfour", "four")


def test_an_unplugged_serial_printer_is_gone_and_comes_back(tmp_path: Path) -> None:
    with standing(tmp_path, SMALL_PRINTER) as counter:
        with serial_host(counter, PTY_PRINTER) as port:
            counter.unplug(PTY_PRINTER)
            with pytest.raises(serial.SerialException):
                port.read(1)
        counter.plug(PTY_PRINTER)
        with serial_host(counter, PTY_PRINTER) as port:
            port.write(STATUS)
            assert port.read(1) == b"\x12"


def test_a_silent_printer_takes_nothing_and_answers_nothing(tmp_path: Path) -> None:
    with standing(tmp_path, RECEIPT_PRINTER) as counter, tcp_host(counter) as host:
        counter.inject(TCP_PRINTER, Silent())
        host.sendall(STATUS)
        host.settimeout(0.2)
        with pytest.raises(TimeoutError):
            host.recv(1)
        host.settimeout(5)
        counter.heal(TCP_PRINTER)
        assert receive(host, 1) == b"\x12"


def test_a_slow_printer_takes_its_time(tmp_path: Path) -> None:
    """At 20 bytes a second these lines are a minute's work; healed, they come at once."""
    with standing(tmp_path, RECEIPT_PRINTER) as counter, tcp_host(counter) as host:
        counter.inject(TCP_PRINTER, SlowDrain(bytes_per_s=20))
        host.sendall(b"x\n" * 600 + STATUS)
        view = counter.until(TCP_PRINTER, lambda view: bool(view.printer and view.printer.lines_printed))
        assert view.printer
        assert view.printer.lines_printed < 600
        counter.heal(TCP_PRINTER)
        assert receive(host, 1) == b"\x12"
        counter.until(TCP_PRINTER, lambda view: bool(view.printer and view.printer.lines_printed == 600))


def test_a_full_receive_buffer_blocks_the_host(tmp_path: Path) -> None:
    with standing(tmp_path, RECEIPT_PRINTER) as counter, tcp_host(counter) as host:
        counter.inject(TCP_PRINTER, PaperOut())
        host.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        host.settimeout(0.5)
        with pytest.raises(TimeoutError):
            host.sendall(b"line\n" * 40_000)
        counter.heal(TCP_PRINTER)
        host.settimeout(10)
        host.sendall(b"\n" + STATUS)
        assert receive(host, 1) == b"\x12"


def test_answers_split_and_noisy(tmp_path: Path) -> None:
    with standing(tmp_path, RECEIPT_PRINTER, seed=3) as counter, tcp_host(counter) as host:
        counter.inject(TCP_PRINTER, SplitFrames(max_chunk=2, gap_ms=50))
        host.sendall(CONFIRM + b"0007")
        first = host.recv(64)
        assert len(first) <= 2
        assert first + receive(host, 7 - len(first)) == b"\x37\x220007\x00"
        counter.heal(TCP_PRINTER)
        counter.inject(TCP_PRINTER, Noise(max_bytes=4))
        host.sendall(STATUS)
        heard = receive(host, 1)
        while heard[-1:] != b"\x12":
            heard += receive(host, 1)
        assert 2 <= len(heard) <= 5
        assert all(byte >= 0x80 for byte in heard[:-1])


def test_one_host_at_a_time(tmp_path: Path) -> None:
    with standing(tmp_path, RECEIPT_PRINTER) as counter:
        with tcp_host(counter) as host, tcp_host(counter) as second:
            assert second.recv(1) == b""
            host.sendall(STATUS)
            assert receive(host, 1) == b"\x12"
        counter.until(TCP_PRINTER, lambda view: not view.connected)
        with tcp_host(counter) as third:
            third.sendall(STATUS)
            assert receive(third, 1) == b"\x12"
