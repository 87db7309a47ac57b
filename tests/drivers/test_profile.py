"""Profiles: every shipped one works; a wrong one says where."""

from __future__ import annotations

import pytest

from drivers.base import build_driver
from drivers.drawer.printer_port import build_drawer
from drivers.gateway.links.url import parse_link_url
from drivers.profile import ProfileError, load_profile, parse_profile, profile_names

GOOD = 'schema = 1\nkind = "scanner"\nmodel = "x"\ntitle = "X"\ndriver = "scanner.serial"\n'


@pytest.mark.parametrize("name", profile_names())
def test_every_shipped_profile_builds_its_driver(name: str) -> None:
    profile = load_profile(name)
    if profile.driver == "drawer.printer_port":
        build_drawer(profile, {})
    else:
        build_driver(profile, {})
    parse_link_url("serial:///dev/ttyUSB0", profile.link)


def test_two_profiles_each_are_shipped() -> None:
    drivers = [load_profile(name).driver for name in profile_names()]
    assert all(drivers.count(driver) >= 2 for driver in drivers)
    displays = ("aedex", "cd5220", "epson_dmd", "led8n", "logic_controls", "utc")
    others = {"scanner.hid", "scanner.serial", "printer.escpos", "printer.zpl", "printer.tspl"}
    others |= {
        "drawer.printer_port",
        "drawer.serial_trigger",
        "payment_terminal.ecr_card",
        "payment_terminal.pay_code",
    }
    assert {f"display.{name}" for name in displays} | others <= set(drivers)


def test_a_payment_terminal_says_whether_it_takes_cards_or_codes() -> None:
    profiles = [load_profile(name) for name in profile_names() if name.startswith("payment_terminal/")]
    assert {profile.ability for profile in profiles} == {"card", "code"}
    for profile in profiles:
        expected = "code" if profile.driver == "payment_terminal.pay_code" else "card"
        assert profile.ability == expected, profile.model


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("schema = ", "profile.not_toml"),
        (GOOD + "colour = 1\n", "profile.invalid"),
        (GOOD.replace('"scanner"', '"toaster"'), "profile.invalid"),
        (GOOD.replace("schema = 1", "schema = 2"), "profile.schema_unknown"),
        (GOOD.replace("scanner.serial", "os.path"), "profile.driver_invalid"),
        (GOOD.replace("scanner.serial", "printer.escpos"), "profile.kind_differs"),
        (GOOD + f'notes = "{"x" * 40_000}"\n', "profile.too_long"),
    ],
)
def test_a_wrong_profile_is_refused_with_a_code(text: str, code: str) -> None:
    with pytest.raises(ProfileError) as refused:
        parse_profile(text, "scanner/x")
    assert refused.value.code == code
    assert "scanner/x" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("scanner/no_such_model", "profile.unknown"),
        ("scanner/../printer/generic_58mm", "profile.name_invalid"),
        ("/etc/passwd", "profile.name_invalid"),
    ],
)
def test_a_wrong_name_is_refused(name: str, code: str) -> None:
    with pytest.raises(ProfileError) as refused:
        load_profile(name)
    assert refused.value.code == code


def test_a_driver_that_does_not_exist_is_named() -> None:
    profile = parse_profile(GOOD.replace("scanner.serial", "scanner.morse"), "scanner/x")
    with pytest.raises(ProfileError) as refused:
        build_driver(profile, {})
    assert refused.value.code == "profile.driver_unknown"


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(ProfileError) as refused:
        build_driver(load_profile("scanner/generic_hid"), {"layuot": "us"})
    assert refused.value.code == "profile.options_invalid"
