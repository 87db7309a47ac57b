"""Every shipped profile whose driver listens to a wire, with the golden frames of its kind of wire."""

from __future__ import annotations

import json
from functools import cache
from importlib import import_module
from typing import Any

from drivers.base import Driver, build_driver
from drivers.profile import load_profile, profile_names
from tests.drivers.wire import VECTORS

Vector = dict[str, Any]


def listening_profiles() -> list[str]:
    """Profiles whose driver keeps the contract of drivers/base.py; a drawer hangs on a printer instead."""
    return [name for name in profile_names() if hasattr(module_of(name), "build")]


def module_of(profile: str) -> Any:
    """The module of the driver that a profile names."""
    return import_module(f"drivers.{load_profile(profile).driver}")


def driver_of(profile: str) -> Driver:
    """The profile's driver as a gateway would build it."""
    return build_driver(load_profile(profile), {})


def unasked_vectors() -> list[Vector]:
    """Every golden vector that says what a driver hears in some bytes, whatever went before.

    What answers a request is fed by its kind's own tests.
    """
    return [vector for vector in _all_vectors() if "readings" in vector and "request" not in vector]


def _all_vectors() -> list[Vector]:
    files = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(VECTORS.glob("*.json"))]
    return [vector for vectors in files for vector in vectors]


@cache
def frames_for(profile: str) -> list[bytes]:
    """What the golden vectors of this profile's driver put on the wire."""
    driver = load_profile(profile).driver
    heard = [vector for vector in _all_vectors() if "readings" in vector]
    same = [vector for vector in heard if load_profile(vector["profile"]).driver == driver]
    return sorted({bytes.fromhex(vector["wire_hex"]) for vector in same})
