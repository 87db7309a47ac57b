"""The project's own environment in .venv: made once, pinned by the lock files, found again by stamps."""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from tools.advice import explain, how_to_install
from tools.report import Progress, StopError, step

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
WORK = ROOT / ".cache" / "setup"
STAMPS = VENV / ".setup"
NEEDED_BYTES = 1_500_000_000
NETWORK_RETRIES = 3
COMPILERS = ("cc", "gcc", "clang")


@contextmanager
def only_one() -> Iterator[None]:
    """Let one set-up at a time work in this folder; a second one waits."""
    WORK.mkdir(parents=True, exist_ok=True)
    with (WORK / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def prepare(locks: Sequence[str]) -> None:
    """Bring .venv to the given lock files, with this project in it, doing only what is not yet done."""
    make_venv()
    for name in ("build", *locks):
        install_lock(name)
    install_project()


def make_venv() -> None:
    """Create .venv, or create it anew when it belongs to another Python or another folder."""
    if venv_is_ours():
        return
    check_machine()
    with step("virtual environment in .venv"):
        run_logged([sys.executable, "-m", "venv", "--clear", str(VENV)], "venv")


def check_machine() -> None:
    """Stop with one clear line if something is missing that only the machine's owner can install."""
    if find_spec("venv") is None or find_spec("ensurepip") is None:
        raise StopError(f"Python's venv module is missing: {how_to_install('venv')}")
    if find_compiler() is None:
        raise StopError(f"No C compiler (evdev is built from source): {how_to_install('compiler')}")
    if not Path(sysconfig.get_path("include"), "Python.h").is_file():
        raise StopError(f"The headers of this Python are missing: {how_to_install('python headers')}")
    roots = [*os.environ.get("CPATH", "").split(":"), *os.environ.get("C_INCLUDE_PATH", "").split(":")]
    if not any(Path(root, "linux/input.h").is_file() for root in [*filter(None, roots), "/usr/include"]):
        raise StopError(f"The kernel headers are missing: {how_to_install('kernel headers')}")
    free_bytes = shutil.disk_usage(ROOT).free
    if free_bytes < NEEDED_BYTES:
        free_mb, needed_mb = free_bytes // 1_000_000, NEEDED_BYTES // 1_000_000
        raise StopError(
            f"Only {free_mb} MB are free at {ROOT} and {needed_mb} MB are needed: free some space"
        )


def find_compiler() -> str | None:
    """The C compiler this Python was built with, or another one that is here."""
    configured = str(os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc")
    return next((name for name in (configured, *COMPILERS) if shutil.which(name.split()[0])), None)


def install_lock(name: str) -> None:
    """Install every package of requirements/<name>.lock by hash; sdists are built with the pinned tools."""
    lock = ROOT / "requirements" / f"{name}.lock"
    digest = file_digest(lock)
    if is_done(name, digest):
        return
    total = len(re.findall(r"^[a-z0-9].*==", lock.read_text(), re.MULTILINE))
    command = ["install", "--require-hashes", "--no-build-isolation", "-r", str(lock)]
    with step(f"packages of requirements/{lock.name}") as progress:
        run_pip(command, f"pip-{name}", total, progress)
    mark_done(name, digest)


def install_project() -> None:
    """Install this project, editable, without asking any index for anything."""
    digest = file_digest(ROOT / "pyproject.toml")
    if is_done("project", digest):
        return
    with step("dianshu itself") as progress:
        run_pip(["install", "--no-deps", "--no-build-isolation", "-e", str(ROOT)], "pip-project", 1, progress)
    mark_done("project", digest)


def build_pages() -> None:
    """Build the web pages if they are stale; Node is fetched only then."""
    builder = [str(PYTHON), str(ROOT / "hatch_build.py")]
    if subprocess.run([*builder, "--check"], check=False).returncode == 0:
        return
    install_lock("web")
    with step("web pages"):
        run_logged(builder, "pages", echo="  pages: ")


def run_pip(arguments: Sequence[str], name: str, total: int, progress: Progress) -> None:
    """Run the environment's pip, showing how many of the packages it has come to."""
    seen = 0

    def watch(line: str) -> None:
        nonlocal seen
        collected = re.match(r"(?:Collecting|Requirement already satisfied:) (\S+)", line)
        if collected:
            seen += 1
            progress(min(seen, total), total, collected.group(1))
        elif line.startswith("Installing collected"):
            progress(total, total, "installing")

    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
    run_logged(command, name, watch=watch)


def run_logged(
    command: Sequence[str], name: str, watch: Callable[[str], None] | None = None, echo: str = ""
) -> None:
    """Run a tool, keep its whole output in .cache/setup/<name>.log, and explain in one line if it fails."""
    log = WORK / f"{name}.log"
    settings = {"PIP_RETRIES": str(NETWORK_RETRIES), "PYTHONUNBUFFERED": "1", "NO_COLOR": "1"}
    env = os.environ | settings | {"CC": find_compiler() or "cc"}
    lines: list[str] = []
    with (
        log.open("w") as kept,
        subprocess.Popen(
            command, cwd=ROOT, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as process,
    ):
        assert process.stdout is not None
        for line in process.stdout:
            kept.write(line)
            lines.append(line)
            if watch:
                watch(line)
            if echo and line.startswith(echo):
                print(line, end="", flush=True)
    if process.returncode:
        raise StopError(explain("".join(lines), str(log.relative_to(ROOT))))


def venv_is_ours() -> bool:
    """True when .venv works, belongs to this minor version of Python, and was made in this folder."""
    settings, pip = VENV / "pyvenv.cfg", VENV / "bin" / "pip"
    if not (PYTHON.exists() and settings.is_file() and pip.is_file()):
        return False
    minor = f"{sys.version_info[0]}.{sys.version_info[1]}."
    same_python = re.search(rf"^version(?:_info)? = {re.escape(minor)}", settings.read_text(), re.MULTILINE)
    return bool(same_python) and str(PYTHON.parent) in pip.read_text()


def file_digest(path: Path) -> str:
    """The hash of a file's contents."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def is_done(name: str, digest: str) -> bool:
    """True when the named part was finished for exactly this input."""
    stamp = STAMPS / name
    return stamp.is_file() and stamp.read_text() == digest


def mark_done(name: str, digest: str) -> None:
    """Remember that a part is finished."""
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / name).write_text(digest)
