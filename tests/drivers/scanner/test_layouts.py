"""Keyboard layouts and the ways of GS are data: each is whole, and a wrong name is told."""

from __future__ import annotations

from importlib import resources

import pytest

from drivers.base import build_driver
from drivers.profile import ProfileError, load_profile
from drivers.scanner.layout import KEYPAD_DIGITS, load_layout

LAYOUTS = sorted(
    entry.name.removesuffix(".toml")
    for entry in resources.files("drivers.scanner.layouts").iterdir()
    if entry.name.endswith(".toml")
)
CODE_CHARS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-./:?=&%"


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_types_what_codes_are_made_of(name: str) -> None:
    layout = load_layout(name)
    typed = {char for chars in layout.values() for char in chars}
    assert set(CODE_CHARS) <= typed
    assert all(len(chars) in (0, 2, 3) for chars in layout.values())
    assert all(layout[code][0] == str(digit) for code, digit in KEYPAD_DIGITS.items())


@pytest.mark.parametrize("name", LAYOUTS)
def test_no_character_stands_on_two_keys_but_the_keypads(name: str) -> None:
    keypad = {*KEYPAD_DIGITS, 55, 74, 78, 83, 98}
    chars = [char for code, pair in load_layout(name).items() if code not in keypad | {57} for char in pair]
    assert sorted(chars) == sorted(set(chars))


@pytest.mark.parametrize(
    "options",
    [{"layout": "xx"}, {"layout": "../us"}, {"gs_substitute": "||"}, {"group_separator": "f9"}],
)
def test_a_wrong_option_is_told(options: dict[str, str]) -> None:
    with pytest.raises(ProfileError) as wrong:
        build_driver(load_profile("scanner/generic_hid"), options)
    assert wrong.value.code == "profile.options_invalid"
