"""`dianshu demo` from outside: it proves a sale, ends whole, and says in one line why it cannot start."""

from __future__ import annotations

import io
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from rich.console import Console

from cloud_sync.cloud.service import open_database
from cloud_sync.cloud.settings import load
from hub.app.demo import launcher as launching
from hub.app.demo.aside import put_aside
from hub.app.demo.check import Finding
from hub.app.demo.places import Places, Ports
from hub.app.demo.processes import DemoFailed
from hub.app.demo.stack import Stack
from hub.app.settings import load_settings
from hub.app.wiring import open_engine
from hub.kernel.engine import Folder, open_for_repair
from tests.architecture.house import ROOT
from tests.worlds.stack.processes import all_of, free_ports, is_free
from tests.worlds.stack.waiting import WAIT_S, eventually

WITHIN_S = 90
PROGRAMS = ("sim run", "cloud run", "hub run", "drivers.gateway", "nats-server")
STATIONS = ("till", "shift", "scanner-1", "scanner-2", "hub", "printer", "drawer", "cloud", "acknowledged")


class Launcher:
    """The command line, on one folder and one set of ports."""

    def __init__(self, folder: Path, ports: Ports) -> None:
        self.folder = folder
        self.ports = ports
        self.output = folder.parent / "told.txt"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str) -> subprocess.Popen[bytes]:
        """Start it; what it says goes to a file."""
        command = [sys.executable, "-m", "hub.app.cli", "demo", "--folder", str(self.folder), *options]
        environment = {**os.environ, "DIANSHU_DEMO_PORT": str(self.ports.hub), "COLUMNS": "100"}
        with self.output.open("wb") as told:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=told, stderr=subprocess.STDOUT
            )
        return self._process

    def start_serving(self, within_s: float = WAIT_S) -> subprocess.Popen[bytes]:
        """Start it and wait until it tells the addresses and the logins."""
        process = self.start()

        def serves() -> bool:
            return "Ctrl-C ends everything" in self.told() or process.poll() is not None

        eventually(serves, "addresses", within_s)
        assert process.poll() is None, self.told()
        return process

    def told(self) -> str:
        """Everything it said."""
        return self.output.read_text(errors="replace")

    def has_left_nothing(self) -> bool:
        """No process of the folder lives, every port is free."""
        return not all_of(self.folder) and all(is_free(port) for port in self.ports.all())

    def close(self) -> None:
        """Whatever a failed test left."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(WITHIN_S)
        for pid in all_of(self.folder):
            os.kill(pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all: the first test makes the shop, the others find it."""
    return tmp_path_factory.mktemp("launched") / "demo"


@pytest.fixture
def launcher(folder: Path) -> Iterator[Launcher]:
    folder.parent.mkdir(exist_ok=True)
    launcher = Launcher(folder, free_ports())
    yield launcher
    launcher.close()


def test_check_proves_one_sale_and_ends_everything(launcher: Launcher) -> None:
    assert launcher.start("--check").wait(WITHIN_S) == 0, launcher.told()
    told = launcher.told()
    rows = [line.split("│")[1:] for line in told.splitlines() if line.startswith("│")]
    assert [row[0].strip() for row in rows] == list(STATIONS), told
    assert {row[2].strip() for row in rows} == {"✓"}, told
    assert launcher.has_left_nothing()


def test_ctrl_c_ends_everything(launcher: Launcher) -> None:
    process = launcher.start_serving()
    for part in ("till", "bench", "console"):
        assert Places(launcher.folder, launcher.ports).url(part) in launcher.told()
    running = all_of(launcher.folder).values()
    assert [name for name in PROGRAMS if not any(name in line for line in running)] == []
    process.send_signal(signal.SIGINT)
    assert process.wait(WITHIN_S) == 0, launcher.told()
    assert launcher.has_left_nothing()
    assert "Traceback" not in launcher.told()


def test_a_killed_launcher_leaves_nothing_behind(launcher: Launcher) -> None:
    """Its children hear of its death from the kernel, and the broker from the cloud."""
    process = launcher.start_serving()
    assert any("nats-server" in line for line in all_of(launcher.folder).values())
    process.kill()
    process.wait(WITHIN_S)
    eventually(launcher.has_left_nothing, "the end of every child and grandchild")


def test_a_fallen_program_ends_the_demo_and_is_named(launcher: Launcher) -> None:
    """The cloud is the one that has a child of its own to leave behind."""
    process = launcher.start_serving()
    cloud = next(pid for pid, line in all_of(launcher.folder).items() if "cloud run" in line)
    os.kill(cloud, signal.SIGKILL)
    assert process.wait(WITHIN_S) == 1
    assert "cloud ended by itself" in launcher.told()
    eventually(launcher.has_left_nothing, "the end of the broker too")


def test_a_taken_port_is_said_in_one_line(launcher: Launcher) -> None:
    port = launcher.ports.mqtt
    with taken(port):
        assert launcher.start().wait(WITHIN_S) == 1
    lines = [line for line in launcher.told().splitlines() if "✗" in line]
    assert len(lines) == 1, launcher.told()
    assert f"Port {port}" in lines[0]
    assert "DIANSHU_DEMO_PORT" in lines[0]
    assert "Traceback" not in launcher.told()


def test_a_place_that_cannot_be_written_is_said_in_one_line(launcher: Launcher, tmp_path: Path) -> None:
    (tmp_path / "occupied").touch()
    launcher.folder = tmp_path / "occupied" / "demo"
    assert launcher.start().wait(WITHIN_S) == 1
    (line,) = [line for line in launcher.told().splitlines() if line.startswith("✗")]
    assert "Not a directory" in line
    assert "Traceback" not in launcher.told()


def test_a_full_disk_says_how_much_room_is_wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: shutil._ntuple_diskusage(10**9, 10**9, 2**20))
    stack = Stack(Places(tmp_path / "demo", free_ports()))
    with pytest.raises(DemoFailed, match=r"Only 1 MB are free .* make room for 300 MB"):
        stack.look_around()


@pytest.mark.parametrize(
    ("findings", "code"),
    [
        ([Finding("till", "…"), Finding("acknowledged", "…")], 0),
        ([Finding("till", "…"), Finding("cloud", "…")], 1),
        ([Finding("till", "…", ok=False), Finding("acknowledged", "…")], 1),
        ([], 1),
    ],
)
def test_a_sale_that_did_not_come_all_the_way_is_no_proof(
    findings: list[Finding], code: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async def seen(_places: Places) -> list[Finding]:
        return findings

    monkeypatch.setattr(launching, "run_check", seen)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    places = Places(tmp_path, free_ports())
    assert launching._check(places, Console(file=io.StringIO())) == code


def test_every_port_is_looked_at_before_anything_starts(tmp_path: Path) -> None:
    ports = free_ports()
    for port in ports.all():
        with taken(port), pytest.raises(DemoFailed, match=f"Port {port} "):
            Stack(Places(tmp_path / "demo", ports)).look_around()


@contextmanager
def taken(port: int) -> Iterator[None]:
    """Somebody else listens there."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        yield


@pytest.mark.timeout(300)
def test_a_demo_of_another_build_is_kept_aside_and_a_fresh_one_begins(launcher: Launcher) -> None:
    places = Places(launcher.folder, launcher.ports)
    for code in ("schema.changed", "cloud.schema_changed"):
        if code == "schema.changed":
            hub = open_for_repair(Folder(launcher.folder / "hub"))
            hub.execute("ALTER TABLE table_shapes ADD COLUMN more TEXT")
            hub.close()
        else:
            with open_database(load(places.cloud_settings)).connected() as cloud:
                cloud.cursor.execute("ALTER TABLE orders_orders ADD COLUMN more TEXT")
        before = aside_of(launcher.folder)
        process = launcher.start_serving(WITHIN_S)  # it starts twice
        (kept,) = aside_of(launcher.folder) - before
        (line,) = [line for line in launcher.told().splitlines() if code in line]
        assert str(kept) in line
        assert (kept / "hub" / "keys.db").exists()
        process.send_signal(signal.SIGINT)
        assert process.wait(WITHIN_S) == 0, launcher.told()
        assert "Traceback" not in launcher.told()


def aside_of(folder: Path) -> set[Path]:
    """Where earlier demos of this folder were put."""
    return set(folder.parent.glob(f"{folder.name}-*"))


@pytest.mark.parametrize("data_dir", [".", "hub"])
def test_a_real_hubs_folder_is_left_alone(tmp_path: Path, data_dir: str) -> None:
    places = Places(tmp_path, free_ports())
    settings = (
        f'store_id = "S001"\nhub_id = "hub-1"\ndata_dir = "{tmp_path / data_dir}"\n[shop]\nname = "店"\n'
    )
    places.hub_settings.write_text(settings)
    open_engine(load_settings(places.hub_settings)).close()
    found = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    for touch in (Stack(places).look_around, lambda: put_aside(places)):
        with pytest.raises(DemoFailed, match=r"demo\.not_a_demo"):
            touch()
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == found
    assert places.hub_settings.read_text() == settings
