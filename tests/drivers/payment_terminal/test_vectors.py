"""Every payment wire against its golden vectors, however the bytes arrive."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest

from drivers.messages import Pay, PayAct, PayAnswer
from tests.drivers.payment_terminal.wires import ALL, WIRES, asked, terminal
from tests.drivers.wire import MANNERS, feed, plain, vectors

NOISE = bytes(byte for byte in range(256) if byte not in b"\x02\n")


@pytest.mark.parametrize("vector", ALL, ids=lambda vector: vector["name"])
def test_asks_what_the_vector_asks(vector: dict[str, Any]) -> None:
    assert asked(vector)[1].hex() == vector["request_hex"]


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("vector", ALL, ids=lambda vector: vector["name"])
def test_hears_what_the_vector_says(vector: dict[str, Any], manner: str) -> None:
    driver, _ = asked(vector)
    heard = feed(driver, bytes.fromhex(vector["wire_hex"]), manner)
    assert plain(heard + driver.quiet()) == vector["readings"]
    assert driver.silence() == vector["silence"]


@pytest.mark.parametrize("vector", ALL, ids=lambda vector: vector["name"])
def test_hears_nothing_that_nobody_asked(vector: dict[str, Any]) -> None:
    driver, _ = asked(vector)
    driver.done()
    assert feed(driver, bytes.fromhex(vector["wire_hex"])) == []


@pytest.mark.parametrize("vector", ALL, ids=lambda vector: vector["name"])
def test_a_new_link_forgets_half_an_answer_and_the_request(vector: dict[str, Any]) -> None:
    driver, _ = asked(vector)
    wire = bytes.fromhex(vector["wire_hex"])
    driver.receive(wire[: len(wire) // 3])
    driver.reset()
    assert feed(driver, wire) == []
    driver.begin(msgspec.convert(vector["request"], Pay))
    assert plain(feed(driver, wire)) == vector["readings"]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("wire", WIRES)
def test_noise_before_an_answer_brings_no_other_one(wire: str, seed: int) -> None:
    vector = vectors(f"payment_{wire}")[0]
    rng = random.Random(f"{wire}/{seed}")
    for _ in range(40):
        driver, _ = asked(vector)
        noise = bytes(rng.choice(NOISE) for _ in range(rng.randint(0, 30)))
        end = b"\n" if wire == "pay_code" else b""
        assert plain(feed(driver, noise + end + bytes.fromhex(vector["wire_hex"]))) == vector["readings"]


def test_a_beginning_that_never_ends_hides_no_answer() -> None:
    vector = vectors("payment_ecr_card")[0]
    driver, _ = asked(vector)
    assert driver.receive(b"\x02\x09\x99" + bytes.fromhex(vector["wire_hex"])) == []
    assert plain(driver.quiet()) == vector["readings"]


def test_a_line_that_is_too_long_is_left_out_and_the_next_is_heard() -> None:
    vector = vectors("payment_pay_code")[0]
    driver, _ = asked(vector)
    assert feed(driver, b"x" * 10_000 + b"\n", "ragged_1") == []
    assert plain(driver.receive(bytes.fromhex(vector["wire_hex"]))) == vector["readings"]


def test_an_acquirer_that_must_be_asked_is_asked_only_while_the_customer_confirms() -> None:
    box, slow = terminal("pay_code_box"), terminal("pay_code_asked")
    assert (box.poll_s, slow.poll_s) == (None, 3)
    found = {vector["name"]: vector for vector in ALL}
    vector = found["code: the customer confirms, then it is approved; the answer comes twice"]
    driver, _ = asked(vector)
    lines = bytes.fromhex(vector["wire_hex"]).splitlines(keepends=True)
    assert driver.poll() == b""
    driver.receive(lines[0])
    assert b'"op":"progress","request_id":"r-1"' in driver.poll()
    driver.receive(lines[1])
    assert driver.poll() == b""


def pay(act: PayAct, **fields: Any) -> Pay:
    return Pay(request_id="r-1", device_id="pos-1", act=act, **fields)


WECHAT, ALIPAY, UNIONPAY = "134567890123456789", "2812345678901234", "6212345678901234567"
CANNOT = [
    ("bank_ecr", pay("sale", amount_fen=0), "terminal.amount_invalid"),
    ("bank_ecr", pay("refund", amount_fen=10**12 + 1), "terminal.amount_invalid"),
    ("bank_ecr", pay("refund", amount_fen=100), ""),
    ("bank_ecr_slow", pay("refund", amount_fen=100), "terminal.not_supported"),
    ("bank_ecr", pay("query"), "terminal.original_missing"),
    ("bank_ecr", pay("reversal", amount_fen=100), "terminal.original_missing"),
    ("bank_ecr", pay("reversal", original_id="a", original_reference="票"), "terminal.reference_invalid"),
    (
        "bank_ecr",
        pay("reversal", original_id="a", original_reference="\x1c4=1"),
        "terminal.reference_invalid",
    ),
    ("pay_code_box", pay("sale", amount_fen=100), "terminal.code_invalid"),
    ("pay_code_box", pay("sale", amount_fen=100, code=WECHAT), ""),
    ("pay_code_box", pay("sale", amount_fen=100, code=UNIONPAY), ""),
    ("pay_code_asked", pay("sale", amount_fen=100, code=UNIONPAY), "terminal.code_invalid"),
    ("pay_code_asked", pay("sale", amount_fen=100, code=ALIPAY), ""),
    ("pay_code_box", pay("sale", amount_fen=100, code=WECHAT[:-1]), "terminal.code_invalid"),
    ("pay_code_box", pay("sale", amount_fen=100, code="٢" * 18), "terminal.code_invalid"),
    ("pay_code_box", pay("sale", amount_fen=0, code=WECHAT), "terminal.amount_invalid"),
]


@pytest.mark.parametrize(("profile", "request_", "reason"), CANNOT)
def test_what_cannot_be_asked_is_said_before_a_byte_leaves(profile: str, request_: Pay, reason: str) -> None:
    assert terminal(profile).cannot(request_) == reason


def test_an_amount_that_the_terminals_unit_cannot_say_is_not_rounded() -> None:
    driver = terminal("bank_ecr", currency_digits=0)
    assert driver.cannot(pay("sale", amount_fen=150)) == "terminal.amount_invalid"
    assert b"4=000000000002\x1c" in driver.begin(pay("sale", amount_fen=200))


def test_whatever_a_terminal_says_of_the_account_four_digits_leave() -> None:
    vector = vectors("payment_ecr_card")[0]
    driver, _ = asked(vector)
    full = bytes.fromhex(vector["wire_hex"]).replace(b"622848******1234", b"6228481111111234")
    heard = driver.receive(full)  # six stars became six ones: the LRC is the same
    assert isinstance(heard[0], PayAnswer)
    assert heard[0].account == "*1234"
