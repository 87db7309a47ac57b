"""What each fault does to the bytes on the wire, and that a seed does it again."""

import struct
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hardware_sim.devices.device import Unsuited
from hardware_sim.devices.fault_set import FaultSet
from hardware_sim.devices.input_keys import EV_KEY, EVENT, REPEATED, typed
from hardware_sim.faults import (
    FAULTS,
    CoverOpen,
    Doubled,
    DriftingWeight,
    Fault,
    GarbageAtPowerUp,
    Noise,
    ShakenPan,
    Silent,
    SplitFrames,
    StuckKey,
    Unplugged,
    WrongParity,
    name_of,
)
from hardware_sim.layout import (
    CARD_TERMINAL,
    CODE_ACQUIRER,
    RECEIPT_PRINTER,
    SERIAL_SCANNER,
    TOLEDO_SCALE,
    TSPL_PRINTER,
    ZPL_PRINTER,
)
from hardware_sim.specs import AnySpec
from tests.hardware_sim.hosts import LINE_SCANNER, TCP_PRINTER, serial_host, standing

SCALE = TOLEDO_SCALE.device_id
ALL_BYTES = bytes(range(256))
CODE = "6901234567892"


def with_faults(*faults: Fault, seed: int = 0) -> FaultSet:
    found = FaultSet(seed, "device")
    for fault in faults:
        found.put(fault)
    return found


def test_every_fault_has_a_name_a_sentence_and_defaults() -> None:
    assert len(FAULTS) >= 16
    for name, kind in FAULTS.items():
        assert name_of(kind()) == name
        assert kind.__doc__
        assert msgspec.convert({"type": name}, Fault) == kind()


def test_wrong_parity_turns_the_top_bit_of_one_byte() -> None:
    faults = with_faults(WrongParity())
    for _ in range(20):
        bent = faults.bent(b"abc")
        assert sorted(one ^ other for one, other in zip(bent, b"abc", strict=True)) == [0, 0, 0x80]
    seldom = with_faults(WrongParity(one_in=10))
    hit = sum(seldom.bent(b"abc") != b"abc" for _ in range(1000))
    assert 50 <= hit <= 150


def test_a_doubled_frame_comes_twice_and_whole() -> None:
    assert with_faults(Doubled()).bent(b"abc") == b"abcabc"
    assert with_faults().bent(b"abc") == b"abc"


def test_garbage_comes_once_for_each_power_up() -> None:
    faults = with_faults(GarbageAtPowerUp(max_bytes=9))
    assert faults.noise(ALL_BYTES) == b""
    for _ in range(5):
        faults.powered_up()
        assert 1 <= len(faults.noise(ALL_BYTES)) <= 9
        assert faults.noise(ALL_BYTES) == b""


def test_a_stuck_key_repeats_without_being_pressed_again() -> None:
    plain, stuck = b"".join(typed("1A", 0)), b"".join(typed("1A", 0, (1, 3)))
    keys = [value for _, _, kind, _, value in EVENT.iter_unpack(stuck) if kind == EV_KEY]
    assert keys == [1, 0, 1, 1, REPEATED, REPEATED, REPEATED, 0, 0]
    assert len(stuck) - len(plain) == 3 * 3 * struct.calcsize("llHHi")


@pytest.mark.parametrize(
    "spec",
    [SERIAL_SCANNER, RECEIPT_PRINTER, TOLEDO_SCALE, ZPL_PRINTER, TSPL_PRINTER, CARD_TERMINAL, CODE_ACQUIRER],
)
def test_every_device_comes_through_what_it_can_suffer(tmp_path: Path, spec: AnySpec) -> None:
    with standing(tmp_path, spec) as counter:
        names = counter.view(spec.device_id).can_suffer
        assert {"silent", "unplugged", "noise"} <= set(names)
        for name in names:
            counter.inject(spec.device_id, FAULTS[name]())
            assert [name_of(fault) for fault in counter.view(spec.device_id).faults] == [name]
            counter.relieve(spec.device_id, FAULTS[name])
            view = counter.view(spec.device_id)
            assert (view.faults, view.plugged) == ((), True)
            assert view.printer is None or (view.printer.online and not view.printer.cover_open)


def test_a_fault_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    with standing(tmp_path, SERIAL_SCANNER, RECEIPT_PRINTER) as counter:
        for device_id, fault in ((LINE_SCANNER, CoverOpen()), (TCP_PRINTER, StuckKey())):
            with pytest.raises(Unsuited):
                counter.inject(device_id, fault)
            assert counter.view(device_id).faults == ()


def test_a_pan_drifts_and_shakes_until_it_is_put_right(tmp_path: Path) -> None:
    with standing(tmp_path, TOLEDO_SCALE) as counter:
        counter.weigh(1000)
        counter.until(SCALE, lambda view: bool(view.scale and not view.scale.moving))
        counter.inject(SCALE, ShakenPan())
        shaken = counter.view(SCALE).scale
        assert shaken
        assert shaken.moving
        counter.relieve(SCALE, ShakenPan)
        counter.inject(SCALE, DriftingWeight(g_per_min=10_000))
        drifted = counter.until(
            SCALE, lambda view: view.scale is not None and (view.scale.shown_g or 0) > 1000
        )
        assert drifted.scale
        assert not drifted.scale.moving
        counter.relieve(SCALE, DriftingWeight)
        righted = counter.view(SCALE).scale
        assert righted
        assert righted.shown_g == 1000


HURT: tuple[Fault, ...] = (
    SplitFrames(),
    Noise(),
    WrongParity(one_in=3),
    Doubled(one_in=4),
    GarbageAtPowerUp(),
)


def heard_of(folder: Path, seed: int) -> bytes:
    """All that a host hears of a scanner in the worst of health, up to the plug pulled in mid-frame."""
    heard = bytearray()
    with standing(folder, SERIAL_SCANNER, seed=seed) as counter:
        for fault in HURT:
            counter.inject(LINE_SCANNER, fault)
        counter.unplug(LINE_SCANNER)
        counter.plug(LINE_SCANNER)
        with serial_host(counter, LINE_SCANNER) as host, ThreadPoolExecutor(1) as ear:
            listening = ear.submit(read_up, host, heard)
            for _ in range(10):
                counter.scan(CODE)
            counter.inject(LINE_SCANNER, Unplugged(after_bytes=7))
            counter.scan(CODE)
            listening.result()
    return bytes(heard)


def read_up(host: Any, heard: bytearray) -> None:
    """Everything up to the end of the line."""
    try:
        while data := host.read(1):
            heard += data
    except OSError:
        pass


def test_the_same_seed_and_script_are_the_same_bytes(tmp_path: Path) -> None:
    first, again, other = (heard_of(tmp_path / name, seed) for name, seed in (("a", 5), ("b", 5), ("c", 6)))
    assert first == again
    assert first != other
    assert len(first) > 10 * len(CODE)


def test_a_silent_scale_says_nothing_and_speaks_again(tmp_path: Path) -> None:
    with standing(tmp_path, TOLEDO_SCALE) as counter, serial_host(counter, SCALE) as host:
        counter.inject(SCALE, Silent())
        host.write(b"\xd7")
        host.timeout = 0.1
        assert host.read(1) == b""
        counter.relieve(SCALE, Silent)
        host.timeout = 5
        host.write(b"\xd7")
        assert host.read(1) == b"\x82"
