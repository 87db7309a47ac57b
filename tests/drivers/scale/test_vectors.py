"""What each scale wire says in its golden vectors, and asks; tests/conformance feeds them in every manner."""

from __future__ import annotations

from typing import Any, cast

import pytest

from drivers.base import build_driver
from drivers.messages import Weight
from drivers.profile import load_profile, profile_names
from drivers.scale.contract import Scale
from drivers.scale.wire_scale import RESTS_AFTER
from tests.drivers.scale.wires import WIRES
from tests.drivers.wire import plain, vectors


@pytest.mark.parametrize("wire", WIRES)
def test_a_vector_says_every_kind_of_thing(wire: str) -> None:
    """A wire's vectors are worth nothing without a stable weight, and one that is not."""
    readings = [reading for vector in vectors(f"scale_{wire}") for reading in vector["readings"]]
    assert any(reading["stable"] for reading in readings)
    assert any(not reading["stable"] for reading in readings)


def scale(profile: str) -> Scale:
    return cast(Scale, build_driver(load_profile(f"scale/{profile}"), {}))


KEYS = [
    ("toledo_8217", "zero", "5a", "d7"),
    ("toledo_8217", "tare", "d48d", "d7"),
    ("toledo_8217", "clear_tare", "c3", "d7"),
    ("aclas_os2x", "tare", "3c544b3e09", "05"),
    ("aclas_os2x", "zero", "3c5a4b3e09", "05"),
    ("nci_ecr_8n1", "zero", "5a0d", "570d"),
    ("mt_sics", "zero", "5a0d0a", "53490d0a"),
    ("mt_sics", "tare", "540d0a", "53490d0a"),
    ("mt_sics", "clear_tare", "5441430d0a", "53490d0a"),
    ("adam_cpwplus", "zero", "5a0d0a", "470d0a"),
    ("adam_cpwplus", "tare", "540d0a", "470d0a"),
]


@pytest.mark.parametrize(("profile", "act", "key_hex", "question_hex"), KEYS)
def test_a_key_goes_once_with_the_next_poll(profile: str, act: Any, key_hex: str, question_hex: str) -> None:
    driver = scale(profile)
    assert driver.command(act)
    assert driver.command(act)
    assert driver.poll().hex() == key_hex
    assert driver.poll().hex() == question_hex


@pytest.mark.parametrize("profile", ["cas_ap1", "dialog06", "cas_stream", "epelsa", "cn6_kg", "adam"])
def test_a_wire_without_keys_says_so(profile: str) -> None:
    driver = scale(profile)
    asked = driver.poll()
    driver.reset()
    assert not driver.command("zero")
    assert driver.poll() == asked


def test_a_key_does_not_outlive_its_link() -> None:
    driver = scale("toledo_8217")
    driver.command("zero")
    driver.reset()
    assert driver.poll().hex() == "d7"


def test_cas_asks_for_the_weight_only_when_the_scale_is_ready() -> None:
    driver = scale("cas_ap1")
    asked = [driver.poll()]
    for answer in (b"\x06", b"", b"\x15", b"\x06"):
        driver.receive(answer)
        asked.append(driver.poll())
    assert asked == [b"\x05", b"\x11", b"\x05", b"\x05", b"\x11"]


def test_a_dialog_goes_through_price_weight_and_status() -> None:
    driver = build_driver(load_profile("scale/dialog06"), {"parity": "none"})
    price, weight, status = b"\x04\x0201\x1b001000\x1b\x03", b"\x04\x05", b"\x04\x0208\x03"
    asked = [driver.poll()]
    for answer in (b"\x06", b"\x15", b"\x0209\x1b20\x03", b"\x15", b"\x0209\x1b02\x03"):
        driver.receive(answer)
        asked.append(driver.poll())
    assert asked == [price, weight, status, weight, status, price]


def test_silence_begins_a_line_unless_it_broke_one() -> None:
    driver = scale("adam")
    driver.quiet()
    assert plain(driver.receive(b"1.250kg\r\n"))[0]["value"] == "1.250"
    driver.receive(b"1")
    driver.quiet()
    assert driver.receive(b"2.345kg\r\n") == []


@pytest.mark.parametrize("name", [name for name in profile_names() if name.startswith("scale/")])
def test_a_poll_never_sounds_like_a_weight(name: str) -> None:
    """A line that echoes what it is asked must not weigh anything."""
    driver = build_driver(load_profile(name), {})
    heard = [item for _ in range(6) for item in driver.receive(driver.poll())]
    assert not [item for item in heard if isinstance(item, Weight)]


def resting(driver: Scale, readings: int) -> Scale:
    for _ in range(readings):
        driver.receive(b"\x0200.000\r")
    return driver


def plain_toledo() -> Scale:
    return cast(Scale, build_driver(load_profile("scale/toledo_8217"), {"parity": "none"}))


def test_a_scale_at_rest_is_asked_half_as_often_until_something_lies_on_it() -> None:
    driver = resting(plain_toledo(), RESTS_AFTER - 1)
    assert driver.poll_s == pytest.approx(0.2)
    resting(driver, 1)
    assert driver.poll_s == pytest.approx(0.4)
    driver.receive(b"\x0200.250\r")
    assert driver.poll_s == pytest.approx(0.2)


def test_a_scale_that_was_away_is_asked_as_often_as_ever() -> None:
    driver = resting(plain_toledo(), RESTS_AFTER)
    driver.reset()
    assert driver.poll_s == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("profile", "preset_hex"),
    [
        ("toledo_8217", "d4303030b430" + "8d"),
        ("mt_sics", b"TA 0.040 kg\r\n".hex()),
        ("mt_sics_gram", b"TA 40 g\r\n".hex()),
    ],
)
def test_a_known_tare_goes_once_with_the_next_poll(profile: str, preset_hex: str) -> None:
    driver = scale(profile)
    asked = driver.poll()
    assert driver.preset(40)
    assert driver.preset(40)
    assert driver.poll().hex() == preset_hex
    assert driver.poll() == asked


@pytest.mark.parametrize(
    "profile", ["cas_ap1", "aclas_os2x", "cas_stream", "epelsa", "cn6_kg", "adam", "nci_ecr"]
)
def test_a_wire_that_cannot_be_told_a_tare_says_so(profile: str) -> None:
    driver = scale(profile)
    asked = driver.poll()
    driver.reset()
    assert not driver.preset(40)
    assert driver.poll() == asked


def said_of(driver: Scale, *frames: bytes) -> list[tuple[Any, Any, Any]]:
    """Value, net and tare of what each frame says."""
    heard = [weight for frame in frames for weight in driver.receive(frame)]
    return [(str(w.value), w.net, w.tare and str(w.tare)) for w in heard if isinstance(w, Weight)]


def test_a_toledo_is_net_by_what_it_was_told_until_it_says_gross() -> None:
    driver = plain_toledo()

    def said(driver: Scale, *frames: bytes) -> list[tuple[Any, Any, Any]]:
        """Each frame as the answer to a poll."""
        return [one for frame in frames if driver.poll() for one in said_of(driver, frame)]

    net, gross, moving = b"\x0200.460N\r", b"\x0200.500\r", b"\x02?a\r"
    assert said(driver, net) == [("0.460", True, None)]  # tared by its own key
    driver.preset(40)
    assert said(driver, gross, net, moving) == [  # the first was asked for before the tare was told
        ("0.500", False, None),
        ("0.460", True, "0.040"),
        ("None", True, "0.040"),
    ]
    assert said(driver, gross, net) == [("0.500", False, None), ("0.460", True, None)]
    driver.preset(40)
    assert said(driver, gross, gross, gross, net)[-1] == ("0.460", True, None)  # it never took it
    driver.preset(40)
    driver.command("tare")
    assert said(driver, net) == [("0.460", True, None)]


def test_an_answer_on_its_way_is_net_by_the_tare_it_was_asked_with() -> None:
    driver = plain_toledo()
    driver.preset(100)
    for _ in ("the tare", "the question"):
        driver.poll()
    driver.preset(250)
    assert said_of(driver, b"\x0200.900N\r") == [("0.900", True, "0.100")]
    for _ in ("the tare", "the question"):
        driver.poll()
    assert said_of(driver, b"\x0200.750N\r") == [("0.750", True, "0.250")]


def test_the_tare_told_last_is_the_one_that_counts() -> None:
    driver = scale("toledo_8217")
    for tare_g in (100, 250, 100):
        driver.preset(tare_g)
    assert [driver.poll() for _ in range(4)][2] == plain_key(b"T00100\r")


def plain_key(key: bytes) -> bytes:
    """A key as an even-parity wire carries it."""
    return bytes(byte | (byte.bit_count() % 2) << 7 for byte in key)


def test_a_toledo_that_shows_hundredths_is_told_no_tare() -> None:
    driver = cast(Scale, build_driver(load_profile("scale/toledo_8217"), {"parity": "none", "max_kg": 200}))
    assert said_of(driver, b"\x02012.50\r")
    assert not driver.preset(40)


def test_a_dialog_brings_the_tare_down_with_each_price() -> None:
    driver = cast(Scale, build_driver(load_profile("scale/dialog06"), {"parity": "none"}))
    plain_price, tared_price = b"\x04\x0201\x1b001000\x1b\x03", b"\x04\x0203\x1b001000\x1b0040\x03"
    answer = b"\x0202\x1b3\x1b%05d\x1b001000\x1b%06d\x03"
    assert driver.poll() == plain_price
    assert said_of(driver, answer % (500, 500)) == [("0.500", None, None)]
    assert driver.preset(40)
    assert driver.poll() == tared_price
    assert said_of(driver, b"\x0209\x1b21\x03") == [("0.460", True, "0.040")]  # it would not weigh it again
    assert said_of(driver, answer % (460, 460)) == [("0.460", True, "0.040")]
    assert driver.command("clear_tare")
    assert driver.poll() == plain_price
    assert said_of(driver, answer % (500, 500)) == [("0.500", None, None)]
    assert not driver.command("zero")
