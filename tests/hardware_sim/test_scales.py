"""Scales seen from the other end of their lines, byte by byte, and their pans by themselves."""

from pathlib import Path
from random import Random

import pytest
import serial
from hypothesis import given
from hypothesis import strategies as st

from hardware_sim.devices.pan import Pan, PanTraits
from hardware_sim.devices.parity import odd
from hardware_sim.devices.scale_wires import protocols, wire_named
from hardware_sim.faults import SplitFrames
from hardware_sim.layout import CAS_SCALE, DIALOG_SCALE, STREAM_SCALE, TOLEDO_SCALE
from hardware_sim.play import SimulatedCounter
from hardware_sim.specs import ScaleSpec
from tests.hardware_sim.hosts import serial_host, standing


class Clock:
    """Simulated time."""

    def __init__(self) -> None:
        self.now_s = 50.0

    def __call__(self) -> float:
        return self.now_s


def pan_of(clock: Clock, **traits: float) -> Pan:
    return Pan(PanTraits(**traits), Random(3), clock)  # type: ignore[arg-type]


def test_a_load_swings_and_then_lies_still() -> None:
    clock = Clock()
    pan = pan_of(clock, settle_s=0.6)
    pan.put(1250)
    seen = []
    for _ in range(8):
        seen.append(pan.show())
        clock.now_s += 0.1
    assert [shown.moving for shown in seen] == [True] * 6 + [False] * 2
    assert seen[0].net_g == 0
    assert seen[-1].net_g == 1250
    assert sorted(shown.net_g for shown in seen) == [shown.net_g for shown in seen]


def test_a_load_shows_in_divisions_drifts_and_shakes() -> None:
    clock = Clock()
    pan = pan_of(clock)
    pan.put(1003, drift_g_per_min=60)
    clock.now_s += 60
    assert (pan.show().net_g, pan.show().moving) == (1065, False)
    pan.put(1000, shaken=True)
    clock.now_s += 60
    shaken = {pan.show().net_g for _ in range(50)}
    assert len(shaken) > 5
    assert pan.show().moving
    assert all(abs(grams - 1000) <= 40 for grams in shaken)


def test_zero_and_tare_are_refused_in_motion_and_out_of_range() -> None:
    clock = Clock()
    pan = pan_of(clock)
    pan.put(200)
    assert not pan.zero()
    assert not pan.tare()
    clock.now_s += 1
    assert pan.tare()
    assert (pan.show().net_g, pan.show().tare_g) == (0, 200)
    assert pan.zero()
    assert (pan.show().net_g, pan.show().tare_g, pan.show().at_zero) == (0, 0, True)
    pan.put(5_000)
    clock.now_s += 1
    assert not pan.zero()
    assert pan.show().net_g == 4_800
    pan.put(16_000)
    clock.now_s += 1
    assert pan.show().over
    pan.put(-200)
    clock.now_s += 1
    assert pan.show().under


SCALES = (TOLEDO_SCALE, CAS_SCALE, STREAM_SCALE, DIALOG_SCALE)


def still(counter: SimulatedCounter, spec: ScaleSpec, load_g: int) -> None:
    counter.weigh(load_g, spec.device_id)
    counter.until(spec.device_id, lambda view: view.scale is not None and not view.scale.moving)


def ask(port: serial.Serial, question: str, count: int) -> bytes:
    port.write(bytes.fromhex(question))
    return bytes(port.read(count))


def test_toledo(tmp_path: Path) -> None:
    with standing(tmp_path, TOLEDO_SCALE) as counter, serial_host(counter, "scale-1") as port:
        still(counter, TOLEDO_SCALE, 1250)
        assert ask(port, "d7", 8) == bytes.fromhex("8230b12eb235308d")
        counter.weigh(2000, shaken=True)
        assert ask(port, "d7", 4) == bytes.fromhex("823f418d")
        still(counter, TOLEDO_SCALE, 16_000)
        assert ask(port, "d7", 4) == bytes.fromhex("823f428d")
        still(counter, TOLEDO_SCALE, 0)
        assert ask(port, "d7", 8) == bytes.fromhex("8230302e3030308d")
        still(counter, TOLEDO_SCALE, 500)
        port.write(bytes.fromhex("d48d"))
        assert ask(port, "d7", 9) == bytes.fromhex("8230302e3030304e8d")
        counter.until("scale-1", lambda view: view.scale is not None and view.scale.tare_g == 500)


def test_cas(tmp_path: Path) -> None:
    with standing(tmp_path, CAS_SCALE) as counter, serial_host(counter, "scale-2") as port:
        still(counter, CAS_SCALE, 1250)
        assert ask(port, "05", 1) == b"\x06"
        assert ask(port, "11", 15) == bytes.fromhex("01025320 20312e323530 6b67 77 0304".replace(" ", ""))
        counter.weigh(1250, shaken=True)
        assert ask(port, "11", 15)[2:3] == b"U"
        still(counter, CAS_SCALE, 40_000)
        assert ask(port, "11", 15)[2:3] == b"F"
        still(counter, CAS_SCALE, 100)
        port.write(b"<TK>\t")
        counter.until("scale-2", lambda view: view.scale is not None and view.scale.tare_g == 100)
        port.write(b"<ZK>\t")


def test_a_stream_comes_by_itself(tmp_path: Path) -> None:
    with standing(tmp_path, STREAM_SCALE) as counter, serial_host(counter, "scale-3") as port:
        still(counter, STREAM_SCALE, 1240)
        port.read_until(b"ST")
        assert port.read(42)[-22:-2] == b"ST,GS,1A,   1.240 kg"
        counter.inject("scale-3", SplitFrames(max_chunk=5, gap_ms=1))
        still(counter, STREAM_SCALE, 100_000)
        assert port.read_until(b"OL,GS,1A, 100.000 kg\r\n").endswith(b"OL,GS,1A, 100.000 kg\r\n")


def test_dialog(tmp_path: Path) -> None:
    price, weigh, status = odd(b"\x04\x0201\x1b001000\x1b\x03"), odd(b"\x04\x05"), odd(b"\x04\x0208\x03")
    with standing(tmp_path, DIALOG_SCALE) as counter, serial_host(counter, "scale-4") as port:
        still(counter, DIALOG_SCALE, 1250)
        assert ask(port, price.hex(), 1) == odd(b"\x06")
        said = odd(b"\x0202\x1b3\x1b01250\x1b001000\x1b001250\x03")
        assert ask(port, weigh.hex(), len(said)) == said
        for load_g, code in ((None, b"21"), (0, b"30"), (-200, b"31"), (20_000, b"32")):
            if load_g is not None:
                still(counter, DIALOG_SCALE, load_g)
            assert ask(port, weigh.hex(), 1) == odd(b"\x15")
            assert ask(port, status.hex(), 7) == odd(b"\x0209\x1b" + code + b"\x03")
        still(counter, DIALOG_SCALE, 500)
        counter.weigh(500, shaken=True)
        assert ask(port, weigh.hex(), 1) == odd(b"\x15")
        assert ask(port, status.hex(), 7) == odd(b"\x0209\x1b20\x03")


@pytest.mark.parametrize("protocol", protocols())
@given(
    loads=st.lists(st.tuples(st.integers(-70_000, 200_000), st.floats(0, 2)), max_size=5), noise=st.binary()
)
def test_whatever_lies_there_and_whatever_is_said_a_scale_keeps_its_frame(
    protocol: str, loads: list[tuple[int, float]], noise: bytes
) -> None:
    clock = Clock()
    pan = pan_of(clock)
    wire = wire_named(protocol, pan)
    for load_g, wait_s in loads:
        pan.put(load_g)
        clock.now_s += wait_s
        assert all(len(answer) <= 32 for answer in wire.hear(noise))
        assert len(wire.stream()) <= 32
        if protocol == "cas_os2x":
            assert [len(answer) for answer in wire.hear(b"\x11")] == [15]
        if protocol == "toledo_8217":
            wire.hear(b"\xc6")  # the noise may have begun an echo, in which nothing is obeyed
            assert all(len(answer) in (4, 8, 9) for answer in wire.hear(b"\xd7"))
