"""docs/drivers.md is complete and true: what it shows is put where it says, built and run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.docs.papers import ROOT
from tests.docs.quality import table

TEXT = (ROOT / "docs" / "drivers.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```\w+ file=(\S+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
ROOMS = ("drivers", "firmware_configs", "hardware_sim", "tests/conformance", "tests/vectors/drivers")
FILES = ("pyproject.toml", "tests/__init__.py", "tests/drivers/__init__.py", "tests/drivers/wire.py")


def test_the_worked_example_runs_as_it_stands(tmp_path: Path) -> None:
    blocks = BLOCK.findall(TEXT)
    assert len(blocks) == 7
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("static", "__pycache__"))
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    for name, text in blocks:
        assert not (tmp_path / name).exists(), name
        (tmp_path / name).write_text(text, encoding="utf-8")
    ran = run_tests(tmp_path, "tests/conformance", "tests/drivers/test_beacon.py")
    assert ran.returncode == 0, ran.stdout
    assert int(re.findall(r"(\d+) passed", ran.stdout)[0]) >= 4 * 7 + 3 * 2 + 1


def run_tests(folder: Path, *paths: str) -> subprocess.CompletedProcess[str]:
    """The tests of the example in a folder of its own."""
    words = "beacon or acme_b150 or every_wire_that_reads"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", words, *paths]
    environment = os.environ | {"PYTHONPATH": str(folder)}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


def test_the_table_of_profiles_is_true() -> None:
    assert table() in TEXT, "python -m tests.docs.quality prints it as it is now"
