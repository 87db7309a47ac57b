"""Customer displays: golden bytes, nothing sent twice, and lines that always fit whatever is asked for."""

from __future__ import annotations

from typing import Any, cast

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.base import build_driver
from drivers.display.contract import CustomerDisplay
from drivers.display.lines import fit
from drivers.messages import Show
from drivers.profile import ProfileError, load_profile, profile_names
from tests.drivers.wire import vectors

TEXT_PROFILES = [name for name in profile_names() if name.startswith("display/") and "led8n" not in name]
# Bytes around one line of twenty cells, by the wire's own manual.
FRAMES = {
    "display.cd5220": (b"\x1bQA", b"\r", b"\x1bQB", b"\r"),
    "display.epson_dmd": (b"\x1f$\x01\x01", b"", b"\x1f$\x01\x02", b""),
    "display.aedex": (b"!#1", b"\r", b"!#2", b"\r"),
    "display.utc": (b"\x1buA", b"\r", b"\x1buB", b"\r"),
    "display.logic_controls": (b"\x10\x00", b"", b"\x10\x14", b""),
}
lines = st.text(max_size=60) | st.text(st.sampled_from("可乐a1 \t¥￥\x1b\r\x0c𠮷é"), max_size=30)
shows = st.builds(
    Show,
    device_id=st.just("d"),
    upper=lines,
    lower=lines,
    upper_plain=lines,
    lower_plain=lines,
    amount_fen=st.none() | st.integers(-(10**12), 10**12),
    lamp=st.sampled_from([None, "price", "total", "collect", "change"]),
)


def display(profile: str, **options: Any) -> CustomerDisplay:
    return cast(CustomerDisplay, build_driver(load_profile(profile), options))


def show(**fields: Any) -> Show:
    return msgspec.convert({"device_id": "d", **fields}, Show)


@pytest.mark.parametrize("vector", vectors("display"), ids=lambda vector: vector["name"])
def test_sends_the_golden_bytes(vector: dict[str, Any]) -> None:
    driver = display(vector["profile"], **vector["options"])
    sent = [driver.wake(), *(driver.show(show(**shown)) for shown in vector["shows"])]
    assert [part.hex() for part in sent] == vector["wire_hex"]


@pytest.mark.parametrize("vector", vectors("display"), ids=lambda vector: vector["name"])
def test_a_new_link_is_shown_everything_again(vector: dict[str, Any]) -> None:
    driver = display(vector["profile"], **vector["options"])
    first = show(**vector["shows"][0])
    sent = driver.show(first)
    assert sent
    assert driver.show(first) == b""
    driver.reset()
    assert driver.show(first) == sent


@pytest.mark.parametrize("profile", TEXT_PROFILES)
@given(first=shows, second=shows)
def test_every_line_is_twenty_cells_in_its_frame_and_nothing_else(
    profile: str, first: Show, second: Show
) -> None:
    driver = display(profile)
    upper_head, upper_tail, lower_head, lower_tail = FRAMES[load_profile(profile).driver]
    whole = driver.show(first)
    upper = whole[len(upper_head) : len(upper_head) + 20]
    lower = whole[len(whole) - len(lower_tail) - 20 : len(whole) - len(lower_tail)]
    assert whole == upper_head + upper + upper_tail + lower_head + lower + lower_tail
    for line in (upper, lower):
        line.decode("gbk")
        assert all(byte >= 0x20 and byte != 0x7F for byte in line)
    again = driver.show(second)
    assert len(again) in {0, len(whole) // 2, len(whole)}


@given(shows)
def test_a_price_display_is_sent_only_digits_and_lamps(frame: Show) -> None:
    sent = display("display/led8n").show(frame)
    amount, _, lamps = sent.rpartition(b"\x02L")
    assert len(lamps) == 4
    assert lamps.count(b"1") == (frame.lamp is not None)
    if frame.amount_fen is None:
        assert amount == b"\x0c"
        return
    assert amount.startswith(b"\x1bQA")
    assert amount.endswith(b"\r")
    digits = amount[3:-1].decode()
    assert set(digits) <= set("0123456789.-")
    assert len(digits.replace(".", "")) <= 8
    if digits != "--------":
        assert round(float(digits) * 100) == frame.amount_fen


@given(st.lists(st.binary(max_size=40), max_size=10), st.sampled_from([*TEXT_PROFILES, "display/led8n"]))
def test_whatever_a_display_says_is_no_reading(chunks: list[bytes], profile: str) -> None:
    driver = display(profile)
    assert [heard for chunk in chunks for heard in driver.receive(chunk)] == []
    assert driver.quiet() == []
    assert driver.poll() == b""


FITTED = [
    ("ABC", "ascii", b"ABC     "),
    ("ABCDEFGHIJ", "ascii", b"ABCDEFGH"),
    ("ABCDEF\t1.00", "ascii", b"ABC 1.00"),
    ("\t1.00", "ascii", b"    1.00"),
    ("A\t123456789", "ascii", b"12345678"),
    ("a可乐b", "gbk", "a可乐b  ".encode("gbk")),
    ("可可可可可", "gbk", "可可可可".encode("gbk")),
    ("a可可可可", "gbk", "a可可可 ".encode("gbk")),
]


@pytest.mark.parametrize(("line", "charset", "fitted"), FITTED)
def test_lines_are_cut_by_cells_and_the_right_edge_keeps_its_place(
    line: str, charset: Any, fitted: bytes
) -> None:
    assert fit(line, 8, charset) == fitted


def test_the_profile_decides_between_two_wires_that_look_alike() -> None:
    frame = show(upper="Cola\t3.50", lower="TOTAL\t3.50", amount_fen=350, lamp="total")
    assert display("display/cd5220").show(frame).startswith(b"\x1bQACola")
    assert display("display/led8n").show(frame) == b"\x1bQA3.50\r\x02L0100"


def test_a_brightness_that_no_display_has_is_refused() -> None:
    with pytest.raises(ProfileError) as refused:
        display("display/cd5220", brightness=9)
    assert refused.value.code == "profile.options_invalid"
