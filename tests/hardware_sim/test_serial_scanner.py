"""The serial scanner, seen from the other end of its line."""

import threading
from pathlib import Path
from random import Random

import pytest
import serial

from hardware_sim.devices.scanners import NOISE_BYTES
from hardware_sim.faults import Noise, Silent, SplitFrames, Unplugged
from hardware_sim.layout import SERIAL_SCANNER
from hardware_sim.play import SimulatedCounter
from hardware_sim.specs import SerialScannerSpec
from tests.hardware_sim.hosts import LINE_SCANNER, serial_host, standing

CODE = "6901234567892"
AIM_SCANNER = SerialScannerSpec(
    device_id=LINE_SCANNER, model="generic_serial_aim", name="扫码枪", name_en="", suffix="\r\n", aim_id=True
)


def in_thread(counter: SimulatedCounter, code: str) -> threading.Thread:
    """A scan while the test reads the other end."""
    thread = threading.Thread(target=counter.scan, args=(code,))
    thread.start()
    return thread


def test_a_scan_is_the_code_and_a_carriage_return(tmp_path: Path) -> None:
    with standing(tmp_path, SERIAL_SCANNER) as counter, serial_host(counter, LINE_SCANNER) as port:
        assert counter.scan(CODE)
        assert port.read(14) == b"6901234567892\x0d"


@pytest.mark.parametrize(
    ("code", "frame"),
    [
        (CODE, b"]E06901234567892\r\n"),
        ("96385074", b"]E496385074\r\n"),
        ("S001-T01-20261122-0001", b"]C0S001-T01-20261122-0001\r\n"),
        ("https://example.com/01/06901234567892/10/A", b"]Q1https://example.com/01/06901234567892/10/A\r\n"),
    ],
)
def test_an_aim_scanner_names_the_symbology(tmp_path: Path, code: str, frame: bytes) -> None:
    with standing(tmp_path, AIM_SCANNER) as counter, serial_host(counter, LINE_SCANNER) as port:
        counter.scan(code)
        assert port.read(len(frame)) == frame


def test_a_scan_that_no_host_has_opened_goes_nowhere_and_is_not_kept(tmp_path: Path) -> None:
    with standing(tmp_path, SERIAL_SCANNER) as counter:
        assert counter.scan(CODE) is False
        with serial_host(counter, LINE_SCANNER) as port:
            counter.scan("1")
            assert port.read(2) == b"1\r"


def test_the_link_stays_and_an_unplugged_line_is_gone(tmp_path: Path) -> None:
    with standing(tmp_path, SERIAL_SCANNER) as counter:
        link = counter.link(LINE_SCANNER)
        path = Path(link.removeprefix("serial://"))
        with serial_host(counter, LINE_SCANNER) as port:
            counter.unplug(LINE_SCANNER)
            assert not path.is_symlink()
            with pytest.raises(serial.SerialException):
                port.read(1)
        counter.plug(LINE_SCANNER)
        assert counter.link(LINE_SCANNER) == link
        with serial_host(counter, LINE_SCANNER) as port:
            counter.scan(CODE)
            assert port.read(14) == b"6901234567892\r"
    assert not path.is_symlink()


def test_each_plug_is_a_new_pty(tmp_path: Path) -> None:
    """A pty takes 7E1 once only: the second opening works because it is another pty."""
    with standing(tmp_path, SERIAL_SCANNER) as counter:
        path = counter.link(LINE_SCANNER).removeprefix("serial://")
        for _ in range(3):
            serial.Serial(path, 9600, bytesize=7, parity="E").close()
            counter.unplug(LINE_SCANNER)
            counter.plug(LINE_SCANNER)


def test_a_reopened_line_works_while_plugged(tmp_path: Path) -> None:
    with standing(tmp_path, SERIAL_SCANNER) as counter:
        for code in ("1", "2"):
            with serial_host(counter, LINE_SCANNER) as port:
                counter.scan(code)
                assert port.read(2) == code.encode() + b"\r"
            counter.until(LINE_SCANNER, lambda view: not view.connected)


def test_split_frames_arrive_whole_and_in_pieces(tmp_path: Path) -> None:
    with standing(tmp_path, SERIAL_SCANNER, seed=7) as counter, serial_host(counter, LINE_SCANNER) as port:
        counter.inject(LINE_SCANNER, SplitFrames(max_chunk=3, gap_ms=50))
        scanned = in_thread(counter, CODE)
        reads = [port.read(max(1, port.in_waiting))]
        while sum(map(len, reads)) < 14:
            reads.append(port.read(max(1, port.in_waiting)))
        scanned.join()
    assert b"".join(reads) == b"6901234567892\r"
    assert len(reads) >= 5  # no piece is longer than three bytes


def test_noise_comes_before_the_frame_and_from_the_seed(tmp_path: Path) -> None:
    heard = []
    for run in ("a", "b"):
        with (
            standing(tmp_path / run, SERIAL_SCANNER, seed=11) as counter,
            serial_host(counter, LINE_SCANNER) as port,
        ):
            counter.inject(LINE_SCANNER, Noise(max_bytes=4))
            counter.scan(CODE)
            heard.append(port.read_until(b"\r"))
    random = Random(f"11/{LINE_SCANNER}")
    noise = bytes(random.choice(NOISE_BYTES) for _ in range(random.randint(1, 4)))
    assert heard == [noise + b"6901234567892\r"] * 2


def test_a_plug_pulled_in_mid_frame_cuts_the_frame_there(tmp_path: Path) -> None:
    with standing(tmp_path, SERIAL_SCANNER) as counter, serial_host(counter, LINE_SCANNER) as port:
        counter.inject(LINE_SCANNER, Unplugged(after_bytes=5))
        assert counter.view(LINE_SCANNER).plugged
        scanned = in_thread(counter, CODE)
        assert port.read(5) == b"69012"
        with pytest.raises(serial.SerialException):
            port.read(1)
        scanned.join()
        view = counter.view(LINE_SCANNER)
        assert not view.plugged
        assert view.faults == (Unplugged(after_bytes=5),)
        counter.heal(LINE_SCANNER)
        assert counter.view(LINE_SCANNER).faults == ()
        assert counter.view(LINE_SCANNER).plugged


def test_a_silent_scanner_is_plugged_and_says_nothing(tmp_path: Path) -> None:
    with standing(tmp_path, SERIAL_SCANNER) as counter, serial_host(counter, LINE_SCANNER) as port:
        counter.inject(LINE_SCANNER, Silent())
        assert counter.scan(CODE) is False
        assert port.in_waiting == 0
        counter.heal(LINE_SCANNER)
        counter.scan("1")
        assert port.read(2) == b"1\r"
