"""Feeding drivers the same bytes in every way a link may deliver them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from drivers.base import Driver, Heard, build_driver
from drivers.profile import load_profile

VECTORS = Path(__file__).parents[1] / "vectors" / "drivers"
MANNERS = ("whole", "byte_at_a_time", "ragged_1", "ragged_2", "ragged_3")


def vectors(name: str) -> list[dict[str, Any]]:
    """The golden vectors of one file."""
    loaded: list[dict[str, Any]] = json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def portions(data: bytes, manner: str) -> Iterator[bytes]:
    """data in the portions of this manner; ragged ones come from the manner's own seed."""
    if manner == "whole":
        yield data
        return
    rng = random.Random(manner)
    at = 0
    while at < len(data):
        step = 1 if manner == "byte_at_a_time" else rng.randint(1, 40)
        yield data[at : at + step]
        at += step


def driver_for(vector: dict[str, Any]) -> Driver:
    """The driver a vector's profile and options describe."""
    return build_driver(load_profile(vector["profile"]), vector["options"])


def feed(driver: Driver, data: bytes, manner: str = "whole") -> list[Heard]:
    """Everything the driver hears in data."""
    return [heard for portion in portions(data, manner) for heard in driver.receive(portion)]


def plain(heard: list[Heard]) -> list[Any]:
    """Readings as plain JSON values, as vectors write them."""
    return [msgspec.to_builtins(item) for item in heard]
