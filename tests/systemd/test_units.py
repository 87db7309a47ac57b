"""The units are sound to systemd itself, hardened, and start commands that exist."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UNITS = sorted((ROOT / "systemd").glob("*.service"))
# What systemd ships and our units lean on: targets, slices, mounts.
SYSTEM_UNITS = (Path("/usr/lib/systemd/system"), Path("/lib/systemd/system"))
EXPOSURE_MAX = 25  # tenths: systemd calls up to 2.0 safe, up to 4.9 well protected

VERIFY = ["systemd-analyze", "verify", "--man=no", "--generators=no", "--recursive-errors=yes"]


def installed(folder: Path, units: list[Path]) -> Path:
    """A root folder as after installing: systemd's own units, ours, and a stub at the venv's command."""
    system = next(path for path in SYSTEM_UNITS if path.is_dir())
    shutil.copytree(system, folder / "usr/lib/systemd/system", symlinks=True)
    for unit in units:
        target = folder / "etc/systemd/system" / unit.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(unit, target)
    command = folder / "opt/dianshu/venv/bin/dianshu"
    command.parent.mkdir(parents=True)
    command.write_text("#!/bin/sh\n")
    command.chmod(0o755)
    return folder


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def verify(root: Path, unit: str) -> str:
    """What systemd has to say against a unit of ours; what it says of its own units is not our business."""
    done = run([*VERIFY, f"--root={root}", unit])
    said = (done.stdout + done.stderr).splitlines()
    return "\n".join(line for line in said if unit in line)


def test_there_is_a_unit_for_each_program() -> None:
    names = {unit.name for unit in UNITS}
    assert names == {"dianshu-hub.service", "dianshu-gateway.service", "dianshu-cloud.service"}


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_finds_no_fault(tmp_path: Path, unit: Path) -> None:
    assert verify(installed(tmp_path, UNITS), unit.name) == ""


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("/opt/dianshu/venv/bin/nothing", "/opt/dianshu/venv/bin/dianshu"),
        ("Restart=sometimes", "Restart=always"),
        ("NoSuchSetting=1", "NoNewPrivileges=yes"),
    ],
)
def test_systemd_finds_a_fault(tmp_path: Path, wrong: str, right: str) -> None:
    root = installed(tmp_path, UNITS)
    unit = root / "etc/systemd/system/dianshu-hub.service"
    text = unit.read_text()
    assert right in text
    unit.write_text(text.replace(right, wrong))
    assert verify(root, unit.name) != ""


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_is_hardened(unit: Path) -> None:
    done = run(["systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE_MAX}", str(unit)])
    assert done.returncode == 0, done.stdout[-400:] + done.stderr


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_limits_memory_and_starts_again(unit: Path) -> None:
    text = unit.read_text()
    assert re.search(r"^MemoryMax=\d+[MG]$", text, re.MULTILINE)
    assert "\nRestart=always\n" in text


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_starts_a_command_that_exists(unit: Path) -> None:
    start = re.search(r"^ExecStart=/opt/dianshu/venv/bin/dianshu (.+)$", unit.read_text(), re.MULTILINE)
    assert start
    words = start.group(1).split()
    commands = [word for word in words[:2] if not word.startswith("-")]
    done = run([sys.executable, "-m", "hub.app.cli", *commands, "--help"])
    assert done.returncode == 0, done.stdout + done.stderr
    shown = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)
    assert [word for word in words if word.startswith("--") and word not in shown] == []


def test_a_unit_watches_only_if_the_program_answers() -> None:
    notifies = any(
        "sd_notify" in path.read_text(encoding="utf-8") or "NOTIFY_SOCKET" in path.read_text(encoding="utf-8")
        for room in ("hub", "drivers", "cloud_sync")
        for path in (ROOT / room).rglob("*.py")
    )
    for unit in UNITS:
        assert notifies or "WatchdogSec" not in unit.read_text()


def test_every_user_of_a_unit_is_made(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    settings = ROOT / "systemd" / "sysusers.conf"
    done = run(["systemd-sysusers", f"--root={tmp_path}", str(settings)])
    assert done.returncode == 0, done.stderr
    users = {line.split(":")[0] for line in (tmp_path / "etc/passwd").read_text().splitlines()}
    groups = {line.split(":")[0] for line in (tmp_path / "etc/group").read_text().splitlines()}
    for unit in UNITS:
        text = unit.read_text()
        assert set(re.findall(r"^User=(\S+)", text, re.MULTILINE)) <= users
        assert {
            name
            for line in re.findall(r"^(?:Group|SupplementaryGroups)=(.+)", text, re.MULTILINE)
            for name in line.split()
        } <= groups


def test_the_udev_rules_give_devices_to_a_group_that_exists() -> None:
    rules = (ROOT / "systemd" / "70-dianshu-devices.rules").read_text().splitlines()
    made = (ROOT / "systemd" / "sysusers.conf").read_text()
    item = r'(?:[A-Z]+(?:\{[A-Za-z_]+\})?(?:==|!=|\+=|:=|=)"[^"]*")'
    granted = set()
    for line in rules:
        if line and not line.startswith("#"):
            assert re.fullmatch(rf"{item}(?:, {item})*", line), line
            granted |= set(re.findall(r'GROUP="([^"]+)"', line))
    assert granted
    assert all(f"g {group} " in made for group in granted)
