"""`dianshu sim run` as a launcher starts it: a process, a wiring file, a signal."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from hardware_sim.bench.goods import GoodsUnreadable, read_goods
from hardware_sim.wiring import read_wiring
from tests.hardware_sim.process import GOODS, command, running


@pytest.mark.umockdev
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_stands_as_wired_and_leaves_nothing(tmp_path: Path, ending: signal.Signals) -> None:
    with running(tmp_path) as process:
        wiring = read_wiring(tmp_path / "wiring.json")
        assert [device.device_id for device in wiring.devices] == [
            "scanner-1",
            "scanner-2",
            "printer-1",
            "drawer-1",
            "printer-2",
            "scale-1",
            "card-1",
            "paycode-1",
            "display-1",
            "printer-3",
            "drawer-2",
        ]
        assert wiring.notice is None
        assert wiring.bench_url
        root = Path(wiring.gateway_environment["UMOCKDEV_DIR"])
        assert root.is_dir()
        with urllib.request.urlopen(wiring.bench_url.replace("/bench/", "/api/goods"), timeout=10) as answer:
            assert json.load(answer) == json.loads(GOODS)
        process.send_signal(ending)
        output, _ = process.communicate(timeout=20)
    assert (process.returncode, output) == (0, "")
    assert not root.exists()
    assert list((tmp_path / "dev").iterdir()) == []


@pytest.mark.umockdev
def test_a_killed_simulators_nodes_are_swept_by_the_next(tmp_path: Path) -> None:
    with running(tmp_path) as process:
        root = Path(read_wiring(tmp_path / "wiring.json").gateway_environment["UMOCKDEV_DIR"])
        process.kill()
        process.wait(timeout=20)
    assert root.is_dir()
    (tmp_path / "wiring.json").unlink()
    with running(tmp_path):
        assert not root.exists()


def test_a_taken_port_is_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = subprocess.run(
            command(tmp_path, "--port", port), capture_output=True, text=True, timeout=60, check=False
        )
    assert refused.returncode == 1
    assert refused.stderr.strip() == (
        f"port {port} cannot be had (Address already in use): end that program or use --port"
    )
    assert refused.stdout == ""


def test_a_display_that_is_not_known_is_one_clear_line(tmp_path: Path) -> None:
    refused = subprocess.run(
        command(tmp_path, "--port", "0", "--display", "noritake"),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.strip() == (
        "there is no display 'noritake': choose one of cd5220, aedex, utc, epson_dmd, logic_controls"
    )


@pytest.mark.parametrize("text", ["{}", '[{"name": "x"}]', "nonsense"])
def test_unreadable_goods_are_said_in_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "goods.json"
    path.write_text(text)
    with pytest.raises(GoodsUnreadable, match=r"^goods\.json is not a list of goods: .*$"):
        read_goods(path)
    with pytest.raises(GoodsUnreadable, match="cannot read none"):
        read_goods(tmp_path / "none.json")


def test_the_command_line_imports_no_server_until_it_runs() -> None:
    code = "import sys, hardware_sim.cli; print([m for m in sys.modules if m in ('litestar', 'uvicorn')])"
    seen = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ, timeout=60
    )
    assert seen.stdout.strip() == "[]"


def test_a_folder_that_cannot_be_used_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "dev").write_text("in the way")
    refused = subprocess.run(
        command(tmp_path, "--port", "0"), capture_output=True, text=True, timeout=60, check=False
    )
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"the devices cannot be set up under {tmp_path}: ")
    assert refused.stderr.count("\n") == 1
