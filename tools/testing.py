"""`make test`: the suites, each in its own process; the last line sums them up in pytest's own words."""

import os
import re
import subprocess
import time
from collections import Counter
from collections.abc import Sequence

from tools.environment import PYTHON, ROOT

# Browser tests run apart: async tests cannot follow pytest-playwright's in one process.
SUITES = {
    "browser": ["tests/browser"],
    "main": ["tests", "--ignore=tests/browser", "-n", "2", "--dist", "loadfile"],
}
OUTCOMES = ("failed", "passed", "skipped", "deselected", "xfailed", "xpassed", "warning", "error", "rerun")
SUMMARY = re.compile(rf"\b(\d+) ({'|'.join(OUTCOMES)})s?\b")
SUMMARY_END = re.compile(r"\bin \d+\.\d+s\b")
LINE_CELLS = 80


def run_suites(extra: Sequence[str], env: dict[str, str]) -> int:
    """Run every suite; fails when a test fails, when one is skipped, and when a suite holds no test."""
    started = time.monotonic()
    totals: Counter[str] = Counter()
    status = 0
    for name, arguments in SUITES.items():
        print(f"\n── {name} tests ──", flush=True)
        code, counts = run_pytest([*arguments, *extra], env)
        status = status or code
        totals += counts
    if totals["skipped"]:
        print(f"{totals['skipped']} tests were skipped: nothing may be skipped here, so this run fails")
        status = status or 1
    print(summary_line(totals, time.monotonic() - started), flush=True)
    return status


def run_pytest(arguments: Sequence[str], env: dict[str, str]) -> tuple[int, Counter[str]]:
    """Run one pytest process, showing its output as it comes; its exit status and its counts."""
    last = ""
    command = [str(PYTHON), "-m", "pytest", "-q", *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, env=os.environ | env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            last = line if SUMMARY_END.search(line) else last
    return process.returncode, count_outcomes(last)


def count_outcomes(line: str) -> Counter[str]:
    """The numbers of a pytest summary line."""
    return Counter({outcome: int(number) for number, outcome in SUMMARY.findall(line)})


def summary_line(totals: Counter[str], took_s: float) -> str:
    """A summary of all suites, written as pytest writes one."""
    plural = {"warning": "warnings", "error": "errors"}
    counts = [
        f"{totals[outcome]} {plural.get(outcome, outcome) if totals[outcome] > 1 else outcome}"
        for outcome in OUTCOMES
        if totals[outcome]
    ]
    return f" {', '.join(counts) or 'no tests ran'} in {took_s:.2f}s ".center(LINE_CELLS, "=")
