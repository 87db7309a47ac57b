"""Drawers on a printer's connector."""

from __future__ import annotations

import pytest

from drivers.drawer.printer_port import DrawerOptions, PrinterPortDrawer, build_drawer
from drivers.messages import DrawerPosition
from drivers.profile import ProfileError, load_profile


@pytest.mark.parametrize(
    ("pin", "queued", "at_once"), [(2, "1b700032c8", "1014010001"), (5, "1b700132c8", "1014010101")]
)
def test_the_kick(pin: int, queued: str, at_once: str) -> None:
    drawer = build_drawer(load_profile("drawer/pin3_low_open"), {"pin": pin})
    assert drawer.kick().hex() == queued
    assert drawer.kick_now().hex() == at_once


@pytest.mark.parametrize(("profile", "open_level"), [("pin3_low_open", False), ("pin3_high_open", True)])
def test_polarity_is_the_drawers(profile: str, open_level: bool) -> None:
    drawer = build_drawer(load_profile(f"drawer/{profile}"), {})
    assert drawer.feel(pin_high=open_level) == DrawerPosition(open=True)
    assert drawer.feel(pin_high=open_level) is None
    assert drawer.feel(pin_high=not open_level) == DrawerPosition(open=False)
    drawer.forget()
    assert drawer.feel(pin_high=not open_level) == DrawerPosition(open=False)


def test_calibration_overrides_the_profile() -> None:
    drawer = build_drawer(load_profile("drawer/pin3_low_open"), {"open_when": "high"})
    assert drawer.feel(pin_high=True) == DrawerPosition(open=True)


def test_a_drawer_without_a_switch_says_nothing() -> None:
    drawer = PrinterPortDrawer(DrawerOptions(open_when="unwired"))
    assert drawer.feel(pin_high=True) is None


def test_a_wrong_option_is_named() -> None:
    with pytest.raises(ProfileError, match=r"profile\.options_invalid.*pin"):
        build_drawer(load_profile("drawer/pin3_low_open"), {"pin": 3})
