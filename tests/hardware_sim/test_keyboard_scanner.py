"""The keyboard scanner, read by the real evdev library in a process under umockdev."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hardware_sim.devices.input_keys import Untypable, typed
from hardware_sim.devices.testbed import available
from hardware_sim.faults import Noise, SplitFrames, Unplugged
from hardware_sim.layout import KEYBOARD_SCANNER
from tests.hardware_sim.hosts import USB_SCANNER, EvdevHost, standing

pytestmark = pytest.mark.umockdev

# Key codes out of linux/input-event-codes.h, by hand.
KEY_1, KEY_6, KEY_9, KEY_A, KEY_MINUS, KEY_ENTER, KEY_LEFTSHIFT = 2, 7, 10, 30, 12, 28, 42
EV_SYN, EV_KEY, EV_MSC = 0, 1, 4


def taps(*keys: int) -> list[tuple[int, int, int]]:
    return [(EV_KEY, key, value) for key in keys for value in (1, 0)]


def test_umockdev_is_here() -> None:
    """The other tests here cannot be skipped for want of it, on any machine."""
    assert available()


def test_the_node_is_what_the_evdev_library_expects(tmp_path: Path) -> None:
    with standing(tmp_path, KEYBOARD_SCANNER) as counter, EvdevHost(counter) as host:
        path = "/dev/input/by-id/usb-Dianshu_Sim_HID_Scanner_SIM0001-event-kbd"
        assert counter.link(USB_SCANNER) == f"hid://{path}"
        assert host.opened == ["open", path, "Dianshu Sim HID Scanner", "SIM0001", "usb-sim-2/input0"]


def test_a_scan_is_key_presses_and_enter(tmp_path: Path) -> None:
    with standing(tmp_path, KEYBOARD_SCANNER) as counter, EvdevHost(counter) as host:
        counter.connected(USB_SCANNER)
        assert counter.scan("69-1")
        events = host.events_until_enter()
    keys = [event for event in events if event[0] == EV_KEY]
    assert keys == taps(KEY_6, KEY_9, KEY_MINUS, KEY_1, KEY_ENTER)
    assert events[:3] == [(EV_MSC, 4, 0x70000 + KEY_6), (EV_KEY, KEY_6, 1), (EV_SYN, 0, 0)]
    assert len(events) == 5 * 6


def test_capitals_are_typed_with_shift(tmp_path: Path) -> None:
    with standing(tmp_path, KEYBOARD_SCANNER) as counter, EvdevHost(counter) as host:
        counter.connected(USB_SCANNER)
        counter.scan("A1")
        keys = [event for event in host.events_until_enter() if event[0] == EV_KEY]
    shifted = [(EV_KEY, KEY_LEFTSHIFT, 1), *taps(KEY_A), (EV_KEY, KEY_LEFTSHIFT, 0)]
    assert keys == shifted + taps(KEY_1, KEY_ENTER)


def test_a_long_code_arrives_whole(tmp_path: Path) -> None:
    with standing(tmp_path, KEYBOARD_SCANNER) as counter, EvdevHost(counter) as host:
        counter.connected(USB_SCANNER)
        assert counter.scan("1" * 200)
        keys = [event for event in host.events_until_enter() if event[0] == EV_KEY]
    assert keys == taps(*[KEY_1] * 200, KEY_ENTER)


def test_a_scan_nobody_listens_to_goes_nowhere(tmp_path: Path) -> None:
    with standing(tmp_path, KEYBOARD_SCANNER) as counter:
        assert counter.scan("6") is False
        with EvdevHost(counter) as host:
            counter.connected(USB_SCANNER)
            counter.scan("1")
            keys = [event for event in host.events_until_enter() if event[0] == EV_KEY]
    assert keys == taps(KEY_1, KEY_ENTER)


def test_unplugged_a_reader_finds_the_end_and_the_node_gone(tmp_path: Path) -> None:
    with standing(tmp_path, KEYBOARD_SCANNER) as counter:
        root = Path(counter.wiring.gateway_environment["UMOCKDEV_DIR"])
        with EvdevHost(counter) as host:
            counter.connected(USB_SCANNER)
            first = [path.name for path in (root / "dev" / "input").glob("event*")]
            counter.unplug(USB_SCANNER)
            assert host.rest() == []
        assert list((root / "dev" / "input").glob("event*")) == []
        assert list((root / "dev" / "input" / "by-id").iterdir()) == []
        counter.plug(USB_SCANNER)
        assert [path.name for path in (root / "dev" / "input").glob("event*")] != first
        with EvdevHost(counter) as host:
            counter.connected(USB_SCANNER)
            counter.scan("1")
            assert host.events_until_enter()[1] == (EV_KEY, KEY_1, 1)
    assert list((root / "dev" / "input").glob("event*")) == []


def test_a_counter_that_goes_leaves_its_host_alive(tmp_path: Path) -> None:
    with standing(tmp_path, KEYBOARD_SCANNER) as counter:
        host = EvdevHost(counter)
        counter.connected(USB_SCANNER)
    with host:
        assert host.rest() == []


def test_a_plug_pulled_in_mid_code_leaves_whole_events_and_no_enter(tmp_path: Path) -> None:
    with standing(tmp_path, KEYBOARD_SCANNER) as counter, EvdevHost(counter) as host:
        counter.connected(USB_SCANNER)
        counter.inject(USB_SCANNER, Unplugged(after_bytes=24 * 6 + 13))
        assert counter.scan("691") is False
        lines = host.rest()
    assert lines == ["4 4 458759", "1 7 1", "0 0 0", "4 4 458759", "1 7 0", "0 0 0"]


def test_split_and_noise_leave_whole_events(tmp_path: Path) -> None:
    with standing(tmp_path, KEYBOARD_SCANNER, seed=5) as counter, EvdevHost(counter) as host:
        counter.connected(USB_SCANNER)
        counter.inject(USB_SCANNER, SplitFrames(max_chunk=48, gap_ms=1))
        counter.inject(USB_SCANNER, Noise(max_bytes=3))
        counter.scan("11")
        keys = [event for event in host.events_until_enter() if event[0] == EV_KEY]
    assert keys[-6:] == taps(KEY_1, KEY_1, KEY_ENTER)
    assert 6 < len(keys) <= 12


def test_a_gateway_can_tell_the_scanner_by_its_serial_number(tmp_path: Path) -> None:
    look = (
        "import os,pathlib,sys;"
        "node=os.path.basename(os.path.realpath(sys.argv[1]));"
        "device=pathlib.Path('/sys/class/input',node,'device').resolve();"
        "usb=next(p for p in device.parents if (p/'idVendor').exists());"
        "print(usb.name,(usb/'serial').read_text().strip(),(usb/'idVendor').read_text().strip())"
    )
    with standing(tmp_path, KEYBOARD_SCANNER) as counter:
        path = counter.link(USB_SCANNER).removeprefix("hid://")
        seen = subprocess.run(
            [sys.executable, "-c", look, path],
            env=os.environ | counter.wiring.gateway_environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        )
    assert seen.stdout.split() == ["1-2", "SIM0001", "1eab"]


def test_what_no_key_types_is_refused() -> None:
    with pytest.raises(Untypable, match="店"):
        list(typed("店", 0))
