"""Noise and silence on a scanner's wire; tests/conformance feeds the golden vectors in every manner."""

from __future__ import annotations

import random

import pytest

from tests.drivers.wire import driver_for, plain, vectors

ALL = [*vectors("scanner_hid"), *vectors("scanner_serial")]


@pytest.mark.parametrize("seed", range(20))
def test_noise_before_a_serial_scan_spoils_at_most_one_reading(seed: int) -> None:
    rng = random.Random(seed)
    vector = vectors("scanner_serial")[0]
    driver = driver_for(vector)
    noise = bytes(rng.choice(b"\x00\x01\x80\xfe\xff\x7f\x0b") for _ in range(rng.randint(1, 30)))
    heard = plain(driver.receive(noise + b"6901234567892\r" + b"6920152400777\r"))
    assert [reading["type"] for reading in heard] == ["misread", "scan"]
    assert heard[1]["text"] == "6920152400777"


def test_noise_then_silence_does_not_touch_the_next_scan() -> None:
    driver = driver_for(vectors("scanner_serial")[0])
    assert driver.receive(b"\xff\x0069") == []
    assert [reading["reason"] for reading in plain(driver.quiet())] == ["garbled"]
    assert [reading["text"] for reading in plain(driver.receive(b"6901234567892\r"))] == ["6901234567892"]


def test_silence_is_not_a_reading() -> None:
    for vector in ALL:
        driver = driver_for(vector)
        assert driver.quiet() == []
        assert driver.poll() == b""
