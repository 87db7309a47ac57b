"""Drawers on a trigger box of their own."""

from __future__ import annotations

from typing import Any

import pytest

from drivers.drawer.serial_trigger import build
from drivers.profile import ProfileError, load_profile
from tests.drivers.wire import vectors


@pytest.mark.parametrize("vector", vectors("drawer_trigger"), ids=lambda vector: vector["name"])
def test_the_kick_is_the_profiles(vector: dict[str, Any]) -> None:
    assert build(load_profile(vector["profile"]), vector["options"]).kick().hex() == vector["kick_hex"]


@pytest.mark.parametrize("kick", ["", "店", "x" * 17])
def test_what_is_no_kick_is_refused(kick: str) -> None:
    with pytest.raises(ProfileError, match=r"profile\.options_invalid.*kick"):
        build(load_profile("drawer/trigger_bel"), {"kick": kick})


def test_whatever_the_line_says_means_nothing() -> None:
    assert build(load_profile("drawer/trigger_bel"), {}).receive(bytes(range(256))) == []
