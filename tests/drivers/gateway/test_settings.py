"""The settings file: what is wrong is said with a code and a place."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from drivers.gateway.backoff import SHORTEST_SHARE, Backoff
from drivers.gateway.links.url import LinkUrlError, parse_link_url
from drivers.gateway.settings import SettingsError, load_settings, read_token, resolve_devices

HEAD = """
gateway_id = "gw-1"
hub_url = "ws://127.0.0.1:8710/ws/gateway"
token_file = "token"
state_dir = "state"
"""


def device(name: str, profile: str, link: str) -> str:
    return f'[[devices]]\ndevice_id = "{name}"\nprofile = "{profile}"\nlink = "{link}"\n'


GOOD = (
    HEAD
    + device("scanner-1", "scanner/generic_hid", "hid:///dev/input/event3")
    + device("scanner-2", "scanner/generic_serial", "serial:///dev/ttyUSB0?baud=19200")
    + device("receipt-1", "printer/generic_58mm", "tcp://10.0.0.5:9100")
    + device("drawer-1", "drawer/pin3_low_open", "printer://receipt-1")
)


def write(folder: Path, text: str) -> Path:
    path = folder / "gateway.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_file_with_paths_beside_it(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, GOOD))
    assert settings.token_file == tmp_path / "token"
    devices = resolve_devices(settings)
    assert [one.profile.kind for one in devices] == ["scanner", "scanner", "printer", "drawer"]
    assert devices[1].url.number("baud", 1, 1, 99_999) == 19200
    assert devices[1].url.options["parity"] == "N"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("gateway_id = ", "settings.invalid"),
        (GOOD.replace("ws://", "http://"), "settings.invalid"),
        (GOOD + "colour = 1\n", "settings.invalid"),
        (GOOD.replace("generic_hid", "no_such"), "profile.unknown"),
        (GOOD.replace("hid:///dev", "ftp:///dev"), "link.url_invalid"),
        (GOOD.replace("hid:///dev", "usb:///dev"), "settings.link_invalid"),
        (GOOD.replace("tcp://10.0.0.5:9100", "file:///tmp/x"), "settings.link_invalid"),
        (
            GOOD.replace("tcp://10.0.0.5:9100", "file:///tmp/x").replace("generic_58mm", "file_58mm"),
            "settings.link_invalid",
        ),
        (GOOD.replace("10.0.0.5:9100", "10.0.0.5"), "link.url_invalid"),
        (GOOD.replace("scanner-2", "scanner-1"), "settings.device_twice"),
        (GOOD.replace("printer://receipt-1", "printer://receipt-2"), "settings.link_invalid"),
        (GOOD.replace("printer://receipt-1", "serial:///dev/ttyS0"), "settings.link_invalid"),
        (GOOD.replace("pin3_low_open", "trigger_bel"), "settings.link_invalid"),
        (
            GOOD.replace("pin3_low_open", "trigger_bel").replace("printer://receipt-1", "tcp://10.0.0.6:1"),
            "settings.link_invalid",
        ),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(SettingsError) as refused:
        resolve_devices(load_settings(write(tmp_path, text)))
    assert refused.value.code == code


def test_no_file_and_no_token_are_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"settings\.unreadable"):
        load_settings(tmp_path / "nothing.toml")
    with pytest.raises(SettingsError, match=r"settings\.token_unreadable"):
        read_token(tmp_path / "nothing")
    (tmp_path / "token").write_text("short\n")
    with pytest.raises(SettingsError, match=r"settings\.token_invalid"):
        read_token(tmp_path / "token")
    (tmp_path / "token").write_text("long-enough-token\n")
    assert read_token(tmp_path / "token") == "long-enough-token"


@pytest.mark.parametrize(
    "url", ["serial://ttyUSB0", "tcp://:9100", "tcp://host:notaport", "hid://x/y", "printer://"]
)
def test_a_wrong_link_is_refused(url: str) -> None:
    with pytest.raises(LinkUrlError):
        parse_link_url(url, {})


@pytest.mark.parametrize("baud", ["fast", "1", "-9600", "９６００", ""])
def test_a_number_out_of_bounds_is_refused(baud: str) -> None:
    with pytest.raises(LinkUrlError, match=r"link\.option_invalid"):
        parse_link_url("serial:///dev/ttyS0", {"baud": baud}).number("baud", 9600, 300, 921_600)


def test_a_word_that_is_none_of_the_set_is_refused() -> None:
    url = parse_link_url("serial:///dev/ttyS0?parity=X", {"parity": "N"})
    with pytest.raises(LinkUrlError, match=r"link\.option_invalid"):
        url.text("parity", "N", frozenset("NEO"))


def test_backoff_doubles_to_its_ceiling_and_starts_again() -> None:
    backoff = Backoff(0.25, 3.0, random.Random(7))
    waits = [backoff.next_s() for _ in range(8)]
    ceilings = [0.25, 0.5, 1.0, 2.0, 3.0, 3.0, 3.0, 3.0]
    shares = [wait / ceiling for wait, ceiling in zip(waits, ceilings, strict=True)]
    assert all(SHORTEST_SHARE <= share <= 1 for share in shares)
    assert len(set(waits[4:])) == 4
    backoff.reset()
    assert backoff.next_s() <= 0.25
