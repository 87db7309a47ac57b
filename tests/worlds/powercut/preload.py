"""Builds the preloaded recorder with the machine's gcc and makes the environment that loads it."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.worlds.powercut.faults import FaultControl
from tests.worlds.powercut.recording import Recording, snapshot

SOURCES = Path(__file__).parent / "preload"
BUILD_TIMEOUT_S = 120


class CompilerMissing(Exception):
    """There is no gcc: these tests cannot run, and must not pass for that."""


def build(into: Path) -> Path:
    """Compile the recorder into a directory and return the shared library."""
    gcc = shutil.which("gcc")
    if gcc is None:
        raise CompilerMissing(
            "the storage recorder needs gcc: install it (Debian: apt-get install gcc libc6-dev)"
        )
    library = into / "storage_recorder.so"
    command = [gcc, "-O2", "-fPIC", "-shared", "-fvisibility=hidden", "-Wall", "-Wextra", "-o", str(library)]
    command += [str(source) for source in sorted(SOURCES.glob("*.c"))]
    done = subprocess.run(
        [*command, "-ldl", "-lpthread"], capture_output=True, text=True, timeout=BUILD_TIMEOUT_S, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"gcc could not build the storage recorder:\n{done.stderr}")
    return library


def preloaded(library: Path, **settings: str) -> dict[str, str]:
    """The environment of a program that runs under the recorder, with its settings by name."""
    return {**os.environ, "LD_PRELOAD": str(library), **settings}


def slow_fsync(library: Path, delay_ms: float) -> dict[str, str]:
    """Nothing recorded; every fsync takes this much longer (for the benchmarks)."""
    return preloaded(library, DIANSHU_FSYNC_DELAY_MS=str(delay_ms))


@dataclass(frozen=True)
class Recorder:
    """A directory under observation, with its log, its marks file and its fault control page."""

    library: Path
    directory: Path
    log: Path
    marks: Path
    control: Path

    @classmethod
    def over(cls, library: Path, directory: Path, beside: Path) -> Recorder:
        """Begin: what the directory holds now counts as durable. The recorder's own files go `beside` it."""
        directory.mkdir(parents=True, exist_ok=True)
        beside.mkdir(parents=True, exist_ok=True)
        recorder = cls(library, directory, beside / "log", beside / "marks", beside / "control")
        recorder.log.write_bytes(snapshot(directory))
        recorder.marks.touch()
        recorder.faults().__exit__(None, None, None)
        return recorder

    def environment(self) -> dict[str, str]:
        """For the program under test; one write to the file DIANSHU_RECORD_MARKS names is one mark."""
        return preloaded(
            self.library,
            DIANSHU_RECORD_DIR=str(self.directory),
            DIANSHU_RECORD_LOG=str(self.log),
            DIANSHU_RECORD_MARKS=str(self.marks),
            DIANSHU_FAULT_CONTROL=str(self.control),
        )

    def faults(self) -> FaultControl:
        """The page that makes this directory's storage fail."""
        return FaultControl(self.control)

    def recording(self) -> Recording:
        """What has been logged."""
        return Recording.load(self.log)
