"""The commands behind the Makefile's targets."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence

from tools.environment import PYTHON, ROOT, VENV, build_pages, only_one, prepare
from tools.report import StopError
from tools.testing import run_suites
from tools.testkit import prepare_machine

UV_REQUIREMENT = "uv==0.13.9"
RESOLVE = ["pip", "compile", "-q", "--universal", "--generate-hashes", "--python-version", "3.11"]
PLAIN = ["--no-header", "--no-emit-index-url", "--no-annotate", "--native-tls"]
# Every other lock takes its versions from dev.lock: they are installed into one environment.
LOCKS = {
    "dev": ["--extra", "dev", "pyproject.toml"],
    "demo": ["--extra", "demo", "pyproject.toml", "-c", "requirements/dev.lock"],
    "build": ["--group", "build", "-c", "requirements/dev.lock"],
    "web": ["--group", "web", "-c", "requirements/dev.lock"],
}


def run(arguments: Sequence[str]) -> int:
    """Run one command; set-up troubles end in one line on stderr."""
    commands = {"demo": demo, "dev": dev, "test": test, "web": web, "lock": lock}
    if not arguments or arguments[0] not in commands:
        print(f"usage: python -m tools {{{'|'.join(commands)}}} …", file=sys.stderr)
        return 2
    try:
        return commands[arguments[0]](arguments[1:])
    except StopError as error:
        print(f"✗ {error}", file=sys.stderr)
    except OSError as error:
        print(f"✗ {error.strerror or error}: {error.filename or ROOT}", file=sys.stderr)
    except KeyboardInterrupt:
        print("\n✗ stopped", file=sys.stderr)
    return 1


def set_up(locks: Sequence[str], pages: bool = True) -> None:
    """Make the environment ready and say how long it took."""
    started = time.monotonic()
    with only_one():
        prepare(locks)
        if pages:
            build_pages()
    print(f"  ready in {time.monotonic() - started:.1f} s", flush=True)


def demo(arguments: Sequence[str]) -> int:
    """Set up, then become `dianshu demo`."""
    set_up(["demo"])
    command = str(VENV / "bin" / "dianshu")
    os.execv(command, [command, "demo", *arguments])


def dev(arguments: Sequence[str]) -> int:
    """The environment for development: with the linters and test tools, without pages."""
    del arguments
    set_up(["dev"], pages=False)
    return 0


def test(arguments: Sequence[str]) -> int:
    """Set up what the tests need, and run them all."""
    set_up(["dev"])
    with only_one():
        env = prepare_machine()
    return run_suites(arguments, env)


def web(arguments: Sequence[str]) -> int:
    """Build the pages if they are stale."""
    del arguments
    set_up([])
    return 0


def lock(arguments: Sequence[str]) -> int:
    """Resolve the lock files anew, with uv (which only this needs); `--upgrade` moves versions."""
    set_up(["dev"], pages=False)
    subprocess.run([str(PYTHON), "-m", "pip", "install", "-q", UV_REQUIREMENT], cwd=ROOT, check=True)
    for name, inputs in LOCKS.items():
        target = ["-o", f"requirements/{name}.lock"]
        command = [str(VENV / "bin" / "uv"), *RESOLVE, *PLAIN, *inputs, *arguments, *target]
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            raise StopError(f"requirements/{name}.lock could not be resolved; see above")
        print(f"  requirements/{name}.lock")
    return 0
