"""Which device is which: out of sysfs, and never a guess between two alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.gateway.identity import (
    Identity,
    IdentityRefused,
    IdentityRegister,
    find_node,
    present_identities,
    read_identity,
)
from drivers.gateway.links.url import parse_link_url
from tests.drivers.gateway.sysfs import Sysfs

A = Identity(serial="usb:1a86:7523:A1", port="port:1-1")
B = Identity(serial="usb:1a86:7523:A1", port="port:1-2")


@pytest.mark.parametrize(
    ("serial", "value"),
    [("AB12", "usb:1a86:7523:AB12"), (None, "port:1-1.4"), ("0001", "port:1-1.4"), ("", "port:1-1.4")],
)
def test_serial_number_else_port(tmp_path: Path, serial: str | None, value: str) -> None:
    Sysfs(tmp_path).tty("ttyUSB0", "1-1.4", serial)
    identity = read_identity(parse_link_url("serial:///dev/ttyUSB0", {}), tmp_path)
    assert identity.value == value
    assert identity.is_called("port:1-1.4")


def test_what_has_no_hardware_has_no_identity(tmp_path: Path) -> None:
    assert read_identity(parse_link_url("serial:///dev/pts/3", {}), tmp_path).value == ""
    assert not Identity().is_called("")
    assert read_identity(parse_link_url("tcp://10.0.0.5:9100", {})).value == "tcp:10.0.0.5:9100"


def test_two_alike_are_refused_both_until_a_person_pins_them() -> None:
    register = IdentityRegister()
    register.claim("one", A, "")
    with pytest.raises(IdentityRefused) as refused:
        register.claim("two", B, "")
    assert refused.value.code == "identity.taken"
    register.release("one")
    with pytest.raises(IdentityRefused) as refused:
        register.claim("one", A, "")
    assert refused.value.code == "identity.ambiguous"
    pinned = IdentityRegister()
    assert pinned.claim("one", A, "port:1-1") == "port:1-1"
    assert pinned.claim("two", B, "port:1-2") == "port:1-2"


def test_a_look_alike_on_reconnect_is_refused() -> None:
    register = IdentityRegister()
    register.claim("one", Identity(port="port:1-1"), "")
    register.release("one")
    with pytest.raises(IdentityRefused) as refused:
        register.claim("one", Identity(port="port:1-2"), "")
    assert refused.value.code == "identity.differs"
    assert register.claim("one", Identity(port="port:1-1"), "") == "port:1-1"


def test_a_pin_that_does_not_fit_is_refused() -> None:
    with pytest.raises(IdentityRefused) as refused:
        IdentityRegister().claim("one", A, "port:9-9")
    assert refused.value.code == "identity.differs"


def test_devices_without_identity_never_collide() -> None:
    register = IdentityRegister()
    assert register.claim("one", Identity(), "") == register.claim("two", Identity(), "") == ""


def test_the_two_lines_of_one_adapter_are_two_devices(tmp_path: Path) -> None:
    sysfs = Sysfs(tmp_path)
    sysfs.tty("ttyUSB0", "1-1", "FT1", interface="00")
    sysfs.tty("ttyUSB1", "1-1", "FT1", interface="01")
    assert [one.value for one in present_identities("serial", tmp_path)] == [
        "usb:1a86:7523:FT1",
        "usb:1a86:7523:FT1#01",
    ]
    assert find_node("serial", "port:1-1#01", tmp_path) == "/dev/ttyUSB1"


def test_a_scanner_is_found_by_the_node_that_types(tmp_path: Path) -> None:
    sysfs = Sysfs(tmp_path)
    sysfs.keyboard("event4", "1-2", "S1")
    sysfs.keyboard("event5", "1-2", "S1", keys="1f 0 0 0")
    assert find_node("hid", "usb:1a86:7523:S1", tmp_path) == "/dev/input/event4"
    assert find_node("hid", "usb:1a86:7523:S2", tmp_path) is None


def test_of_two_alike_none_is_found(tmp_path: Path) -> None:
    sysfs = Sysfs(tmp_path)
    sysfs.tty("ttyUSB0", "1-1", "TWIN")
    sysfs.tty("ttyUSB1", "1-2", "TWIN")
    assert find_node("serial", "usb:1a86:7523:TWIN", tmp_path) is None
    assert find_node("serial", "port:1-2", tmp_path) == "/dev/ttyUSB1"


def test_what_was_learned_before_a_restart_holds_after_it() -> None:
    register = IdentityRegister()
    with pytest.raises(IdentityRefused) as refused:
        register.claim("one", Identity(port="port:1-2"), "", "port:1-1")
    assert refused.value.code == "identity.differs"
    assert register.claim("one", Identity(port="port:1-1"), "", "port:1-1") == "port:1-1"


def test_a_usb_printer_is_known_by_its_serial_number_and_found_by_it(tmp_path: Path) -> None:
    Sysfs(tmp_path).printer("lp0", "1-3", "P00042")
    identity = read_identity(parse_link_url("usb:///dev/usb/lp0", {}), tmp_path)
    assert identity == Identity(serial="usb:1a86:7523:P00042", port="port:1-3")
    assert find_node("usb", "port:1-3", tmp_path) == "/dev/usb/lp0"


def test_two_usb_printers_whose_nodes_were_swapped_are_told_apart(tmp_path: Path) -> None:
    sysfs = Sysfs(tmp_path)
    sysfs.printer("lp0", "1-2", "P2")
    sysfs.printer("lp1", "1-1")
    assert find_node("usb", "usb:1a86:7523:P2", tmp_path) == "/dev/usb/lp0"
    assert find_node("usb", "port:1-1", tmp_path) == "/dev/usb/lp1"
