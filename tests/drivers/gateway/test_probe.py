"""Finding devices: what is said of each on its real wire, and that looking changes nothing."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner

from drivers.base import Answers, build_driver, probe_of
from drivers.gateway.cli_drivers import app
from drivers.gateway.links.opener import look
from drivers.gateway.links.url import LinkUrl
from drivers.gateway.probing.plan import make_plan, shipped_profiles
from drivers.gateway.probing.ports import given_port, local_ports
from drivers.gateway.probing.prober import Patience, PortReport, Prober
from drivers.gateway.settings import load_settings, resolve_devices
from drivers.profile import load_profile, profile_names
from drivers.scale.wire_scale import WireScale
from hardware_sim.counter import Counter, open_counter
from hardware_sim.layout import (
    CARD_TERMINAL,
    CAS_SCALE,
    CODE_ACQUIRER,
    DIALOG_SCALE,
    KEYBOARD_SCANNER,
    POLE_DISPLAY,
    RECEIPT_PRINTER,
    SERIAL_SCANNER,
    SMALL_PRINTER,
    STREAM_SCALE,
    TOLEDO_SCALE,
    TSPL_PRINTER,
    ZPL_PRINTER,
)
from hardware_sim.specs import AnySpec
from tests.drivers.gateway.doubles import FakeLink

PATIENCE_S = 60
TOLD = {
    "printer-1": ("printer/epson_tm_t88vi", "certain", "probe.named"),
    "printer-2": ("printer/generic_58mm", "certain", "probe.named"),
    "labels-1": ("printer/zebra_zd421", "certain", "probe.status_strings"),
    "labels-2": ("printer/tsc_te200", "likely", "probe.status_bits"),
    "scale-1": ("scale/toledo_8217", "certain", "probe.echoed"),
    "scale-2": ("scale/aclas_os2x", "certain", "probe.checksum"),
    "scale-3": ("scale/cas_stream", "likely", "probe.streamed"),
    "scale-4": ("scale/dialog06", "likely", "probe.framed"),
    "card-1": ("payment_terminal/bank_ecr", "certain", "probe.checksum"),
    "paycode-1": ("payment_terminal/pay_code_box", "likely", "probe.framed"),
}
COUNTER: tuple[AnySpec, ...] = (
    RECEIPT_PRINTER,
    SMALL_PRINTER,
    ZPL_PRINTER,
    TSPL_PRINTER,
    TOLEDO_SCALE,
    CAS_SCALE,
    STREAM_SCALE,
    DIALOG_SCALE,
    POLE_DISPLAY,
    CARD_TERMINAL,
    CODE_ACQUIRER,
)


async def looked_at(counter: Counter) -> Mapping[str, PortReport]:
    """Every port of a counter, by its device."""
    links = {wired.device_id: wired.link for wired in counter.wiring().devices if wired.kind != "drawer"}
    prober = Prober(shipped_profiles(), look)
    async with asyncio.timeout(PATIENCE_S):
        reports = await asyncio.gather(*(prober.probe(given_port(link)) for link in links.values()))
    return dict(zip(links, reports, strict=True))


def test_every_device_is_recognised_and_nothing_moves(tmp_path: Path) -> None:
    async def run() -> None:
        async with open_counter(tmp_path, COUNTER) as counter:
            for spec in COUNTER:
                if spec.device_id.startswith("scale"):
                    counter.scale(spec.device_id).put(1240)
            reports = await looked_at(counter)
            for device_id, (profile, sure, why) in TOLD.items():
                (found,) = reports[device_id].findings
                assert (profile in found.profiles, found.sure, found.why) == (True, sure, why), device_id
            assert reports["display-1"].state == "silent"
            assert {"display/cd5220", "display/led8n"} <= set(reports["display-1"].silent_alike)
            assert not counter.receipts
            assert not counter.terminal("card-1").ledger.movements
            assert not counter.terminal("paycode-1").ledger.movements
            for device_id in counter.devices:
                view = counter.device(device_id).view()
                assert view.printer is None or view.printer.lines_printed == 0
                assert view.scale is None or (view.scale.tare_g, view.scale.shown_g) == (0, 1240)
                assert view.drawer is None or not view.drawer.open

    asyncio.run(run())


def test_a_scan_meanwhile_gives_a_serial_scanner_away(tmp_path: Path) -> None:
    async def run() -> None:
        async with open_counter(tmp_path, (SERIAL_SCANNER,)) as counter:
            (wired,) = counter.wiring().devices
            prober = Prober(shipped_profiles(), look, Patience(listen_s=PATIENCE_S))
            probing = asyncio.create_task(prober.probe(given_port(wired.link)))
            async with asyncio.timeout(PATIENCE_S):
                await counter.news.until(lambda: counter.device("scanner-2").wire.connected, PATIENCE_S)
                await counter.scan("scanner-2", "6901234567892")
                report = await probing
            (found,) = report.findings
            assert (found.sure, found.why, found.says) == ("likely", "probe.scanned", "6901234567892")
            assert "scanner/generic_serial" in found.profiles

    asyncio.run(run())


class Scripted(FakeLink):
    """A device that answers what it is asked by a script."""

    def __init__(self, script: Mapping[bytes, bytes]) -> None:
        super().__init__()
        self._script = script

    async def write(self, data: bytes, timeout_s: float) -> None:
        await super().write(data, timeout_s)
        if data in self._script:
            self.say(self._script[data])


def asked(script: Mapping[bytes, bytes], unasked: bytes = b"", link: str = "serial:///dev/x") -> PortReport:
    """What is said of a device with this script."""

    async def open_scripted(_url: LinkUrl) -> Scripted:
        device = Scripted(script)
        if unasked:
            device.say(unasked)
        return device

    patience = Patience(listen_s=0.02, answer_s=0.02)
    return asyncio.run(Prober(shipped_profiles(), open_scripted, patience).probe(given_port(link)))


SICS = b"S S      1.240 kg\r\n"


@pytest.mark.parametrize(
    ("script", "unasked", "profile", "sure"),
    [
        (
            {b"SI\r\n": SICS, b"I2\r\n": b'I2 A "BC60 15kg"\r\n'},
            b"",
            "mt_sics",
            "certain",
        ),
        ({b"SI\r\n": SICS}, b"", "mt_sics", "likely"),
        ({b"W\r": b"\n01.240LB\r\n S00\r\x03"}, b"", "nci_ecr_8n1", "likely"),
        ({b"P\r\n": b"\n  1.240 kg\r\n"}, b"", "adam", "likely"),
        ({}, b"\x02A 01.240\r\x03" * 3, "epelsa", "likely"),
        ({}, b"\xff\x43\x40\x12\x00\x00" * 3, "cn6_kg", "likely"),
        ({b"\x05": b"\x06"}, b"", "cas_ap1", "possible"),
    ],
)
def test_wires_that_no_simulator_speaks_yet(
    script: Mapping[bytes, bytes], unasked: bytes, profile: str, sure: str
) -> None:
    findings = asked(script, unasked).findings
    assert [one.sure for one in findings if f"scale/{profile}" in one.profiles] == [sure]


def test_a_port_that_cannot_be_opened_says_why() -> None:
    report = asyncio.run(Prober(shipped_profiles(), look).probe(given_port("serial:///dev/no-such-line")))
    assert (report.state, report.reason) == ("unread", "link.absent")


def test_a_print_server_is_asked_what_only_printers_are() -> None:
    plan = make_plan(shipped_profiles(), "tcp", 9100)
    assert {suspect.profile.kind for one in plan.rounds for suspect in one.suspects} == {"printer"}
    assert not any(one.is_text for one in plan.rounds)


def test_text_is_asked_last() -> None:
    rounds = make_plan(shipped_profiles(), "serial").rounds
    told = [any(one.asks) + one.is_text for one in rounds]
    assert told == sorted(told)
    assert set(told) == {0, 1, 2}


def all_asks() -> Answers:
    """Every question of every shipped profile."""
    probes = (probe_of(profile) for profile in shipped_profiles())
    return tuple(ask for probe in probes if probe is not None for ask in probe.asks)


def keys_of(name: str) -> list[bytes]:
    """The bytes by which a scale's keys are pressed."""
    driver = build_driver(load_profile(name), {})
    assert isinstance(driver, WireScale)
    pressed = [driver.poll() for act in ("zero", "tare", "clear_tare") if driver.command(act)]
    return [key for key in pressed if key]


KICKS = (b"\x1bp", b"\x10\x14", b"\x07")
PRINTS = (b"\n", b"\x0c", b"^XZ", b"PRINT", b"\x1dV", b"\x1bd", b"\x1bJ")


@pytest.mark.parametrize("name", [name for name in profile_names() if name.startswith("scale/")])
def test_no_question_presses_a_key(name: str) -> None:
    assert not set(keys_of(name)) & set(all_asks())


def test_no_question_kicks_and_only_text_could_be_printed() -> None:
    for ask in all_asks():
        assert not any(kick in ask for kick in KICKS), ask
        assert not any(mark in ask.replace(b"\r\n", b"\r") for mark in PRINTS), ask


@pytest.mark.umockdev
def test_a_scan_meanwhile_gives_a_keyboard_scanner_away(tmp_path: Path) -> None:
    async def run() -> None:
        async with open_counter(tmp_path, (KEYBOARD_SCANNER,)) as counter:
            wiring = counter.wiring()
            words = ["-m", "hub.app.cli", "drivers", "probe", "--no-local", "--json", "--listen", "60"]
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *words,
                "--link",
                wiring.devices[0].link,
                env={**os.environ, **wiring.gateway_environment},
                stdout=subprocess.PIPE,
            )
            async with asyncio.timeout(PATIENCE_S):
                while process.returncode is None:
                    await counter.scan("scanner-1", "6901234567892")
                    await asyncio.wait([asyncio.create_task(process.wait())], timeout=0.5)
            assert process.stdout is not None
            (port,) = json.loads(await process.stdout.read())["ports"]
            assert [one["sure"] for one in port["findings"]] == ["certain"]
            assert "scanner/generic_hid" in port["findings"][0]["profiles"]

    asyncio.run(run())


SETTINGS = """
gateway_id = "gw-1"
hub_url = "ws://127.0.0.1:1/ws/gateway"
token_file = "token"
state_dir = "state"
"""


def test_what_is_found_is_written_once_and_then_left_alone(tmp_path: Path) -> None:
    async def run() -> None:
        config = tmp_path / "gateway.toml"
        config.write_text(SETTINGS)
        async with open_counter(tmp_path, (CAS_SCALE,)) as counter:
            (wired,) = counter.wiring().devices
            words = ["probe", "--no-local", "--config", str(config), "--link", wired.link]
            done = await asyncio.to_thread(CliRunner().invoke, app, [*words, "--write"])
            assert (done.exit_code, wired.link in done.output) == (0, True), done.output
            (device,) = resolve_devices(load_settings(config))
            assert (device.device_id, device.settings.link) == ("scale-1", wired.link)
            assert device.settings.profile in {"scale/aclas_os2x", "scale/cas_ap1"}
            again = await asyncio.to_thread(CliRunner().invoke, app, [*words, "--json"])
            told = json.loads(again.stdout)
            assert (told["ports"], told["configured"]) == ([], {wired.link: "scale-1"})

    asyncio.run(run())


def test_writing_needs_a_settings_file() -> None:
    assert CliRunner().invoke(app, ["probe", "--no-local", "--write"]).exit_code == 2


def test_ports_go_by_their_lasting_names(tmp_path: Path) -> None:
    dev, sys_class = tmp_path / "dev", tmp_path / "class"
    for node in ("ttyUSB0", "ttyUSB1", "ttyS0", "ttyS1", "usb/lp0", "input/event3"):
        (dev / node).parent.mkdir(parents=True, exist_ok=True)
        (dev / node).touch()
    for uart, kind in (("ttyS0", "4"), ("ttyS1", "0")):
        (sys_class / "tty" / uart).mkdir(parents=True)
        (sys_class / "tty" / uart / "type").write_text(f"{kind}\n")
    for name, node in (("by-id/usb-scale-if00", "ttyUSB0"), ("by-path/port-2", "ttyUSB1")):
        link = dev / "serial" / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(f"../../{node}")
    found = [port.link.replace(str(dev), "/dev") for port in local_ports(dev, sys_class)]
    assert found == [
        "serial:///dev/serial/by-id/usb-scale-if00",
        "serial:///dev/serial/by-path/port-2",
        "serial:///dev/ttyS0",
        "hid:///dev/input/event3",
        "usb:///dev/usb/lp0",
    ]
