"""Any bytes at all: no exception, bounded memory, and no scan that nobody sent."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from drivers.messages import Misread, Scan
from drivers.scanner.hid import EV_KEY, INPUT_EVENT, HidOptions, HidScanner
from drivers.scanner.layout import KEY_CODES, load_layout
from drivers.scanner.scan_buffer import MAX_SCAN_CHARS
from drivers.scanner.serial import SerialOptions, SerialScanner

ENTER = KEY_CODES["enter"]
portions = st.lists(st.binary(max_size=200), max_size=30)
serial_options = st.builds(
    SerialOptions,
    terminator=st.sampled_from(["cr", "lf", "crlf", "tab", "either"]),
    encoding=st.sampled_from(["ascii", "utf-8", "gbk"]),
    max_chars=st.integers(1, 40),
    aim_id=st.booleans(),
    unterminated=st.sampled_from(["refuse", "accept"]),
)
key_events = st.tuples(
    st.integers(0, 10**6), st.sampled_from([0, 1, 1, 1, 4, 17]), st.integers(0, 255), st.integers(-1, 2)
)


@given(serial_options, portions)
def test_serial_hears_only_whole_clean_lines(options: SerialOptions, chunks: list[bytes]) -> None:
    driver = SerialScanner(options)
    heard = [item for chunk in chunks for item in driver.receive(chunk)] + driver.quiet()
    wire = b"".join(chunks)
    for item in heard:
        assert isinstance(item, Scan | Misread)
        if isinstance(item, Scan):
            assert 1 <= len(item.text) <= options.max_chars
            assert item.text.encode(options.encoding) in wire
            assert "\x00" not in item.text
            assert not set(item.text) & set("\r\n\t")
    assert len(driver._line) <= 4 * options.max_chars + 2


@given(portions)
def test_hid_survives_any_bytes(chunks: list[bytes]) -> None:
    driver = HidScanner(HidOptions())
    for chunk in chunks:
        for item in driver.receive(chunk):
            assert isinstance(item, Scan | Misread)
    assert len(driver._partial) < INPUT_EVENT.size


@given(st.lists(key_events, max_size=300))
def test_hid_types_only_what_was_pressed(events: list[tuple[int, int, int, int]]) -> None:
    driver = HidScanner(HidOptions(max_chars=20, max_gap_ms=5000))
    typed = {char for pair in load_layout("us").values() for char in pair} | {"\x1d"}
    for at_ms, kind, code, value in events:
        wire = INPUT_EVENT.pack(at_ms // 1000, at_ms % 1000 * 1000, kind, code, value)
        for item in driver.receive(wire):
            assert not isinstance(item, Scan) or kind == EV_KEY
            if isinstance(item, Scan):
                assert code in {ENTER, KEY_CODES["kp_enter"]}
                assert value == 1
                assert set(item.text) <= typed | {chr(n) for n in range(128)}
                assert len(item.text) <= 20


def test_a_flood_without_terminator_stays_bounded() -> None:
    driver = SerialScanner(SerialOptions(max_chars=64))
    for _ in range(200):
        assert driver.receive(b"9" * 1000) == []
    assert len(driver._line) <= 4 * 64 + 2
    assert [item.reason for item in driver.receive(b"\r") if isinstance(item, Misread)] == ["too_long"]


def test_the_longest_scan_fits_a_frame() -> None:
    driver = SerialScanner(SerialOptions(max_chars=MAX_SCAN_CHARS))
    (scan,) = driver.receive(b"7" * MAX_SCAN_CHARS + b"\r")
    assert isinstance(scan, Scan)
    assert len(scan.raw_hex) == 2 * MAX_SCAN_CHARS
