"""A drawer's sensor is learnt from a person, kept for good, and believed from then on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from drivers.gateway.calibrations import CALIBRATED_FILE, Calibration, Calibrations, meaning
from drivers.gateway.cli_drivers import app
from drivers.gateway.outbox import Outbox
from drivers.gateway.settings import DeviceSettings, GatewaySettings, resolve_devices
from drivers.gateway.state_file import read_state
from drivers.gateway.supervisor import Supervisor
from drivers.messages import DeviceChanged, DrawerLearnt, DrawerPosition, LearnDrawer, Reading
from hardware_sim.counter import Counter as Simulated
from hardware_sim.counter import open_counter
from hardware_sim.devices.printer import Printer
from hardware_sim.layout import RECEIPT_PRINTER, TRIGGER_BOXES
from hardware_sim.specs import DrawerSpec, PrinterSpec
from tests.drivers.gateway.at_counter import at_the_counter
from tests.drivers.gateway.doubles import PAPER_OUT, PATIENCE_S, Counter, FakeLink, FrameT, counter
from tests.drivers.gateway.test_check import at_a_counter, checked

SHUT, OPEN = bytes.fromhex("1400000f"), bytes.fromhex("1000000f")
"""Automatic status with pin 3 high, and low."""
PRINTER = DeviceSettings(
    device_id="receipt-1",
    profile="printer/epson_tm_t88vi",
    link="serial:///dev/printer",
    options={"poll_s": 0.2},
)
INVERTED = DeviceSettings(device_id="drawer-1", profile="drawer/pin3_high_open", link="printer://receipt-1")


def play(
    folder: Path,
    scene: Callable[[Counter, FakeLink], Awaitable[None]],
    *devices: DeviceSettings,
) -> None:
    async def run() -> None:
        async with counter(folder, *(devices or (PRINTER, INVERTED))) as made:
            await made.frame(DeviceChanged, device_id="drawer-1", state="enabled")
            await scene(made, made.links["printer"])

    asyncio.run(run())


async def show(made: Counter, *, is_open: bool) -> DrawerLearnt:
    """A person shows the drawer."""
    frame = LearnDrawer(request_id=f"show-{is_open}", device_id="drawer-1", is_open=is_open, by="9001")
    await made.supervisor.handle(frame)
    return await made.frame(DrawerLearnt)


async def position(made: Counter) -> bool | None:
    """What the gateway tells next of the drawer."""
    reading = (await made.frame(Reading, device_id="drawer-1")).reading
    assert isinstance(reading, DrawerPosition)
    return reading.open


def test_a_drawer_whose_sensor_is_the_other_way_round_is_learnt_and_stays_so(tmp_path: Path) -> None:
    async def teach(made: Counter, link: FakeLink) -> None:
        link.say(SHUT)
        assert await position(made) is True  # by its profile, which is wrong
        shut = await show(made, is_open=False)
        assert (shut.ok, shut.reason, shut.open_when) == (True, "drawer.seen_shut", None)
        assert await position(made) is None
        link.say(OPEN)
        learnt = await show(made, is_open=True)
        assert (learnt.ok, learnt.reason, learnt.open_when) == (True, "drawer.calibrated", "low")
        assert await position(made) is True
        link.say(SHUT)
        assert await position(made) is False

    async def after_a_restart(made: Counter, link: FakeLink) -> None:
        link.say(OPEN)
        assert await position(made) is True

    play(tmp_path, teach)
    play(tmp_path, after_a_restart)


def test_a_level_that_never_changes_is_no_sensor_and_no_position(tmp_path: Path) -> None:
    async def teach(made: Counter, link: FakeLink) -> None:
        link.say(SHUT)
        await position(made)
        await show(made, is_open=False)
        assert await position(made) is None
        learnt = await show(made, is_open=True)
        assert (learnt.ok, learnt.reason, learnt.open_when) == (False, "drawer.unwired", "unwired")
        link.say(OPEN)
        link.say(PAPER_OUT)
        await made.frame(DeviceChanged, device_id="receipt-1", health="attention")
        told = [frame for frame in made.frames if isinstance(frame, Reading)]
        assert "drawer-1" not in {frame.device_id for frame in told}

    async def once_its_wire_is_mended(made: Counter, link: FakeLink) -> None:
        link.say(SHUT)
        await show(made, is_open=False)
        assert await position(made) is None
        link.say(OPEN)
        assert (await show(made, is_open=True)).open_when == "low"

    play(tmp_path, teach)
    play(tmp_path, once_its_wire_is_mended)


def test_open_is_believed_only_after_shut(tmp_path: Path) -> None:
    async def scene(made: Counter, link: FakeLink) -> None:
        link.say(SHUT)
        answer = await show(made, is_open=True)
        assert (answer.ok, answer.reason) == (False, "drawer.show_shut_first")

    play(tmp_path, scene)


def test_a_printer_that_says_nothing_teaches_nothing(tmp_path: Path) -> None:
    async def scene(made: Counter, link: FakeLink) -> None:
        answer = await show(made, is_open=False)
        assert (answer.ok, answer.reason) == (False, "drawer.level_unknown")

    play(tmp_path, scene)
    assert not (tmp_path / CALIBRATED_FILE).exists()


def test_a_printer_that_goes_away_leaves_the_drawer_as_it_was(tmp_path: Path) -> None:
    async def scene(made: Counter, link: FakeLink) -> None:
        link.say(SHUT)
        await show(made, is_open=False)
        assert [await position(made), await position(made)] == [True, None]
        link.lose()
        assert await position(made) is True  # what was believed before, as it was last felt
        await made.frame(DeviceChanged, device_id="drawer-1", state="closed")
        await made.frame(DeviceChanged, device_id="drawer-1", state="enabled")
        assert (await show(made, is_open=True)).reason == "drawer.show_shut_first"

    play(tmp_path, scene)


def test_what_cannot_be_kept_is_not_believed(tmp_path: Path) -> None:
    async def scene(made: Counter, link: FakeLink) -> None:
        (tmp_path / CALIBRATED_FILE).mkdir()
        link.say(SHUT)
        await show(made, is_open=False)
        link.say(OPEN)
        answer = await show(made, is_open=True)
        assert (answer.ok, answer.reason) == (False, "drawer.not_kept")
        assert [await position(made) for _ in range(3)] == [True, None, False]

    play(tmp_path, scene)


def test_a_trigger_box_has_nothing_to_learn(tmp_path: Path) -> None:
    box = DeviceSettings(device_id="drawer-1", profile="drawer/trigger_bel", link="serial:///dev/printer")

    async def scene(made: Counter, link: FakeLink) -> None:
        assert (await show(made, is_open=False)).reason == "drawer.no_sensor"
        assert (await show(made, is_open=True)).reason == "drawer.no_sensor"

    play(tmp_path, scene, box)


@pytest.mark.parametrize(
    "changed",
    [
        {"options": {"open_when": "high"}},
        {"profile": "drawer/pin3_low_open"},
        {"link": "printer://receipt-2"},
    ],
)
def test_what_was_learnt_is_void_once_the_settings_are_others(
    tmp_path: Path, changed: dict[str, Any]
) -> None:
    known = Calibrations(tmp_path)
    (drawer,) = resolved(tmp_path, INVERTED)
    known.keep(drawer, "low", "9001")
    assert known.applied(drawer).settings.options == {"open_when": "low"}
    (other,) = resolved(tmp_path, msgspec.structs.replace(INVERTED, **changed))
    assert known.applied(other) == other


def resolved(folder: Path, drawer: DeviceSettings) -> list[Any]:
    printers = (PRINTER, msgspec.structs.replace(PRINTER, device_id="receipt-2"))
    settings = GatewaySettings(
        gateway_id="gw", hub_url="ws://x", token_file=folder, state_dir=folder, devices=(*printers, drawer)
    )
    return [device for device in resolve_devices(settings) if device.device_id == "drawer-1"]


def test_two_levels_have_one_meaning() -> None:
    meant = {
        (shut, opened): meaning(shut_high=shut, open_high=opened)
        for shut in (True, False)
        for opened in (True, False)
    }
    assert meant == {
        (True, True): "unwired",
        (False, False): "unwired",
        (True, False): "low",
        (False, True): "high",
    }


def test_a_simulated_drawer_the_other_way_round_is_learnt_while_its_gateway_runs(tmp_path: Path) -> None:
    async def told(outbox: Outbox, kind: type[FrameT]) -> FrameT:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for frame in await outbox.next_frames():
                    if isinstance(frame, kind):
                        return frame

    async def run() -> None:
        async with open_counter(tmp_path, (printer(high_when_open=False),)) as simulated:
            hung = simulated.drawer("printer-1")

            async def scene(supervisor: Supervisor, outbox: Outbox) -> None:
                reading = await told(outbox, Reading)
                while not isinstance(reading.reading, DrawerPosition):
                    reading = await told(outbox, Reading)
                assert reading.reading.open  # it is shut
                lessons = []
                for is_open in (False, True):
                    hung.set_drawer(is_open)
                    frame = LearnDrawer(request_id=f"q-{is_open}", device_id="drawer-1", is_open=is_open)
                    await supervisor.handle(frame)
                    lessons.append(await told(outbox, DrawerLearnt))
                assert [(one.ok, one.open_when) for one in lessons] == [(True, None), (True, "low")]
                assert outbox.device("drawer-1").state == "enabled"

            await at_the_counter(simulated, tmp_path, scene)

    asyncio.run(run())
    kept = read_state(tmp_path / CALIBRATED_FILE, dict[str, Calibration])
    assert kept is not None
    assert kept["drawer-1"].open_when == "low"


def by_hand(config: Path, typed: str, device: str = "drawer-1") -> tuple[int, str]:
    done = CliRunner().invoke(app, ["calibrate", device, "--config", str(config)], input=typed)
    return done.exit_code, done.output


def printer(**traits: Any) -> PrinterSpec:
    return msgspec.structs.replace(RECEIPT_PRINTER, drawer=DrawerSpec(device_id="drawer-1", **traits))


def test_by_the_command_an_inverted_drawer_is_learnt(tmp_path: Path) -> None:
    async def play(simulated: Simulated, config: Path) -> None:
        _, told = await asyncio.to_thread(checked, config)
        assert told["drawer-1", "external"]["code"] == "check.drawer_open"  # it is shut
        code, said = await asyncio.to_thread(by_hand, config, "y\ny\n")
        assert (code, "low when it is open" in said) == (0, True)
        _, told = await asyncio.to_thread(checked, config)
        assert told["drawer-1", "external"]["code"] == "check.drawer_open"  # the kick opened it
        device = simulated.device("printer-1")
        assert isinstance(device, Printer)
        device.set_drawer(False)
        _, told = await asyncio.to_thread(checked, config)
        assert told["drawer-1", "external"]["code"] == "check.drawer_closed"

    at_a_counter(tmp_path, (printer(high_when_open=False),), play)


def test_by_the_command_a_drawer_without_a_switch_has_no_sensor(tmp_path: Path) -> None:
    async def play(simulated: Simulated, config: Path) -> None:
        code, said = await asyncio.to_thread(by_hand, config, "y\ny\n")
        assert (code, "never changed" in said) == (1, True)
        _, told = await asyncio.to_thread(checked, config)
        assert told["drawer-1", "external"]["code"] == "check.drawer_unfelt"
        code, said = await asyncio.to_thread(by_hand, config, "y\nn\n")
        assert (code, "nothing was changed" in said) == (2, True)

    at_a_counter(tmp_path, (printer(has_switch=False),), play)


def test_by_the_command_a_box_and_a_printer_are_told_what_they_are(tmp_path: Path) -> None:
    async def play(simulated: Simulated, config: Path) -> None:
        for device, word in (("drawer-2", "says nothing back"), ("printer-1", "no drawer"), ("x", "x, one")):
            code, said = await asyncio.to_thread(by_hand, config, "", device)
            assert (code, word in said) == (2, True), said

    at_a_counter(tmp_path, (RECEIPT_PRINTER, TRIGGER_BOXES[0]), play)
