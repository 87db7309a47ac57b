"""`dianshu cloud` as a process: enrolled by command, fed by a real store, looked at over HTTP."""

import os
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from cloud_sync.cloud.broker import running_pid
from cloud_sync.wire.link import Broker
from cloud_sync.wire.topics import address
from tests.architecture.house import ROOT
from tests.sync.chain import eventually
from tests.sync.fixtures import free_port
from tests.sync.shop import Shop

HUB = address("chain", "hub-1")


class Cloud:
    """The cloud's programs, on ports of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mqtt, self.console = free_port(), free_port()
        self.config = folder / "cloud.toml"
        self.config.write_text(
            f"demo = true\n[mqtt]\nport = {self.mqtt}\nnats_port = {free_port()}\n"
            f"[console]\nport = {self.console}\n"
        )
        self._child: subprocess.Popen[bytes] | None = None

    def call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [*self._command(), *arguments, "--config", str(self.config)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    def start(self) -> None:
        with (self.folder / "cloud.log").open("ab") as log:
            self._child = subprocess.Popen(
                [*self._command(), "run", "--config", str(self.config)], cwd=ROOT, stdout=log, stderr=log
            )
        eventually(self._answers, "the console answers")

    def stop(self, kill: bool = False) -> int:
        child = self._child
        if child is None:
            return 0
        child.kill() if kill else child.terminate()
        self._child = None
        return child.wait(30)

    def page(self) -> httpx.Client:
        return httpx.Client(base_url=f"http://127.0.0.1:{self.console}", timeout=10)

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.console), timeout=1).close()
        except OSError:
            return False
        return True

    def _command(self) -> list[str]:
        return [sys.executable, "-c", "from cloud_sync.cloud.cli import app; app()"]


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    cloud = Cloud(tmp_path)
    yield cloud
    cloud.stop()
    left = running_pid(tmp_path / "broker")
    if left is not None:
        os.kill(left, 9)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(tmp_path / "store", HUB)
    yield shop
    shop.close()


def enrol(cloud: Cloud, shop: Shop) -> Broker:
    done = cloud.call(
        "enrol", "--hub", HUB.hub, "--store", shop.store_id, "--public-key", shop.public_key.hex()
    )
    assert done.returncode == 0, done.stderr
    told = tomllib.loads(done.stdout)
    return Broker("127.0.0.1", cloud.mqtt, told["username"], told["password"])


def test_from_nothing_to_an_acknowledged_sale_and_through_a_kill(cloud: Cloud, shop: Shop) -> None:
    cloud.start()
    broker = enrol(cloud, shop)  # while it runs: the broker learns of the new user by itself
    uplink = shop.plug(broker)
    shop.sell("cola")
    eventually(lambda: uplink.status.applied == 1, "acknowledged")
    cloud.stop(kill=True)
    shop.sell("tofu")
    cloud.start()  # the broker that was left behind is ended first
    eventually(lambda: uplink.status.applied == 2, "acknowledged after the kill")
    login = tomllib.loads(cloud.call("demo-login").stdout)
    with cloud.page() as page:
        page.post("/api/console/sign-in", json=login).raise_for_status()
        (store,) = stores(page)
        assert (store["state"], store["applied"], store["pending_events"]) == ("online", 2, 0)
    assert cloud.stop() == 0
    assert running_pid(cloud.folder / "broker") is None


def stores(page: httpx.Client) -> list[dict[str, Any]]:
    answer: list[dict[str, Any]] = page.get("/api/console/stores").json()
    return answer


def test_the_broker_as_its_own_process(cloud: Cloud) -> None:
    command = [sys.executable, "-c", "from cloud_sync.cloud.cli import app; app()", "broker"]
    child = subprocess.Popen(
        [*command, "--config", str(cloud.config)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline().strip() == f"mqtt://127.0.0.1:{cloud.mqtt}"
    assert running_pid(cloud.folder / "broker") is not None
    child.terminate()
    assert child.wait(30) == 0
    assert running_pid(cloud.folder / "broker") is None


def test_enrolling_says_what_is_wrong(cloud: Cloud, shop: Shop) -> None:
    enrol(cloud, shop)
    assert enrol(cloud, shop).username == "chain/hub-1"
    for key, hub, words in (
        ("00" * 32, HUB.hub, "is enrolled already"),
        ("rubbish", "hub-2", "64 hex digits"),
        ("00" * 32, "Hub 2", "not a topic name"),
    ):
        done = cloud.call("enrol", "--hub", hub, "--store", "S001", "--public-key", key)
        assert done.returncode == 2
        assert words in done.stderr


def test_a_demo_login_exists_in_demo_mode_only(cloud: Cloud) -> None:
    cloud.config.write_text(cloud.config.read_text().replace("demo = true", "demo = false"))
    done = cloud.call("demo-login")
    assert done.returncode == 2
    assert done.stdout == ""


def test_a_setting_that_is_wrong_is_named(cloud: Cloud) -> None:
    cloud.config.write_text("databse = 'x'")
    done = cloud.call("rebuild", "--hub", "hub-1")
    assert done.returncode == 2
    assert "databse" in done.stderr
