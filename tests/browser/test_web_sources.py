"""What the pages' own tools say of them: types, unit tests, schemas, size."""

import gzip
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import hatch_build
from tests.browser.fake_hub import ROOT, TILL_PAGES

WEB = ROOT / "web"
MOST_TILL_BYTES = 80 * 1024
MOST_LATER_BYTES = 20 * 1024
"""Of a part that is loaded only when somebody opens it."""


@pytest.fixture(scope="module")
def node() -> Iterator[dict[str, str]]:
    """An environment with the Node of the wheel, and the npm packages in place."""
    with tempfile.TemporaryDirectory() as folder:
        env = hatch_build.node_environment(Path(folder))
        hatch_build.install_packages(WEB, env)
        yield env


def npm(env: dict[str, str], *arguments: str) -> None:
    """Run an npm script; its output is the failure."""
    command = [shutil.which("npm", path=env["PATH"]) or "npm", *arguments]
    done = subprocess.run(command, cwd=WEB, env=env, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_types(node: dict[str, str]) -> None:
    npm(node, "run", "-s", "check")


@pytest.mark.parametrize("lost", ["", '    pay: "Pay",\n'])
def test_a_missing_english_text_does_not_compile(node: dict[str, str], tmp_path: Path, lost: str) -> None:
    texts = (WEB / "apps/terminal/texts/en.ts").read_text()
    assert lost in texts
    texts = texts.replace(lost, "", 1) if lost else texts
    texts = texts.replace("@kit/i18n", str(WEB / "kit/i18n")).replace(
        "./zh", str(WEB / "apps/terminal/texts/zh")
    )
    (tmp_path / "en.ts").write_text(texts)
    config = {"extends": str(WEB / "tsconfig.json"), "compilerOptions": {"types": []}, "include": ["en.ts"]}
    (tmp_path / "tsconfig.json").write_text(json.dumps(config))
    compiling = ("exec", "--", "tsc", "-p", str(tmp_path))
    if lost:
        with pytest.raises(AssertionError, match="Property 'pay' is missing"):
            npm(node, *compiling)
    else:
        npm(node, *compiling)


def test_units(node: dict[str, str]) -> None:
    npm(node, "test")


@pytest.mark.parametrize("room", ["hub", "cloud", "bench"])
def test_the_committed_schema_is_the_servers(room: str) -> None:
    committed = (WEB / "api" / f"{room}.json").read_text(encoding="utf-8")
    assert export().rendered(room) == committed, "run `python web/api/export.py` and `npm run types`"


@pytest.mark.parametrize("room", ["hub", "cloud", "bench"])
def test_the_committed_types_are_the_schemas(node: dict[str, str], tmp_path: Path, room: str) -> None:
    made = tmp_path / f"{room}.d.ts"
    flags = ["--default-non-nullable=false"]
    npm(node, "exec", "--", "openapi-typescript", f"api/{room}.json", "-o", str(made), *flags)
    assert made.read_text() == (WEB / "api" / f"{room}.d.ts").read_text(), "run `npm run types`"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_till_has_words_for_whatever_a_terminal_may_answer(language: str) -> None:
    rooms = ("drivers/gateway", "drivers/payment_terminal", "hub/devices/paying", "hub/modules/payments")
    sources = [path.read_text() for room in rooms for path in (ROOT / room).rglob("*.py")]
    codes = set(re.findall(r'"terminal\.(\w+)"', "".join(sources)))
    assert "request_differs" in codes
    texts = (WEB / f"apps/terminal/texts/{language}.ts").read_text()
    words = re.search(r"  reason: \{\n    terminal: \{(.+?)\n    \}", texts, re.DOTALL)
    assert words is not None
    assert codes <= set(re.findall(r"^ +(\w+):", words[1], re.MULTILINE))


def test_the_till_stays_small() -> None:
    named = re.findall(r'"/till/(assets/[^"]+\.js)"', (TILL_PAGES / "index.html").read_text())
    assert named
    assert sum(compressed(TILL_PAGES / name) for name in named) <= MOST_TILL_BYTES
    scripts = (TILL_PAGES / "assets").glob("*.js")
    later = [script for script in scripts if f"assets/{script.name}" not in named]
    assert later
    assert max(compressed(script) for script in later) <= MOST_LATER_BYTES


def compressed(script: Path) -> int:
    return len(gzip.compress(script.read_bytes(), 9))


def test_the_lock_file_names_no_registry() -> None:
    assert '"resolved"' not in (WEB / "package-lock.json").read_text()


def export() -> ModuleType:
    """The exporter, which lies beside the schemas and is in no package."""
    spec = importlib.util.spec_from_file_location("web_api_export", WEB / "api" / "export.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # Litestar looks its functions' names up there
    spec.loader.exec_module(module)
    return module
