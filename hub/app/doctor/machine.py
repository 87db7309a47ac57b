"""The computer itself: its clock, disk, memory and heat."""

import os
import platform
import shutil
import tempfile
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from hub.app.doctor.line import Line, attention, failed, ok
from hub.app.uplink import VERSION

_MIB = 1024 * 1024
LOW_DISK_MIB, NO_DISK_MIB = 1024, 200
SLOW_FSYNC_MS = 200
FSYNC_BYTES = 4096
LOW_MEMORY_MIB = 150
WARM_C, HOT_C = 70, 85


def look_at_machine(data: Path, root: Path = Path("/")) -> list[Line]:
    """Every line about the computer; `root` is where its system files are."""
    return [_version(root), _disk(data), *_memory(root), *_heat(root)]


def look_at_clock(
    battery_backed: bool, newest_ms: int, hub_trusts: bool | None = None, root: Path = Path("/")
) -> Line:
    """Whether the wall clock can be believed: never below the journal, and told by somebody.

    A running hub's own word counts most: the cloud may have agreed with it.
    """
    behind_s = (newest_ms - int(time.time() * 1000)) // 1000
    if behind_s > 0:
        return failed("clock", "doctor.clock_behind", seconds=behind_s)
    if hub_trusts is not None:
        make, code = (
            (ok, "doctor.clock_trusted") if hub_trusts else (attention, "doctor.clock_untrusted_by_hub")
        )
        return make("clock", code)
    if (root / "run/systemd/timesync/synchronized").exists():
        return ok("clock", "doctor.clock_in_step")
    if battery_backed:
        return ok("clock", "doctor.clock_battery")
    if (root / "sys/class/rtc/rtc0").exists():
        return attention("clock", "doctor.clock_unsaid")
    return attention("clock", "doctor.clock_untrusted")


def _version(root: Path) -> Line:
    try:
        installed = version("dianshu")
    except PackageNotFoundError:
        installed = VERSION
    model = _text(root / "proc/device-tree/model") or platform.machine()
    system = next(
        (
            line.partition("=")[2].strip('"')
            for line in _text(root / "etc/os-release").splitlines()
            if line.startswith("PRETTY_NAME=")
        ),
        platform.system(),
    )
    python, kernel = platform.python_version(), platform.release()
    return ok(
        "version",
        "doctor.version",
        version=installed,
        python=python,
        system=system,
        kernel=kernel,
        model=model,
    )


def _disk(data: Path) -> Line:
    try:
        free_mib = shutil.disk_usage(data).free // _MIB
        fsync_ms = _fsync_ms(data)
    except OSError as error:
        return failed("disk", "doctor.disk_unwritable", folder=str(data), reason=error.strerror or "")
    if free_mib < NO_DISK_MIB:
        return failed("disk", "doctor.disk_full", free_mib=free_mib, fsync_ms=fsync_ms)
    if free_mib < LOW_DISK_MIB:
        return attention("disk", "doctor.disk_low", free_mib=free_mib, fsync_ms=fsync_ms)
    if fsync_ms > SLOW_FSYNC_MS:
        return attention("disk", "doctor.disk_slow", free_mib=free_mib, fsync_ms=fsync_ms)
    return ok("disk", "doctor.disk", free_mib=free_mib, fsync_ms=fsync_ms)


def _fsync_ms(folder: Path) -> int:
    with tempfile.TemporaryFile(dir=folder) as file:
        began_s = time.monotonic()
        file.write(os.urandom(FSYNC_BYTES))
        file.flush()
        os.fsync(file.fileno())
        return round((time.monotonic() - began_s) * 1000)


def _memory(root: Path) -> list[Line]:
    for line in _text(root / "proc/meminfo").splitlines():
        if line.startswith("MemAvailable:"):
            free_mib = int(line.split()[1]) // 1024
            enough = free_mib >= LOW_MEMORY_MIB
            make = ok if enough else attention
            return [make("memory", "doctor.memory" if enough else "doctor.memory_low", free_mib=free_mib)]
    return []


def _heat(root: Path) -> list[Line]:
    zones = (root / "sys/class/thermal").glob("thermal_zone*/temp")
    told = [int(text) // 1000 for zone in zones if (text := _text(zone)).lstrip("-").isdigit()]
    if not told:
        return []
    celsius = max(told)
    if celsius >= HOT_C:
        return [failed("temperature", "doctor.hot", celsius=celsius)]
    if celsius >= WARM_C:
        return [attention("temperature", "doctor.warm", celsius=celsius)]
    return [ok("temperature", "doctor.temperature", celsius=celsius)]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip("\0\n ")
    except OSError:
        return ""
