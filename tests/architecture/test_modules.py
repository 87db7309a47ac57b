"""Every module is the same inside, says what its tables are, and has a text for every refusal."""

import ast
import importlib
import re
import string
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.kernel import tables as kernel_tables
from hub.kernel.module import Manifest
from tests.architecture.house import PRODUCT, ROOT, Source, called_name, calls_of, module_folders, product

EVERY_MODULE = {
    "__init__.py",
    "events.py",
    "handlers.py",
    "messages.py",
    "model.py",
    "module.py",
    "projection.py",
    "routes.py",
    "store.py",
    "tables.py",
    "texts.toml",
}
EXTRA_FILES_MAX = 6
LANGUAGES = ("zh-CN", "en")
REFUSING = {"refuse", "Refusal", "Refused"}
CODE = re.compile(r"[a-z][a-z_]*(\.[a-z][a-z0-9_]*)+")
# Where codes pass through as parameters, and are not chosen.
PASSING_ON = {"hub/kernel/decision.py", "hub/kernel/errors.py"}
# Tables a rebuild does not make again. A new one is a decision: it needs a reason in its own file.
LOCAL_TABLES: set[str] = set()

FOLDERS = module_folders()
Call = tuple[str, str, frozenset[str] | None]


def manifest(folder: Path) -> Manifest:
    package = ".".join(folder.relative_to(ROOT).parts)
    found = importlib.import_module(f"{package}.module").MODULE
    assert isinstance(found, Manifest)
    return found


def all_tables() -> dict[str, dict[str, object]]:
    """Every declared table's info, once every file that declares tables is imported."""
    for source in product():
        if "kernel.tables" in source.text:
            importlib.import_module(
                source.path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
            )
    return {name: dict(table.info) for name, table in kernel_tables.metadata.tables.items()}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_module_has_the_files_every_module_has(folder: Path) -> None:
    files = {path.name for path in folder.iterdir() if path.is_file()}
    assert EVERY_MODULE - files == set()
    assert len(files - EVERY_MODULE) <= EXTRA_FILES_MAX


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_manifest_is_complete(folder: Path) -> None:
    module = manifest(folder)
    assert module.name == folder.name
    assert module.package == ".".join(folder.relative_to(ROOT).parts)
    assert set(module.projections) <= set(module.events)
    for table in module.tables:
        assert table.name.startswith(f"{module.name}_"), table.name


def test_every_table_declares_its_kind_and_scope() -> None:
    all_tables()
    for name, table in kernel_tables.metadata.tables.items():
        kind = table.info.get("kind")
        assert kind in {"projected", "local", "artifact"}, name
        first = next(iter(table.primary_key.columns)).name
        if kind == "projected":
            assert table.info["scope"] in {"store", "chain"}, name
            assert first == f"{table.info['scope']}_id", name
        if kind == "artifact":
            assert first == "sha256", name


def test_every_module_table_is_in_a_manifest() -> None:
    declared = [table.name for folder in FOLDERS for table in manifest(folder).tables]
    assert [name for name, times in Counter(declared).items() if times > 1] == []
    prefixes = tuple(f"{folder.name}_" for folder in FOLDERS)
    assert {name for name in all_tables() if name.startswith(prefixes)} == set(declared)


def test_the_local_tables_are_these() -> None:
    assert {name for name, info in all_tables().items() if info["kind"] == "local"} == LOCAL_TABLES


def texts() -> dict[str, dict[str, str]]:
    """Every refusal text; a code may stand in one room only."""
    found: dict[str, dict[str, str]] = {}
    for room in PRODUCT:
        for path in sorted((ROOT / room).rglob("texts.toml")):
            for code, by_language in tomllib.loads(path.read_text(encoding="utf-8")).items():
                assert code not in found, f"{code} again in {path}"
                found[code] = by_language
    return found


def refusals(source: Source) -> Iterator[Call]:
    """Every refusal a file makes: place, code, and the names of its facts (None where they are computed)."""
    for call in calls_of(source):
        if called_name(call) not in REFUSING or source.path in PASSING_ON or not call.args:
            continue
        for code in codes_in(call.args[0]):
            yield f"{source.path}:{call.lineno}", code, facts_of(call)


def codes_in(argument: ast.expr) -> Iterator[str]:
    """The literal codes an argument can be; a name is a code chosen elsewhere."""
    for node in ast.walk(argument):
        assert not isinstance(node, ast.JoinedStr), "a refusal's code is written out, so that it can be found"
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
            yield node.value


def facts_of(call: ast.Call) -> frozenset[str] | None:
    """The names of the facts given, whether as keywords or as the third argument's dict."""
    if any(keyword.arg is None for keyword in call.keywords):
        return None
    if called_name(call) != "Refusal":
        return frozenset(keyword.arg or "" for keyword in call.keywords)
    given = [keyword.value for keyword in call.keywords if keyword.arg == "facts"] or call.args[2:3]
    if not given:
        return frozenset()
    if not isinstance(given[0], ast.Dict) or None in given[0].keys:
        return None
    return frozenset(str(key.value) for key in given[0].keys if isinstance(key, ast.Constant))


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_text_is_in_every_language() -> None:
    for code, by_language in texts().items():
        assert all(by_language.get(language, "").strip() for language in LANGUAGES), code
        assert len({frozenset(placeholders(by_language[language])) for language in LANGUAGES}) == 1, code


def test_every_refusal_has_a_text_and_the_facts_it_shows() -> None:
    known = texts()
    for source in product():
        for place, code, facts in refusals(source):
            assert code in known, f"{place}: {code} has no text"
            if facts is not None:
                assert placeholders(known[code]["en"]) <= facts, (
                    f"{place}: {code} shows facts that are not given"
                )


def test_every_text_has_a_refusal() -> None:
    written = {
        node.value
        for source in product()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(texts()) - written == set()
