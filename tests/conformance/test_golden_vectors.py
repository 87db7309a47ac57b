"""Every golden vector of every driver, however its bytes arrive: whole, split, half, and among noise."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from drivers.profile import load_profile
from drivers.scanner.hid import INPUT_EVENT
from tests.conformance.shipped import Vector, frames_for, listening_profiles, unasked_vectors
from tests.drivers.wire import MANNERS, driver_for, feed, plain

ALL = unasked_vectors()
EV_REL, EV_MSC, EV_LED = 2, 4, 17
REPEATS = 40
Noise = Callable[[random.Random], bytes]


def name_of(vector: Vector) -> str:
    return str(vector["name"])


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("vector", ALL, ids=name_of)
def test_hears_what_the_vector_says(vector: Vector, manner: str) -> None:
    driver = driver_for(vector)
    heard = feed(driver, bytes.fromhex(vector["wire_hex"]), manner)
    assert plain(heard + driver.quiet()) == vector["readings"]


@pytest.mark.parametrize("vector", ALL, ids=name_of)
def test_a_new_link_forgets_what_was_half_heard(vector: Vector) -> None:
    driver = driver_for(vector)
    wire = bytes.fromhex(vector["wire_hex"])
    driver.receive(wire[: len(wire) // 3])
    driver.reset()
    assert plain(feed(driver, wire) + driver.quiet()) == vector["readings"]


@pytest.mark.parametrize("vector", ALL, ids=name_of)
def test_noise_before_a_frame_brings_nothing_that_nobody_sent(vector: Vector) -> None:
    """One frame may be lost with the noise before it; none may become another."""
    rng = random.Random(name_of(vector))
    driver, noise = driver_for(vector), noise_on(vector)
    said = [worth(reading) for reading in vector["readings"] if worth(reading)]
    found = []
    for _ in range(REPEATS):
        driver.reset()
        heard = feed(driver, noise(rng) + bytes.fromhex(vector["wire_hex"])) + driver.quiet()
        found += [worth(reading) for reading in plain(heard) if worth(reading)]
    assert [value for value in found if value not in said] == []
    assert len(found) >= REPEATS // 2 * (len(said) - 1)


def noise_on(vector: Vector) -> Noise:
    """What may come before a frame of this wire: a scanner's characters carry no check that it could fail."""
    driver = load_profile(vector["profile"]).driver
    return {"scanner.hid": stray_events, "scanner.serial": stray_controls}.get(driver, stray_bytes)


def stray_bytes(rng: random.Random) -> bytes:
    """A burst of anything."""
    return rng.randbytes(rng.randint(0, 12))


def stray_controls(rng: random.Random) -> bytes:
    """A burst of what no barcode carries."""
    return bytes(rng.choice(b"\x00\x01\x80\xfe\xff\x7f\x0b") for _ in range(rng.randint(0, 12)))


def stray_events(rng: random.Random) -> bytes:
    """Events of a composite device that are no keys."""
    kinds = [rng.choice([EV_REL, EV_MSC, EV_LED]) for _ in range(rng.randint(0, 6))]
    return b"".join(INPUT_EVENT.pack(0, 0, kind, rng.randint(0, 255), rng.randint(-9, 9)) for kind in kinds)


def worth(reading: Any) -> Any:
    """What would be sold by this reading; None for one that says why it is none."""
    return reading.get("text") or reading.get("value")


def test_every_wire_that_reads_has_vectors() -> None:
    readers = [name for name in listening_profiles() if name.startswith(("scanner/", "scale/"))]
    assert len(readers) > 20
    assert [name for name in readers if not frames_for(name)] == []
