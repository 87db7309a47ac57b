"""A frame with a bit or a byte wrong is no other weight; tests/conformance feeds any bytes at all."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.base import build_driver
from drivers.messages import Weight
from drivers.profile import load_profile, profile_names
from drivers.scale.parity import dress, undress
from drivers.scale.wire_scale import MAX_TAIL_BYTES, WireScale
from tests.drivers.wire import driver_for, feed, vectors

PROFILES = [name for name in profile_names() if name.startswith("scale/")]
# What a checksum or a parity bit guards: one changed bit is one reading less, never another one.
GUARDED = [
    ("cas_os2x", {}),
    ("toledo_8217", {}),
    ("dialog06", {}),
    ("nci_ecr", {"parity": "even"}),
]


@pytest.mark.parametrize(("wire", "options"), GUARDED)
@given(data=st.data())
def test_one_changed_bit_is_never_another_weight(wire: str, options: dict[str, Any], data: Any) -> None:
    index = 1 if wire == "nci_ecr" else 0
    vector = vectors(f"scale_{wire}")[index]
    frame = bytearray.fromhex(vector["wire_hex"])
    bit = data.draw(st.integers(0, len(frame) * 8 - 1))
    frame[bit // 8] ^= 1 << bit % 8
    driver = driver_for({**vector, "options": options})
    truth = vector["readings"][0]["value"]
    for item in feed(driver, bytes(frame)):
        assert isinstance(item, Weight)
        assert str(item.value) == truth


@pytest.mark.parametrize("wire", ["toledo_8217", "cas_os2x", "dialog06", "cas_stream", "mt_sics"])
@given(data=st.data())
def test_a_lost_byte_is_never_another_weight(wire: str, data: Any) -> None:
    vector = vectors(f"scale_{wire}")[0]
    frame = bytearray.fromhex(vector["wire_hex"])
    del frame[data.draw(st.integers(0, len(frame) - 1))]
    for item in feed(driver_for(vector), bytes(frame)):
        assert isinstance(item, Weight)
        assert str(item.value) == vector["readings"][0]["value"]


@pytest.mark.parametrize("profile", PROFILES)
def test_a_flood_stays_bounded(profile: str) -> None:
    driver = build_driver(load_profile(profile), {})
    assert isinstance(driver, WireScale)
    for _ in range(20):
        driver.receive(b"\x02\xff9" * 300)
        driver.command("zero")
    assert len(driver._tail) <= MAX_TAIL_BYTES
    assert len(driver._pressed) <= 1


@given(st.binary(max_size=50).map(lambda data: bytes(byte & 0x7F for byte in data)))
def test_parity_goes_on_and_comes_off(data: bytes) -> None:
    for parity in ("even", "odd"):
        dressed = dress(data, parity)
        assert bytes(undress(byte, parity) or 0 for byte in dressed) == data
        assert all(undress(byte ^ 0x10, parity) is None for byte in dressed)
