"""Every module is the same inside and wired once, and every table says what it is."""

import functools
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from hub.app.wiring import MODULES, ROOMS
from hub.kernel.module import Manifest
from tests.architecture.house import ROOT, module_folders, product

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
EXTRA_FILES_MAX = 7
# Tables a rebuild does not make again. A new one is a decision, to be made here.
LOCAL_TABLES = {
    "durable_marks",
    "effect_cursors",
    "gateway_offers",
    "gateway_boots",
    "gateway_tokens",
    "identity_pins",
    "identity_sessions",
    "loaded_artifacts",
    "payments_codes",
    "print_attempts",
    "signed_heads",
    "table_shapes",
}

FOLDERS = module_folders()


DECLARED = """
import importlib, json, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
from hub.kernel.tables import metadata
print(json.dumps({
    table.name: dict(table.info, first=next(iter(table.primary_key.columns)).name)
    for table in metadata.tables.values()
}))
"""


@functools.cache
def all_tables() -> dict[str, dict[str, str]]:
    """Every table that the product declares, seen by an interpreter of its own: tests declare tables too."""
    declaring = [
        source.path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        for source in product()
        if "kernel.tables" in source.text or "kernel import tables" in source.text
    ]
    seen = subprocess.run(
        [sys.executable, "-c", DECLARED, *declaring], cwd=ROOT, capture_output=True, check=True, timeout=120
    )
    tables: dict[str, dict[str, str]] = json.loads(seen.stdout)
    return tables


def package_of(folder: Path) -> str:
    return ".".join(folder.relative_to(ROOT).parts)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_module_has_the_files_every_module_has(folder: Path) -> None:
    files = {path.name for path in folder.iterdir() if path.is_file()}
    assert EVERY_MODULE - files == set()
    assert len(files - EVERY_MODULE) <= EXTRA_FILES_MAX


def test_every_module_is_wired_once() -> None:
    assert Counter(room.package for room in ROOMS if room.tables) == Counter(map(package_of, FOLDERS))
    for room in MODULES:
        assert room.package == f"hub.modules.{room.name}"


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: str(room.name))
def test_a_manifest_names_what_it_owns(room: Manifest) -> None:
    assert set(room.projections) <= set(room.events)
    for spec in room.commands:
        assert spec.command.__module__.startswith(room.package), spec.command
    for event in room.events:
        assert event.__module__.startswith(room.package), event


def test_no_command_or_event_is_claimed_twice() -> None:
    claimed: Counter[type] = Counter([spec.command for room in ROOMS for spec in room.commands])
    claimed.update(event for room in ROOMS for event in room.events)
    assert [name for name, times in claimed.items() if times > 1] == []


def test_every_table_declares_its_kind_and_scope() -> None:
    for name, table in all_tables().items():
        assert table.get("kind") in {"projected", "local", "artifact", "journal"}, name
        if table["kind"] == "projected":
            assert table["scope"] in {"store", "chain"}, name
            assert table["first"] == f"{table['scope']}_id", name
        if table["kind"] == "artifact":
            assert table["first"] == "sha256", name


def test_every_table_has_one_owner() -> None:
    owned = Counter(table.name for room in ROOMS for table in room.tables)
    assert [name for name, times in owned.items() if times > 1] == []
    assert {name for name, info in all_tables().items() if info["kind"] in {"projected", "artifact"}} <= set(
        owned
    )


def test_the_local_tables_are_these() -> None:
    assert {name for name, info in all_tables().items() if info["kind"] == "local"} == LOCAL_TABLES
