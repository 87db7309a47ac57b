"""Scales on a gateway: asked in turn, heard without a flood, and never more than the newest weight kept."""

from __future__ import annotations

import asyncio
import random
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from drivers.base import build_driver
from drivers.gateway.outbox import Outbox
from drivers.gateway.settings import DeviceSettings
from drivers.gateway.weigh_desk import MIN_GAP_S, REFRESH_EMPTY_S, REFRESH_S, WeighDesk
from drivers.messages import Ack, DeviceChanged, Misread, Reading, ScaleCommand, Scan, Weight
from drivers.profile import load_profile
from drivers.scale.contract import Scale
from tests.drivers.gateway.doubles import counter
from tests.drivers.gateway.test_outbox import Clock, next_frames, scans

SCALE = DeviceSettings(device_id="scale-1", profile="scale/aclas_os2x", link="serial:///dev/w1")
SCANNER = DeviceSettings(device_id="scanner-1", profile="scanner/generic_serial", link="serial:///dev/s1")
FRAME = bytes.fromhex("01025320 30312e323530 6b67 67 0304".replace(" ", ""))


def weight(value: str | None, *, stable: bool = True, raw_hex: str = "") -> Weight:
    number = None if value is None else Decimal(value)
    return Weight(value=number, unit="kg", stable=stable and value is not None, raw_hex=raw_hex)


def desk(clock: Clock) -> WeighDesk:
    return WeighDesk(cast(Scale, build_driver(load_profile("scale/toledo_8217"), {})), clock)


def test_a_scale_is_asked_and_its_weight_goes_up_beside_a_scan(tmp_path: Path) -> None:
    async def run() -> None:
        async with counter(tmp_path, SCALE, SCANNER) as made:
            await made.frame(DeviceChanged, device_id="scale-1", state="enabled")
            await made.frame(DeviceChanged, device_id="scanner-1", state="enabled")
            await made.links["w1"].got(b"\x05")
            made.links["w1"].say(b"\x06")
            await made.links["w1"].got(b"\x11")
            made.links["w1"].say(FRAME)
            heard = (await made.frame(Reading, device_id="scale-1")).reading
            assert heard == weight("1.250", raw_hex=FRAME.hex())
            made.links["s1"].say(b"6901234567892\r")
            assert isinstance((await made.frame(Reading, device_id="scanner-1")).reading, Scan)

    asyncio.run(run())


def test_the_hub_presses_a_scales_keys_and_only_a_scales(tmp_path: Path) -> None:
    async def run() -> None:
        async with counter(tmp_path, SCALE, SCANNER) as made:
            await made.frame(DeviceChanged, device_id="scale-1", state="enabled")
            for device_id, command in (
                ("scanner-1", "zero"),
                ("nobody", "zero"),
                ("scale-1", "clear_tare"),
                ("scale-1", "tare"),
            ):
                await made.supervisor.handle(ScaleCommand(device_id=device_id, command=cast(Any, command)))
            await made.links["w1"].got(b"<TK>\t")
            assert b"<ZK>" not in made.links["w1"].sent

    asyncio.run(run())


def test_a_weight_comes_again_by_itself_after_an_unplug(tmp_path: Path) -> None:
    async def run() -> None:
        async with counter(tmp_path, SCALE) as made:
            for _ in range(2):
                await made.frame(DeviceChanged, device_id="scale-1", state="enabled")
                made.links["w1"].say(FRAME)
                assert (await made.frame(Reading)).reading == weight("1.250", raw_hex=FRAME.hex())
                made.links["w1"].say(FRAME[:7])
                made.links["w1"].lose()
                await made.frame(DeviceChanged, device_id="scale-1", state="closed")

    asyncio.run(run())


def test_a_stream_is_passed_on_ten_times_a_second_at_most_and_no_motion_is_lost() -> None:
    for seed in range(20):
        rng, clock = random.Random(seed), Clock()
        stage = desk(clock)
        told: list[tuple[float, int, Weight]] = []
        said: list[Weight] = []
        for step in range(400):
            clock.now_s += rng.choice((0.01, 0.02, 0.05))
            said.append(weight(rng.choice(("1.000", "1.000", "1.000", None))))
            if (news := stage.hear(said[-1])) is not None:
                told.append((clock.now_s, step, news))
        assert len(told) > 40
        for (sooner, first, before), (later, last, after) in pairwise(told):
            assert later - sooner > MIN_GAP_S - 1e-9
            if before.stable and after.stable:
                assert all(item.stable for item in said[first : last + 1])


@pytest.mark.parametrize(("value", "every_s"), [("1.250", REFRESH_S), ("0.000", REFRESH_EMPTY_S)])
def test_an_unchanged_weight_is_said_again_before_it_grows_old(value: str, every_s: float) -> None:
    clock = Clock()
    stage = desk(clock)
    told = []
    for _ in range(100):
        if stage.hear(weight(value)):
            told.append(clock.now_s)
        clock.now_s += 0.05
    gaps = [round(later - sooner, 3) for sooner, later in pairwise(told)]
    assert set(gaps) <= {every_s, every_s + 0.05}
    assert len(gaps) >= 4


def test_a_change_goes_at_once_and_what_is_no_weight_does_not_go() -> None:
    clock = Clock()
    stage = desk(clock)
    assert stage.hear(weight("1.250")) is not None
    clock.now_s += 0.15
    assert stage.hear(weight("1.255")) == weight("1.255")
    clock.now_s += 0.15
    assert stage.hear(Misread(reason="garbled")) is None


def tared_desk(clock: Clock) -> WeighDesk:
    """The desk of a scale whose wire cannot be told a tare, which is told 40 g."""
    stage = WeighDesk(cast(Scale, build_driver(load_profile("scale/cas_ap1"), {})), clock)
    stage.preset(40)
    return stage


def heard(stage: WeighDesk, clock: Clock, said: Weight) -> Weight:
    """What is passed on of a weight that comes in its own good time."""
    clock.now_s += 10
    passed_on = stage.hear(said)
    assert passed_on is not None
    return passed_on


def test_a_tare_that_the_wire_cannot_say_is_taken_off_here_and_the_frame_is_kept() -> None:
    clock = Clock()
    stage = tared_desk(clock)
    net = heard(stage, clock, weight("0.500", raw_hex="0102"))
    assert (net.value, net.net, net.tare, net.raw_hex) == (Decimal("0.460"), True, Decimal("0.040"), "0102")
    assert heard(stage, clock, weight("0.000")).value == Decimal("-0.040")
    moving = heard(stage, clock, weight(None))
    assert (moving.value, moving.net, moving.tare) == (None, True, Decimal("0.040"))
    grams = msgspec.structs.replace(weight("500"), unit="g")
    assert heard(stage, clock, grams).value == Decimal(460)


@pytest.mark.parametrize("key", ["zero", "tare", "clear_tare"])
def test_a_key_ends_a_tare_that_was_taken_off_here(key: Any) -> None:
    clock = Clock()
    stage = tared_desk(clock)
    assert stage.press(key) == (key == "clear_tare")
    assert heard(stage, clock, weight("0.500")) == weight("0.500")
    assert not stage.press("clear_tare")


def test_nothing_is_taken_off_a_weight_that_its_scale_calls_net() -> None:
    clock = Clock()
    stage = tared_desk(clock)
    net = msgspec.structs.replace(weight("0.300"), net=True)
    assert heard(stage, clock, net) == net
    assert heard(stage, clock, weight("0.500")) == weight("0.500")


def test_the_outbox_keeps_the_newest_weight_of_each_scale_whatever_the_hub_says() -> None:
    clock = Clock()
    outbox = Outbox("boot", clock)
    outbox.add_reading("scanner-1", Scan(text="1"))
    for number in range(5_000):
        outbox.add_reading("scale-1", weight(f"{number}"))
    outbox.add_reading("scale-2", weight("7"))
    clock.now_s += 2
    frames = scans(next_frames(outbox))
    assert [(frame.device_id, frame.seq, frame.age_ms) for frame in frames] == [
        ("scanner-1", 1, 2000),
        ("scale-1", 5001, 2000),
        ("scale-2", 5002, 2000),
    ]
    assert outbox.overflowed == 0
    outbox.acked(Ack(boot_id="boot", seq=1))
    outbox.greet()
    assert [frame.device_id for frame in scans(next_frames(outbox))] == ["scale-1", "scale-2"]
