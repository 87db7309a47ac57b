"""Two identical scales, pulled out and put back in another order, and one swapped for a new unit."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner

from drivers.gateway import keeper, swap
from drivers.gateway.cli_drivers import app
from drivers.gateway.identity import find_node, read_identity
from drivers.gateway.pins import Pins
from drivers.gateway.settings import DeviceSettings
from drivers.messages import DeviceChanged
from tests.drivers.gateway.doubles import Counter, counter
from tests.drivers.gateway.sysfs import Sysfs

LEFT, RIGHT = "1-1", "1-2"


@pytest.fixture
def sysfs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sysfs:
    """The kernel's word, for keepers and for the swap command alike."""
    made = Sysfs(tmp_path / "sys")
    monkeypatch.setattr(keeper, "read_identity", partial(read_identity, sys_root=made.root))
    monkeypatch.setattr(keeper, "find_node", partial(find_node, sys_root=made.root))
    monkeypatch.setattr(swap, "SYS_ROOT", made.root)
    return made


def scale(number: int, link: str) -> DeviceSettings:
    return DeviceSettings(device_id=f"scale-{number}", profile="scale/toledo_8217", link=f"serial://{link}")


async def works_on(made: Counter, number: int) -> str:
    """The port at which a scale comes to work."""
    seen = await made.frame(DeviceChanged, device_id=f"scale-{number}", state="enabled")
    return seen.identity


async def pull_both(made: Counter, sysfs: Sysfs) -> None:
    sysfs.unplug_all()
    made.absent.update(made.links)
    for link in made.links.values():
        link.lose()
    for number in (1, 2):
        await made.frame(DeviceChanged, device_id=f"scale-{number}", state="closed", reason="link.absent")


def test_put_back_in_another_order_each_comes_back_as_itself(tmp_path: Path, sysfs: Sysfs) -> None:
    async def run() -> None:
        sysfs.tty("ttyUSB0", LEFT)
        sysfs.tty("ttyUSB1", RIGHT)
        scales = [scale(1, "/dev/ttyUSB0"), scale(2, "/dev/ttyUSB1")]
        async with counter(tmp_path, *scales) as made:
            assert await works_on(made, 1) == f"port:{LEFT}"
            assert await works_on(made, 2) == f"port:{RIGHT}"
            await pull_both(made, sysfs)
            made.opened.clear()
            sysfs.tty("ttyUSB0", RIGHT)
            made.absent.remove("ttyUSB0")
            assert await works_on(made, 2) == f"port:{RIGHT}"
            sysfs.tty("ttyUSB1", LEFT)
            made.absent.remove("ttyUSB1")
            assert await works_on(made, 1) == f"port:{LEFT}"
            assert made.opened == {"ttyUSB0": 1, "ttyUSB1": 1}  # nobody opened the other's to find out

    asyncio.run(run())


def test_put_back_in_another_order_while_the_gateway_was_down(tmp_path: Path, sysfs: Sysfs) -> None:
    async def run() -> None:
        scales = [scale(1, "/dev/ttyUSB0"), scale(2, "/dev/ttyUSB1")]
        for ports in ((LEFT, RIGHT), (RIGHT, LEFT)):
            sysfs.unplug_all()
            sysfs.tty("ttyUSB0", ports[0])
            sysfs.tty("ttyUSB1", ports[1])
            async with counter(tmp_path, *scales) as made:
                assert await works_on(made, 1) == f"port:{LEFT}"
                assert await works_on(made, 2) == f"port:{RIGHT}"

    asyncio.run(run())


@pytest.mark.parametrize("serials", [("A1", "A2"), (None, None)], ids=["by-id", "by-path"])
def test_links_by_name_follow_their_device(
    tmp_path: Path, sysfs: Sysfs, serials: tuple[str | None, str | None]
) -> None:
    """/dev/serial/by-id and by-path: the system moves the link, the gateway checks that it did."""
    names = [tmp_path / "by-left", tmp_path / "by-right"]

    def plug(nodes: tuple[str, str]) -> None:
        sysfs.unplug_all()
        for name, node, port, serial in zip(names, nodes, (LEFT, RIGHT), serials, strict=True):
            sysfs.tty(node, port, serial)
            name.unlink(missing_ok=True)
            name.symlink_to(f"/dev/{node}")

    async def run() -> None:
        plug(("ttyUSB0", "ttyUSB1"))
        async with counter(tmp_path, scale(1, str(names[0])), scale(2, str(names[1]))) as made:
            first = {number: await works_on(made, number) for number in (1, 2)}
            await pull_both(made, sysfs)
            made.absent.clear()
            plug(("ttyUSB1", "ttyUSB0"))
            assert {number: await works_on(made, number) for number in (1, 2)} == first

    asyncio.run(run())


def test_another_unit_is_refused_until_a_person_swaps_it(tmp_path: Path, sysfs: Sysfs) -> None:
    async def run() -> None:
        sysfs.tty("ttyUSB0", LEFT, "OLD")
        settings = scale(1, "/dev/ttyUSB0")
        async with counter(tmp_path, settings) as made:
            assert await works_on(made, 1) == "usb:1a86:7523:OLD"
            sysfs.unplug_all()
            sysfs.tty("ttyUSB0", LEFT, "NEW")
            made.links["ttyUSB0"].lose()
            await made.frame(DeviceChanged, state="refused", reason="identity.differs")
            said = await asyncio.to_thread(swapped, tmp_path, "--by", "9001")
            assert said.startswith("scale-1 is usb:1a86:7523:NEW from now on")
            seen = await made.frame(DeviceChanged, state="enabled")
            assert (seen.identity, seen.swapped_by) == ("usb:1a86:7523:NEW", "9001")
        async with counter(tmp_path, settings) as again:
            assert await works_on(again, 1) == "usb:1a86:7523:NEW"

    asyncio.run(run())


def swapped(folder: Path, *words: str, code: int = 0) -> str:
    """What the command says."""
    (folder / "gateway.toml").write_text(
        'gateway_id = "gw"\nhub_url = "ws://x"\ntoken_file = "token"\nstate_dir = "."\n'
        '[[devices]]\ndevice_id = "scale-1"\nprofile = "scale/toledo_8217"\nlink = "serial:///dev/ttyUSB0"\n'
        '[[devices]]\ndevice_id = "scale-2"\nprofile = "scale/toledo_8217"\nlink = "serial:///dev/ttyUSB1"\n'
        '[[devices]]\ndevice_id = "printer"\nprofile = "printer/epson_tm_t88vi"\nlink = "tcp://10.0.0.5:9100"\n'
    )
    asked = ["swap", "--config", str(folder / "gateway.toml"), "--device", "scale-1", *words]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == code, done.output
    return done.output


@pytest.fixture
def pinned(tmp_path: Path) -> Path:
    """A gateway's folder that knows both scales."""
    pins = Pins(tmp_path)
    pins.learn(scale(1, "/dev/ttyUSB0"), "usb:1a86:7523:OLD")
    pins.learn(scale(2, "/dev/ttyUSB1"), "usb:1a86:7523:TWO")
    return tmp_path


def test_a_unit_of_the_same_kind_on_another_port_is_found(pinned: Path, sysfs: Sysfs) -> None:
    sysfs.tty("ttyUSB1", RIGHT, "TWO")
    sysfs.tty("ttyUSB7", "1-4", "NEW")
    assert "usb:1a86:7523:NEW" in swapped(pinned)
    assert Pins(pinned).of(scale(1, "/dev/ttyUSB0")).name == "usb:1a86:7523:NEW"
    assert (pinned / "swapped.json").stat().st_mode & 0o777 == 0o600


def test_which_of_two_new_units_must_be_said(pinned: Path, sysfs: Sysfs) -> None:
    sysfs.tty("ttyUSB7", "1-4", "N1")
    sysfs.tty("ttyUSB8", "1-5", "N2")
    said = swapped(pinned, code=2)
    assert said.startswith("swap.which_unit")
    assert "usb:1a86:7523:N1, usb:1a86:7523:N2" in said
    assert "usb:1a86:7523:N2" in swapped(pinned, "--identity", "usb:1a86:7523:N2")


def test_a_unit_that_works_is_not_swapped_by_accident(pinned: Path, sysfs: Sysfs) -> None:
    sysfs.tty("ttyUSB0", LEFT, "OLD")
    sysfs.tty("ttyUSB7", "1-4", "NEW")
    assert swapped(pinned, code=2).startswith("swap.old_unit_present")


def test_another_devices_unit_is_never_taken(pinned: Path, sysfs: Sysfs) -> None:
    sysfs.tty("ttyUSB0", RIGHT, "TWO")
    assert swapped(pinned, code=2).startswith("swap.which_unit")
    assert swapped(pinned, "--identity", "usb:1a86:7523:TWO", code=2).startswith("swap.unit_absent")


def test_a_swap_is_void_once_the_settings_say_another_link(pinned: Path, sysfs: Sysfs) -> None:
    sysfs.tty("ttyUSB7", "1-4", "NEW")
    swapped(pinned)
    assert Pins(pinned).of(scale(1, "/dev/ttyUSB5")).name == ""


def test_rubbish_in_the_files_is_no_pin(pinned: Path) -> None:
    (pinned / "swapped.json").write_text("{half")
    (pinned / "learned.json").write_text('{"scale-1": 3}')
    assert Pins(pinned).of(scale(1, "/dev/ttyUSB0")).name == ""
