"""The wheel that a store installs: everything that runs from it is in it."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

from tests.architecture.house import ROOT

PAGES = ("hub/app/static", "cloud_sync/cloud/static", "hardware_sim/static")


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    built, folder = tmp_path_factory.mktemp("built"), tmp_path_factory.mktemp("unpacked")
    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(built), versions=["standard"])
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_what_is_no_python_is_in_it_too(unpacked: Path) -> None:
    wanted = [
        path.relative_to(ROOT)
        for room in ("hub", "drivers", "cloud_sync", "hardware_sim", "firmware_configs")
        for path in (ROOT / room).rglob("*")
        if path.suffix in {".toml", ".json", ".html", ".js", ".css"} and "node_modules" not in path.parts
    ]
    assert any(path.suffix == ".toml" for path in wanted)
    assert [str(path) for path in wanted if not (unpacked / path).is_file()] == []
    for pages in PAGES:
        assert list((unpacked / pages).rglob("*.html"))
    units = {path.name for path in unpacked.glob("*.data/data/share/dianshu/systemd/*.service")}
    assert units == {path.name for path in (ROOT / "systemd").rglob("*.service")}


@pytest.mark.parametrize("words", [("--help",), ("hub", "run", "--help"), ("cloud", "run", "--help")])
def test_its_command_runs_without_the_sources(unpacked: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "hub.app.cli", *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(unpacked)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, "Usage" in done.stdout) == (0, True), done.stderr
