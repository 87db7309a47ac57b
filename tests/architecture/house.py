"""The source as these tests see it: found on disk, never enumerated."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("hub", "drivers", "cloud_sync", "hardware_sim", "firmware_configs")
AROUND = ("tools", "bench", "tests")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One Python file, parsed."""

    path: str
    text: str
    tree: ast.Module

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    def functions(self) -> Iterator[tuple[str, int]]:
        """Every function's place and its length, from `def` to its last line."""
        for node in ast.walk(self.tree):
            if isinstance(node, Function):
                yield (
                    f"{self.path}:{node.lineno} {node.name}",
                    (node.end_lineno or node.lineno) - node.lineno + 1,
                )


def parse(text: str, path: str = "sample.py") -> Source:
    """A source from a string: for negative samples."""
    return Source(path, text, ast.parse(text))


@cache
def sources(*rooms: str) -> tuple[Source, ...]:
    """Every Python file of these top-level folders."""
    paths = [path for room in rooms for path in sorted((ROOT / room).rglob("*.py"))]
    return tuple(parse(path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix()) for path in paths)


def product() -> tuple[Source, ...]:
    """Every Python file that is shipped."""
    return sources(*PRODUCT)


def module_folders() -> list[Path]:
    """Every business module's folder, and the devices room, which follows the same pattern."""
    folders = [path.parent for path in (ROOT / "hub" / "modules").glob("*/__init__.py")]
    return sorted([*folders, ROOT / "hub" / "devices"])


def imports_of(source: Source) -> Iterator[tuple[int, str, str]]:
    """Every import of a file, inside functions too: line, module, and the name taken from it ("" for all)."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name, ""
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield node.lineno, node.module or "", alias.name


def calls_of(source: Source) -> Iterator[ast.Call]:
    """Every call in a file."""
    return (node for node in ast.walk(source.tree) if isinstance(node, ast.Call))


def called_name(call: ast.Call) -> str:
    """The last name of what is called: `a.b.c()` is "c"."""
    target = call.func
    if isinstance(target, ast.Attribute):
        return target.attr
    return target.id if isinstance(target, ast.Name) else ""


def is_in(module: str, rooms: frozenset[str]) -> bool:
    """True when a dotted module is one of `rooms` or inside one."""
    parts = module.split(".")
    return any(".".join(parts[: length + 1]) in rooms for length in range(len(parts)))
