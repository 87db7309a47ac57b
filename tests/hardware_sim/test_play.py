"""The cashier's verbs, and the counter of a machine without umockdev."""

from pathlib import Path

import pytest

from hardware_sim.counter import NO_TESTBED, UnknownDevice
from hardware_sim.devices import testbed
from hardware_sim.layout import RECEIPT_PRINTER, SERIAL_SCANNER, STANDARD
from hardware_sim.play import SimulatedCounter
from hardware_sim.wiring import read_wiring
from tests.hardware_sim.hosts import LINE_SCANNER, TCP_PRINTER, USB_SCANNER, receive, serial_host, tcp_host


def test_a_sale_from_the_counters_side(tmp_path: Path) -> None:
    with SimulatedCounter(tmp_path, (SERIAL_SCANNER, RECEIPT_PRINTER)) as counter:
        with serial_host(counter, LINE_SCANNER) as scanner, tcp_host(counter) as printer:
            assert counter.scan("6901234567892")
            assert scanner.read(14) == b"6901234567892\r"
            printer.sendall(b"one\n\x1dV\x00two\n\x10\x14\x01\x00\x01\x1dr\x01")
            assert counter.receipt().text == "one"
            receive(printer, 1)
            assert counter.paper() == "two"
            drawn = counter.until(TCP_PRINTER, lambda view: bool(view.drawer and view.drawer.open))
            assert drawn.drawer
            counter.close_drawer()
            printer.sendall(b"\x1dV\x00")
            assert counter.receipt(after=1).text == "two"
            assert [receipt.number for receipt in counter.receipts()] == [1, 2]
        with pytest.raises(TimeoutError):
            counter.receipt(after=2, timeout_s=0.05)
        with pytest.raises(UnknownDevice):
            counter.view("nobody")
        counter.unplug(LINE_SCANNER)
        with pytest.raises(LookupError):
            counter.scan("1")


def test_a_counter_that_cannot_stand_says_so(tmp_path: Path) -> None:
    (tmp_path / "dev").write_text("in the way")
    with pytest.raises(FileExistsError), SimulatedCounter(tmp_path, (SERIAL_SCANNER,)):
        pass
    with pytest.raises(RuntimeError, match="not open"):
        SimulatedCounter(tmp_path).view(LINE_SCANNER)


def test_without_umockdev_the_serial_scanner_stands_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(testbed, "LIBRARY", "libumockdev-not-here.so.9")
    assert not testbed.available()
    with SimulatedCounter(tmp_path, STANDARD) as counter:
        counter.write_wiring(tmp_path / "wiring.json")
        wiring = read_wiring(tmp_path / "wiring.json")
        assert wiring.notice == NO_TESTBED
        assert wiring.gateway_environment == {}
        assert USB_SCANNER not in [device.device_id for device in wiring.devices]
        with serial_host(counter, LINE_SCANNER) as scanner:
            assert counter.scan("1")
            assert scanner.read(2) == b"1\r"


def test_without_the_preload_library_there_is_no_node_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(testbed, "PRELOAD", "libumockdev-preload-not-here.so.9")
    with SimulatedCounter(tmp_path, STANDARD) as counter:
        assert counter.wiring.notice == NO_TESTBED
