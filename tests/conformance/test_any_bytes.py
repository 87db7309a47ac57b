"""Any bytes at all, for every driver: no exception, bounded memory, and nothing heard that nobody sent."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.base import Driver, Heard, PrintConfirmed
from drivers.messages import Scan, Weight
from drivers.profile import load_profile
from drivers.scale.parity import undress
from tests.conformance.bulk import bulk
from tests.conformance.shipped import driver_of, frames_for, listening_profiles

PROFILES = listening_profiles()
LARGEST_BULK = 32 * 1024
FLOOD_BYTES = 1024
GRAMS_IN: dict[str, Decimal] = {
    "kg": Decimal(1000),
    "g": Decimal(1),
    "lb": Decimal("453.59237"),
    "oz": Decimal("28.349523125"),
}


def hurt(frame: bytes, how: int) -> bytes:
    """A frame cut, doubled, or with one bit changed."""
    at = how % max(1, len(frame))
    flipped = frame[:at] + bytes([frame[at] ^ 1 << how % 8]) + frame[at + 1 :] if frame else b""
    return (frame, frame[:at], frame[at:], frame + frame, flipped)[how % 5]


def traffic(profile: str) -> st.SearchStrategy[list[bytes]]:
    """Random bytes, and this wire's golden frames, whole and hurt."""
    frames = frames_for(profile) or [b""]
    damaged = st.builds(hurt, st.sampled_from(frames), st.integers(0, 10_000))
    return st.lists(st.one_of(st.binary(max_size=60), st.sampled_from(frames), damaged), max_size=12)


@pytest.mark.parametrize("profile", PROFILES)
@settings(max_examples=15)
@given(data=st.data())
def test_nothing_is_heard_that_is_not_credible(profile: str, data: Any) -> None:
    driver = driver_of(profile)
    chunks = data.draw(traffic(profile))
    wire = bare(profile, b"".join(chunks))
    heard: list[Heard] = []
    for number, chunk in enumerate(chunks):
        heard += driver.receive(chunk)
        assert isinstance(driver.poll(), bytes)
        heard += driver.quiet() if number % 3 == 2 else []
    for item in heard + driver.quiet():
        check(item, profile, wire)
    assert bulk(driver) <= LARGEST_BULK
    driver.reset()
    assert bulk(driver) <= LARGEST_BULK


def bare(profile: str, wire: bytes) -> bytes:
    """The characters of the bytes whose parity holds."""
    parity = load_profile(profile).options.get("parity", "none")
    return bytes(char for byte in wire if (char := undress(byte, parity)) is not None)


def check(item: Heard, profile: str, wire: bytes) -> None:
    """A reading stands on the wire as it was sent, and within what such a device can say."""
    match item:
        case Weight():
            assert bytes.fromhex(item.raw_hex) in wire
            assert not (item.over and item.under)
            assert item.value is not None or not item.stable
            most_g = load_profile(profile).options["max_kg"] * 1000
            assert item.value is None or abs(item.value) * GRAMS_IN[item.unit] <= most_g
        case Scan():
            assert item.text
            assert all(char.isprintable() or char in "\x04\x1c\x1d\x1e\x1f" for char in item.text)
            assert load_profile(profile).driver == "scanner.hid" or bytes.fromhex(item.raw_hex) in wire
        case PrintConfirmed():
            assert item.mark in wire


def floods() -> list[bytes]:
    """What fills a buffer: one byte for ever, frames that begin and never end, plain noise."""
    dice = random.Random(0)
    begun = (b"9", b"\x02", b"\x1b", b"\xff", b"\x02\xff9", b"\x01\x02S ", b"\n ", b"\x37\x22", b"\x10")
    return [*(begin * (FLOOD_BYTES // len(begin)) for begin in begun), dice.randbytes(FLOOD_BYTES)]


def flooded(driver: Driver, times: int) -> int:
    """What a driver holds after so many floods."""
    for _ in range(times):
        for flood in floods():
            driver.receive(flood)
            driver.poll()
    return bulk(driver)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_flood_does_not_fill_a_driver(profile: str) -> None:
    driver = driver_of(profile)
    assert flooded(driver, 1) <= LARGEST_BULK
    assert flooded(driver, 3) <= LARGEST_BULK


class Hoarder:
    """A driver that forgets nothing."""

    quiet_s: float | None = None
    poll_s: float | None = None

    def __init__(self) -> None:
        self._all: list[bytearray] = [bytearray()]

    def receive(self, data: bytes) -> list[Heard]:
        self._all[0] += data
        return []

    def poll(self) -> bytes:
        return b""

    def quiet(self) -> list[Heard]:
        return []

    def reset(self) -> None: ...


def test_a_driver_that_hoards_is_found() -> None:
    assert flooded(Hoarder(), 4) > LARGEST_BULK
