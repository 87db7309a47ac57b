"""`dianshu drivers check` on simulated devices on their real wires: what is well, and what is not."""

from __future__ import annotations

import asyncio
import fcntl
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from drivers.gateway.checking import external
from drivers.gateway.checking.hub_word import check_clock
from drivers.gateway.cli_drivers import app
from hardware_sim.counter import Counter, open_counter
from hardware_sim.faults import CoverOpen, DrawerStuck, Silent
from hardware_sim.layout import (
    CARD_TERMINAL,
    CAS_SCALE,
    CODE_ACQUIRER,
    POLE_DISPLAY,
    RECEIPT_PRINTER,
    SERIAL_SCANNER,
    TOLEDO_SCALE,
    TRIGGER_BOXES,
)
from hardware_sim.specs import AnySpec

PATIENCE_S = 60
HEAD = """
gateway_id = "gw-1"
hub_url = "ws://127.0.0.1:{port}/ws/gateway"
token_file = "token"
state_dir = "state"
"""


def write_settings(folder: Path, counter: Counter, port: int = 1) -> Path:
    """A settings file with every device of the counter."""
    devices = "".join(
        f'[[devices]]\ndevice_id = "{one.device_id}"\nprofile = "{one.profile}"\nlink = "{one.link}"\n'
        for one in counter.wiring().devices
    )
    config = folder / "gateway.toml"
    config.write_text(HEAD.format(port=port) + devices)
    return config


def checked(config: Path, *words: str, typed: str = "") -> tuple[int, dict[tuple[str, str], dict[str, Any]]]:
    """The exit code, and each check by its device and part."""
    done = CliRunner().invoke(app, ["check", "--config", str(config), "--json", *words], input=typed)
    told = json.loads(done.stdout.splitlines()[-1])
    return done.exit_code, {(one["device_id"], one["part"]): one for one in told}


Play = Callable[[Counter, Path], Awaitable[None]]


def at_a_counter(folder: Path, specs: tuple[AnySpec, ...], play: Play) -> None:
    """Play this with these devices plugged in."""

    async def run() -> None:
        async with open_counter(folder, specs) as counter, asyncio.timeout(PATIENCE_S):
            await play(counter, write_settings(folder, counter))

    asyncio.run(run())


def test_devices_that_are_well(tmp_path: Path) -> None:
    async def play(counter: Counter, config: Path) -> None:
        counter.scale("scale-1").put(1240)
        code, told = await asyncio.to_thread(checked, config)
        assert {key: one["code"] for key, one in told.items() if key[1] == "external"} == {
            ("printer-1", "external"): "check.printer_ready",
            ("drawer-1", "external"): "check.drawer_closed",
            ("scale-1", "external"): "check.scale_reads",
            ("scanner-2", "external"): "check.scanner_open",
            ("display-1", "external"): "check.display_open",
        }
        assert told["scale-1", "external"]["facts"] == {"weight": "1.240 kg"}
        assert {one["state"] for one in told.values()} == {"ok"}
        assert code == 0
        assert not counter.receipts

    at_a_counter(tmp_path, (RECEIPT_PRINTER, TOLEDO_SCALE, SERIAL_SCANNER, POLE_DISPLAY), play)


def add_others(config: Path) -> None:
    config.write_text(config.read_text() + OTHERS)


def test_devices_that_are_unwell_say_what_to_do(tmp_path: Path) -> None:
    async def play(counter: Counter, config: Path) -> None:
        counter.device("printer-1").inject(CoverOpen())
        counter.device("scale-2").inject(Silent())
        add_others(config)
        code, told = await asyncio.to_thread(checked, config)
        assert told["printer-1", "external"]["code"] == "printer.cover_open"
        assert told["scale-2", "external"]["code"] == "check.scale_silent"
        assert told["scale-8", "internal"]["code"] == "check.no_such_port"
        assert told["scale-9", "internal"]["code"] == "check.options_invalid"
        assert code == 1

    at_a_counter(tmp_path, (RECEIPT_PRINTER, CAS_SCALE), play)


OTHERS = """
[[devices]]
device_id = "scale-8"
profile = "scale/toledo_8217"
link = "serial:///dev/no-such-line"
[[devices]]
device_id = "scale-9"
profile = "scale/toledo_8217"
link = "serial:///dev/no-such-line"
options = { max_kg = "many" }
"""


def test_a_person_helps(tmp_path: Path) -> None:
    async def play(counter: Counter, config: Path) -> None:
        checking = asyncio.create_task(asyncio.to_thread(checked, config, "--interactive", typed="y\ny\ny\n"))
        counter.scale("scale-1").put(1000)
        while not checking.done():
            if counter.device("scanner-2").wire.connected:
                await counter.scan("scanner-2", "6901234567892")
            await asyncio.wait([checking], timeout=0.2)
        code, told = checking.result()
        assert {key[0]: one["code"] for key, one in told.items() if key[1] == "interactive"} == {
            "printer-1": "check.slip_printed",
            "drawer-1": "check.drawer_kicked",
            "scale-1": "check.scale_reads",
            "scanner-2": "check.scanned",
            "display-1": "check.display_shows",
        }
        assert code == 0
        assert "测试" in counter.receipts[-1].text
        drawer = counter.device("printer-1").view().drawer
        assert drawer is not None
        assert drawer.open

    at_a_counter(tmp_path, (RECEIPT_PRINTER, TOLEDO_SCALE, SERIAL_SCANNER, POLE_DISPLAY), play)


def test_payment_terminals_are_asked_about_a_payment_that_never_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(external, "QUESTION_S", 0.5)

    async def play(counter: Counter, config: Path) -> None:
        code, told = await asyncio.to_thread(checked, config)
        codes = {key[0]: one["code"] for key, one in told.items() if key[1] == "external"}
        assert (codes, code) == ({"card-1": "check.terminal_fit", "paycode-1": "check.terminal_fit"}, 0)
        assert not counter.terminal("card-1").ledger.movements
        counter.device("card-1").inject(Silent())
        code, told = await asyncio.to_thread(checked, config)
        assert (told["card-1", "external"]["code"], code) == ("check.terminal_silent", 1)

    at_a_counter(tmp_path, (CARD_TERMINAL, CODE_ACQUIRER), play)


NEAR_END = "printer.paper_near_end"


@pytest.mark.parametrize(
    ("faults", "typed", "code", "found"),
    [((), "y\n", "check.trigger_kicked", 0), ((DrawerStuck(),), "n\n", "check.trigger_stuck", 1)],
)
def test_a_trigger_box_is_kicked_only_with_a_person(
    tmp_path: Path, faults: tuple[DrawerStuck, ...], typed: str, code: str, found: int
) -> None:
    async def play(counter: Counter, config: Path) -> None:
        def kicks() -> int:
            drawer = counter.device("drawer-2").view().drawer
            return drawer.kicks if drawer else -1

        def is_open() -> bool:
            drawer = counter.device("drawer-2").view().drawer
            return drawer is not None and drawer.open

        for fault in faults:
            counter.device("drawer-2").inject(fault)
        _, told = await asyncio.to_thread(checked, config)
        assert told["drawer-2", "external"]["code"] == "check.trigger_open"
        assert kicks() == 0
        exit_code, told = await asyncio.to_thread(checked, config, "--interactive", typed=typed)
        assert (told["drawer-2", "interactive"]["code"], exit_code) == (code, found)
        await counter.news.until(lambda: kicks() == 1, PATIENCE_S)
        assert is_open() == (not faults)
        counter.drawer("drawer-2").set_drawer(False)
        assert not is_open()

    at_a_counter(tmp_path, (TRIGGER_BOXES[0],), play)


class HubDouble(BaseHTTPRequestHandler):
    """A hub that knows two devices, for whoever has the token."""

    def do_GET(self) -> None:
        known = self.headers["Authorization"] == "Bearer secret-token"
        known = known and self.path == "/api/devices/of-gateway/gw-1"
        self.send_response(200 if known else 403)
        self.end_headers()
        views = [
            {
                "device_id": "printer-1",
                "state": "enabled",
                "health": "attention",
                "reason": NEAR_END,
            },
            {"device_id": "drawer-1", "state": "enabled", "health": "ok", "reason": "", "kind": "drawer"},
        ]
        self.wfile.write(json.dumps(views if known else []).encode())

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def hub_double() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), HubDouble)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


@contextmanager
def running_gateway(folder: Path) -> Iterator[None]:
    """A gateway that holds its state folder."""
    (folder / "state").mkdir()
    (folder / "token").write_text("secret-token")
    with (folder / "state" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def test_with_a_running_gateway_the_hub_is_asked_and_no_device_is_opened(tmp_path: Path) -> None:
    async def play(counter: Counter, _: Path) -> None:
        with hub_double() as port, running_gateway(tmp_path):
            config = write_settings(tmp_path, counter, port)
            code, told = await asyncio.to_thread(checked, config)
        by_the_hub = {key[0]: (one["state"], one["code"]) for key, one in told.items() if key[1] == "gateway"}
        assert by_the_hub == {
            "printer-1": ("attention", "printer.paper_near_end"),
            "drawer-1": ("ok", "check.enabled"),
            "scale-1": ("failed", "check.unknown_to_hub"),
            "gw-1": ("ok", "check.clock_near"),
        }
        assert code == 1
        assert counter.device("printer-1").counts["bytes_in"] == 0

    at_a_counter(tmp_path, (RECEIPT_PRINTER, TOLEDO_SCALE), play)


@pytest.mark.parametrize(
    ("ahead_s", "state", "code"),
    [
        (None, "ok", "check.clock_unknown"),
        (-59, "ok", "check.clock_near"),
        (60, "attention", "check.clock_far"),
    ],
)
def test_a_clock_that_is_far_from_the_hubs_is_told(ahead_s: int | None, state: str, code: str) -> None:
    check = check_clock("gw-1", ahead_s)
    assert (check.state, check.code) == (state, code)


@pytest.mark.parametrize("token", ["secret-token", "another-token"])
def test_a_hub_that_gives_no_answer_is_a_finding(tmp_path: Path, token: str) -> None:
    async def play(counter: Counter, _: Path) -> None:
        with hub_double() as port, running_gateway(tmp_path):
            (tmp_path / "token").write_text(token)
            config = write_settings(tmp_path, counter, 1 if token == "secret-token" else port)
            code, told = await asyncio.to_thread(checked, config)
        assert {one["code"] for key, one in told.items() if key[1] == "gateway"} == {"check.hub_silent"}
        assert code == 1

    at_a_counter(tmp_path, (TOLEDO_SCALE,), play)


def test_settings_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "gateway.toml").write_text("gateway_id = 1")
    done = CliRunner().invoke(app, ["check", "--config", str(tmp_path / "gateway.toml")])
    assert (done.exit_code, "settings.invalid" in done.output) == (2, True)
