"""A device's line recorded out of a running gateway, and played again."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner, Result

from drivers.gateway import tap
from drivers.gateway.capture import CaptureError, read_capture
from drivers.gateway.cli_drivers import app
from drivers.gateway.recording import RecordingServer
from drivers.gateway.settings import DeviceSettings, load_settings, resolve_devices
from drivers.gateway.tap import Taps
from drivers.messages import DeviceChanged
from drivers.profile import profile_names
from tests.drivers.gateway.doubles import PATIENCE_S, Counter, counter

SETTINGS = """
gateway_id = "gw"
hub_url = "ws://x"
token_file = "token"
state_dir = "."
[[devices]]
device_id = "scanner-1"
profile = "scanner/generic_serial"
link = "serial:///dev/s1?baud=19200"
[[devices]]
device_id = "card-1"
profile = "{payments}"
link = "tcp://10.0.0.9:4000"
"""
PAYMENTS = next(name for name in profile_names() if name.startswith("payment_terminal/"))


@asynccontextmanager
async def recordable(folder: Path) -> AsyncIterator[Counter]:
    """A counter whose lines may be recorded."""
    (folder / "gateway.toml").write_text(SETTINGS.format(payments=PAYMENTS))
    settings = load_settings(folder / "gateway.toml")
    devices = {device.device_id: device for device in resolve_devices(settings)}
    scanner: DeviceSettings = devices["scanner-1"].settings
    async with counter(folder, scanner) as made:
        serving = asyncio.create_task(RecordingServer(folder, devices, made.supervisor.taps).run())
        await made.frame(DeviceChanged, state="enabled")
        try:
            yield made
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)


def command(folder: Path, *words: str) -> Result:
    config, out = folder / "gateway.toml", folder / "capture.jsonl"
    return CliRunner().invoke(app, ["record", "--config", str(config), "--out", str(out), *words])


async def listened_to(made: Counter) -> None:
    """Wait until a recorder has its tap."""
    await until(lambda: bool(made.supervisor.taps._listeners))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        for _ in itertools.takewhile(lambda _: not condition(), itertools.count()):
            await asyncio.sleep(0.01)


def test_what_passes_is_in_the_file_and_is_heard_again(tmp_path: Path) -> None:
    async def run() -> Result:
        async with recordable(tmp_path) as made:
            recording = asyncio.create_task(
                asyncio.to_thread(command, tmp_path, "--device", "scanner-1", "--max-bytes", "1000")
            )
            await listened_to(made)
            while not recording.done():
                made.links["s1"].say(b"69012")
                made.links["s1"].say(b"34567892\r")
                await asyncio.sleep(0.01)
            return await recording

    said = asyncio.run(run())
    assert said.exit_code == 0, said.output
    path = tmp_path / "capture.jsonl"
    assert path.stat().st_size <= 1000
    assert path.stat().st_mode & 0o777 == 0o600
    capture = read_capture(path)
    assert capture.header.profile == "scanner/generic_serial"
    assert capture.header.link_settings["baud"] == "19200"
    assert {bytes.fromhex(traffic.hex) for traffic in capture.traffic} == {b"69012", b"34567892\r"}
    heard = CliRunner().invoke(app, ["replay", str(path)]).output.splitlines()
    scans = [msgspec.json.decode(line) for line in heard]
    assert [scan["text"] for scan in scans if scan["type"] == "scan"].count("6901234567892") >= 2
    assert {scan.get("reason", "unterminated") for scan in scans} == {"unterminated"}  # cut at max-bytes


def test_a_recording_becomes_a_test(tmp_path: Path) -> None:
    source, made = tmp_path / "field.jsonl", tmp_path / "test.jsonl"
    source.write_text(
        '{"device_id":"scanner-1","profile":"scanner/generic_serial","link":"serial:///dev/ttyUSB0"}\n'
        '{"at_ms":1000,"way":"opened"}\n'
        '{"at_ms":1100,"way":"in","hex":"363930"}\n'
        '{"at_ms":9000,"way":"in","hex":"3132330d"}\n'
    )
    done = CliRunner().invoke(app, ["replay", str(source), "--as-test", str(made)])
    assert done.exit_code == 0, done.output
    heard = [[one["type"] for one in traffic.heard or ()] for traffic in read_capture(made).traffic]
    assert heard == [[], ["misread"], ["scan"]]  # the pause between the halves is played too


@pytest.mark.parametrize(
    ("device", "code"),
    [("nobody", "record.device_unknown"), ("card-1", "record.not_payments")],
)
def test_what_may_not_be_recorded(tmp_path: Path, device: str, code: str) -> None:
    async def run() -> Result:
        async with recordable(tmp_path):
            return await asyncio.to_thread(command, tmp_path, "--device", device)

    said = asyncio.run(run())
    assert said.exit_code == 2
    assert said.output.startswith(code)


def test_without_a_gateway_there_is_nothing_to_record(tmp_path: Path) -> None:
    (tmp_path / "gateway.toml").write_text(SETTINGS.format(payments=PAYMENTS))
    said = command(tmp_path, "--device", "scanner-1")
    assert said.exit_code == 2
    assert said.output.startswith("record.no_gateway")
    assert not (tmp_path / "capture.jsonl").exists()


def test_a_recorder_that_leaves_is_forgotten(tmp_path: Path) -> None:
    async def run() -> None:
        async with recordable(tmp_path) as made:
            reader, writer = await asyncio.open_unix_connection(await asyncio.to_thread(_short, tmp_path))
            writer.write(b"scanner-1\n")
            await reader.readline()
            await listened_to(made)
            writer.close()
            await until(lambda: not made.supervisor.taps._listeners)

    asyncio.run(run())


def _short(folder: Path) -> str:
    return os.path.relpath(folder / "record.sock")


def test_a_listener_that_takes_nothing_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tap, "MAX_WAITING", 3)

    async def run() -> list[str]:
        taps = Taps(lambda: 1.0)
        with taps.listening("scanner-1") as heard:
            for number in range(10):
                taps.passed("scanner-1", "in", bytes([number]))
                taps.passed("scanner-2", "in", b"other")
            return [heard.get_nowait().hex for _ in range(heard.qsize())]

    assert asyncio.run(run()) == ["07", "08", "09"]


def test_rubbish_is_no_recording(tmp_path: Path) -> None:
    for rubbish in ("", "{}", '{"device_id":"x"}', '{"capture":2,"device_id":"x","profile":"y","link":"z"}'):
        (tmp_path / "x.jsonl").write_text(rubbish)
        with pytest.raises(CaptureError):
            read_capture(tmp_path / "x.jsonl")
