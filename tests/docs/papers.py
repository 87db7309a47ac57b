"""The documents of this repository, taken apart: links, paths, commands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILT = {"build", "dist", "node_modules", "test-results"}

_FENCE = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Paper:
    """One Markdown file."""

    path: Path
    text: str

    @cached_property
    def prose(self) -> str:
        """The text without its blocks of code."""
        return _FENCE.sub("", self.text)

    def links(self) -> Iterator[str]:
        """What it links to, pictures included."""
        return (match[1] for match in _LINK.finditer(self.prose))

    def spans(self) -> Iterator[str]:
        """Every `piece of code` in its sentences."""
        return (match[1] for match in _SPAN.finditer(self.prose))

    def code(self) -> Iterator[str]:
        """Every piece and every line of code, without the remark behind it."""
        yield from self.spans()
        for block in _FENCE.finditer(self.text):
            for line in block[1].splitlines():
                yield line.partition(" #")[0]

    def anchors(self) -> set[str]:
        """The names by which its headings can be linked to."""
        return {_anchor(match[1]) for match in _HEADING.finditer(self.prose)}


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def paper(path: Path) -> Paper:
    """A Markdown file, read."""
    return Paper(path, path.read_text(encoding="utf-8"))


def papers() -> list[Paper]:
    """Every document: the root's, docs/, and each room's own."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    found += [ROOT / "systemd" / "README.md", ROOT / "hardware_sim" / "README.md"]
    return [paper(path) for path in sorted(found)]


def rooms() -> set[str]:
    """The folders at the root that a path may begin with."""
    folders = {path.name for path in ROOT.iterdir() if path.is_dir()}
    return {name for name in folders - BUILT if not name.startswith(".")}


def is_path(text: str) -> bool:
    """True for what claims to be a path from the root; a place to be filled in is none."""
    head, slash, _ = text.partition("/")
    return bool(slash) and head in rooms() and re.fullmatch(r"[\w./*-]+", text) is not None


def exists(path: str) -> bool:
    """Whether a path from the root, wildcards included, is there."""
    return any(ROOT.glob(path.rstrip("/"))) if "*" in path else (ROOT / path).exists()
