"""A program under measurement: started as a user would, its processor time and memory read from /proc."""

import contextlib
import ctypes
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
READY_WITHIN_S = 30.0
END_WITHIN_S = 20.0
_TICKS_A_S = os.sysconf("SC_CLK_TCK")
_PR_SET_PDEATHSIG = 1


class Program:
    """One child process; its output goes to a log beside its files. It ends with this process."""

    def __init__(self, log: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        self._log = log
        with log.open("ab") as output:
            self._child = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**(environment or os.environ), "PYTHONUNBUFFERED": "1"},
                preexec_fn=_die_with_parent,  # noqa: PLW1509 (no thread of ours holds a lock here)
            )

    @property
    def pid(self) -> int:
        """The process id."""
        return self._child.pid

    def wait_until(self, is_ready: Callable[[], bool], every_s: float = 0.01) -> None:
        """Wait until it is ready. Raises RuntimeError with its log when it ends or takes too long."""
        until_s = time.monotonic() + READY_WITHIN_S
        while not is_ready():
            if self._child.poll() is not None or time.monotonic() > until_s:
                raise RuntimeError(f"not ready: {self._log}\n{self._log.read_text(errors='replace')[-2000:]}")
            time.sleep(every_s)

    def cpu_ms(self) -> float:
        """Processor time used so far, by all its threads."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * 1000 / _TICKS_A_S

    def resident_mb(self) -> float:
        """Resident memory in MB (10^6 bytes)."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def stop(self) -> None:
        """Ask it to end, and see that it does."""
        if self._child.poll() is None:
            self._child.send_signal(signal.SIGTERM)
            try:
                self._child.wait(END_WITHIN_S)
            except subprocess.TimeoutExpired:
                self._child.kill()
                self._child.wait()


def answers(url: str) -> bool:
    """Whether somebody answers there without a fault of the server's."""
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def free_port() -> int:
    """A port that nobody has now, below those that the system gives to connections.

    A client that knocks at one of those before its server is there may be given it as its own.
    """
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
