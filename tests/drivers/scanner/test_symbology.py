"""The AIM identifier of every shipped scanner profile: kept on the reading where it is sent, else unknown."""

from __future__ import annotations

from typing import Any

import pytest

from drivers.base import build_driver
from drivers.messages import Reading, Scan, decode_gateway_frame, encode
from drivers.profile import load_profile, profile_names
from hardware_sim.devices.scanners import KeyboardScanner, SerialScanner
from hardware_sim.layout import KEYBOARD_SCANNER, SERIAL_SCANNER

GS1 = "0106901234567892" + "10AB-1\x1d17261231"
CODES = {"6901234567892": "E0", "96385074": "E4", "S001-T01-7": "C0", GS1: "d2", "店里的二维码": "Q1"}
TELLING = {
    "scanner/generic_hid_aim": "f8",
    "scanner/generic_hid_alt": "alt_029",
    "scanner/generic_hid_substitute": "substitute",
    "scanner/generic_serial_aim": "\x1d",
    "scanner/generic_serial_substitute": "|",
    "scanner/generic_tcp_aim": "\x1d",
}
SILENT = {
    "scanner/generic_hid": "ctrl_right_bracket",
    "scanner/generic_serial": "\x1d",
    "scanner/generic_tcp": "\x1d",
}


class Nobody:
    """Whom a simulated device tells what it does, where nobody asks."""

    def __getattr__(self, _name: str) -> Any:
        return lambda *_: None


def heard(profile: str, code: str, gs: str, aim_id: bool) -> Scan:
    """What comes of one code at the hub's end of the wire."""
    nobody: Any = Nobody()
    if profile.startswith("scanner/generic_hid"):
        way: Any = gs
        frame, _ = KeyboardScanner(KEYBOARD_SCANNER.label, nobody, 1, lambda: 1_000_000, way, aim_id).frame(
            code
        )
    else:
        frame, _ = SerialScanner(SERIAL_SCANNER.label, nobody, 1, "\r\n", aim_id, gs).frame(code)
    (scan,) = build_driver(load_profile(profile), {}).receive(frame)
    assert isinstance(scan, Scan)
    sent = encode(Reading(device_id="s", boot_id="b", seq=1, age_ms=0, reading=scan))
    frame_at_hub = decode_gateway_frame(sent)
    assert isinstance(frame_at_hub, Reading)
    assert isinstance(frame_at_hub.reading, Scan)
    return frame_at_hub.reading


def test_every_scanner_profile_is_tried_here() -> None:
    shipped = {name for name in profile_names() if name.startswith("scanner/")}
    assert shipped == TELLING.keys() | SILENT.keys()


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("profile", TELLING)
def test_a_scanner_that_tells_the_symbol_is_believed(profile: str, code: str) -> None:
    if not code.isascii() and profile not in ("scanner/generic_serial_aim", "scanner/generic_tcp_aim"):
        code = "https://shop.example.cn/p/a-long-way-to-an-article"
    scan = heard(profile, code, TELLING[profile], aim_id=True)
    assert (scan.text, scan.symbology) == (code, CODES.get(code, "Q1"))


@pytest.mark.parametrize("code", [code for code in CODES if code.isascii()])
@pytest.mark.parametrize("profile", SILENT | TELLING)
def test_where_no_identifier_is_sent_the_symbol_is_unknown(profile: str, code: str) -> None:
    scan = heard(profile, code, (SILENT | TELLING)[profile], aim_id=False)
    assert (scan.text, scan.symbology) == (code, None)
