"""What is known of each shipped profile, as the table of docs/drivers.md: `python -m tests.docs.quality`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

from drivers.profile import load_profile, profile_names
from hardware_sim import layout
from hardware_sim.specs import PrinterSpec, Spec
from tests.conformance.shipped import listening_profiles
from tests.drivers.wire import VECTORS

SEEN_REAL: frozenset[str] = frozenset()
"""Profiles seen at work on the real device. Whoever has seen one adds it here."""


def table() -> str:
    """One line for each profile."""
    with_vectors, simulated = _drivers(_in_vectors()), _drivers(_on_counters())
    fuzzed = set(listening_profiles())
    lines = ["| profile | driver | vectors | simulated | fuzzed | real |", "|---|---|---|---|---|---|"]
    for name in profile_names():
        driver = load_profile(name).driver
        marks = (driver in with_vectors, driver in simulated, name in fuzzed, name in SEEN_REAL)
        lines.append(
            f"| {name.replace('/', ' ')} | {driver} | {' | '.join('✓' if mark else '·' for mark in marks)} |"
        )
    return "\n".join(lines) + "\n"


def _drivers(profiles: Iterator[str]) -> set[str]:
    return {load_profile(name).driver for name in profiles}


def _in_vectors() -> Iterator[str]:
    """Every profile that a vector names, by its whole name."""
    for path in VECTORS.glob("*.json"):
        vectors: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
        for vector in vectors:
            name = vector["profile"]
            yield name if "/" in name else f"{path.stem.partition('_')[0]}/{name}"


def _on_counters() -> Iterator[str]:
    """Every profile of which a simulated device is laid out."""
    specs = [spec for spec in vars(layout).values() if isinstance(spec, Spec)]
    specs += [*layout.SCALES, *layout.TRIGGER_BOXES]
    models = {spec.model for spec in specs}
    models |= {spec.drawer.model for spec in specs if isinstance(spec, PrinterSpec) and spec.drawer}
    return (name for name in profile_names() if name.partition("/")[2] in models)


if __name__ == "__main__":
    sys.stdout.write(table())
