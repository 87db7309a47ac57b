"""The demo's programs as child processes: started in order, watched, ended in the other order."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

READY_WITHIN_S = 40.0
END_WITHIN_S = 12.0
_LOOK_EVERY_S = 0.05
_PR_SET_PDEATHSIG = 1
_LOG_TAIL_LINES = 12


class DemoFailed(Exception):
    """The demo cannot go on; the message is one line that says what to do."""


class FolderStale(DemoFailed):
    """The demo's folder was made by another build of the programs; the message says what does not fit."""


@dataclass(frozen=True, slots=True)
class Program:
    """One child: the arguments of `dianshu`, what its environment has more, and how one sees it is ready."""

    name: str
    arguments: tuple[str, ...]
    is_ready: Callable[[], bool]
    environment: Mapping[str, str] | None = None


class Children:
    """The running programs. They end with this process, however it ends."""

    def __init__(self, log_folder: Path) -> None:
        self._log_folder = log_folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, program: Program) -> None:
        """Start a program and wait until it is ready. Raises DemoFailed with the end of its log."""
        self._log_folder.mkdir(parents=True, exist_ok=True)
        log_path = self._log_folder / f"{program.name}.log"
        with log_path.open("wb") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", "hub.app.cli", *program.arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **(program.environment or {})},
                start_new_session=True,
                preexec_fn=partial(_die_with_parent, os.getpid()),  # noqa: PLW1509 (no other thread runs)
            )
        self._running[program.name] = child
        until_s = time.monotonic() + READY_WITHIN_S
        while not program.is_ready():
            if child.poll() is not None:
                raise DemoFailed(f"{program.name} ended at once:\n{self.log_tail(program.name)}")
            if time.monotonic() > until_s:
                raise DemoFailed(f"{program.name} is not ready after {READY_WITHIN_S:.0f} s; see {log_path}")
            time.sleep(_LOOK_EVERY_S)

    def pid(self, name: str) -> int:
        """The process id of a program."""
        return self._running[name].pid

    def is_running(self, name: str) -> bool:
        """Whether a program was started and has not ended."""
        child = self._running.get(name)
        return child is not None and child.poll() is None

    def fallen(self) -> str | None:
        """The name of a program that ended by itself."""
        return next((name for name, child in self._running.items() if child.poll() is not None), None)

    def log_tail(self, name: str) -> str:
        """The last lines of a program's log."""
        lines = (self._log_folder / f"{name}.log").read_text(errors="replace").splitlines()
        return "\n".join(lines[-_LOG_TAIL_LINES:])

    def end(self) -> None:
        """End every program, the last one started first."""
        for child in reversed(self._running.values()):
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
                try:
                    child.wait(END_WITHIN_S)
                except subprocess.TimeoutExpired:
                    child.kill()
                    child.wait()
        self._running.clear()


def _die_with_parent(parent: int) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died before we asked to be told
        os._exit(1)


def answers(url: str) -> Callable[[], bool]:
    """Whether somebody answers at a URL; a refusal is an answer, a fault is not."""

    def look() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return True
        except urllib.error.HTTPError as error:
            return error.code < 500
        except OSError:
            return False

    return look


def check_port_free(port: int, what_for: str) -> None:
    """Raises DemoFailed when somebody else has the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise DemoFailed(
                f"Port {port} ({what_for}) is in use: end the program that holds it, "
                f"or choose other ports with DIANSHU_DEMO_PORT=9710 make demo"
            ) from None
