"""What must not stand in a document or a lock file: one machine's folders, an index's address, our tools."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.papers import ROOT, papers

MACHINE = re.compile(r"(?<![\w.~/-])/(?:home|root|work|Users|mnt)/")
INDEX = re.compile(r"pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|npmmirror\.com|deb\.debian\.org")
TOOLING = re.compile(r"\bsub.?agents?\b|\bblueprint\b|\bLLM\b|\blanguage model\b", re.IGNORECASE)
FORBIDDEN = (MACHINE, INDEX, TOOLING)


def guarded() -> list[Path]:
    """Documents, lock files, and what else names packages."""
    named = ["pyproject.toml", "Makefile", "web/package.json", "web/package-lock.json"]
    named += ["tools/browser/package.json", "tools/browser/package-lock.json"]
    locks = sorted((ROOT / "requirements").glob("*.lock"))
    return [*(one.path for one in papers()), *locks, *(ROOT / name for name in named)]


def found(text: str) -> Iterator[str]:
    """Every forbidden word in a text."""
    return (match[0] for pattern in FORBIDDEN for match in pattern.finditer(text))


@pytest.mark.parametrize("path", guarded(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_forbidden_word(path: Path) -> None:
    assert list(found(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "text",
    [
        "in /home/someone/dianshu",
        "(/root/x)",
        "from https://pypi.org/simple",
        "registry.npmjs.org",
        "a Blueprint",
    ],
)
def test_a_forbidden_word_is_found(text: str) -> None:
    assert list(found(text)) != []


def test_innocent_paths_are_left_alone() -> None:
    assert list(found("/opt/dianshu/venv /etc/dianshu/hub.toml web/apps/work/ ~/home/")) == []
