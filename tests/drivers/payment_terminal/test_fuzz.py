"""Any bytes at all: no exception, bounded memory, and no answer that the terminal did not give."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.messages import Pay, PayAnswer, decode_gateway_frame, encode
from drivers.payment_terminal.contract import Said, judge
from drivers.payment_terminal.ecr_frame import MAX_BODY_BYTES, Deframer
from drivers.payment_terminal.ecr_frame import frame as framed
from drivers.payment_terminal.pay_code import MAX_LINE_BYTES
from tests.drivers.payment_terminal.wires import ALL, WIRES, Terminal, asked, held_bytes
from tests.drivers.wire import vectors

FRAMES = [bytes.fromhex(vector["wire_hex"]) for vector in ALL if vector["wire_hex"]]
MOST_HELD = max(MAX_BODY_BYTES + 5, MAX_LINE_BYTES)
pieces = st.lists(
    st.one_of(
        st.binary(max_size=60),
        st.sampled_from(FRAMES),
        st.sampled_from(FRAMES).map(lambda wire: wire[: len(wire) // 2]),
        st.sampled_from([b"\n", b"\x02", b"\x03", b"\x1c", b"{", b'"amount":2490']),
    ),
    max_size=15,
)
VERDICTS = st.sampled_from(["approved", "refused", "pending", "in_doubt", "absent", "reversed"])
IDS = st.sampled_from(["r-1", "r-2", "sale-7", ""])
ACTS = st.sampled_from(["sale", "refund", "reversal", "query", "settlement"])
AMOUNTS = st.one_of(st.none(), st.sampled_from([0, 2489, 2490, 2491, -2490, 10**18]))


def check(request: Pay, answers: list[Any]) -> None:
    """Nothing but answers to this request, each fit for a frame; approved only with the amount asked."""
    for answer in answers:
        assert isinstance(answer, PayAnswer)
        assert answer.request_id == request.request_id
        assert decode_gateway_frame(encode(answer)) == answer
        if answer.state == "approved" and request.act in {"sale", "refund"}:
            assert answer.amount_fen == request.amount_fen


@pytest.mark.parametrize("vector", ALL[::4], ids=lambda vector: vector["name"])
@given(chunks=pieces)
def test_only_answers_to_the_request_are_heard(vector: dict[str, Any], chunks: list[bytes]) -> None:
    driver, _ = asked(vector)
    request = msgspec.convert(vector["request"], Pay)
    heard: list[Any] = []
    for chunk in chunks:
        heard += driver.receive(chunk)
        driver.poll()
        assert held_bytes(driver) <= MOST_HELD
    heard += driver.quiet()
    check(request, heard)
    finals = [answer for answer in heard if answer.state != "pending"]
    assert len(finals) <= 1
    if finals and finals[0].state == "approved":
        assert any(frame in b"".join(chunks) for frame in FRAMES)


def final(driver: Terminal, wire: bytes) -> list[tuple[str, int | None]]:
    heard = driver.receive(wire) + driver.quiet()
    return [(answer.state, answer.amount_fen) for answer in heard if isinstance(answer, PayAnswer)]


@pytest.mark.parametrize("wire", WIRES)
@given(data=st.data())
def test_one_changed_bit_is_no_answer_at_all(wire: str, data: Any) -> None:
    vector = vectors(f"payment_{wire}")[0]
    spoiled = bytearray.fromhex(vector["wire_hex"])
    bit = data.draw(st.integers(0, len(spoiled) * 8 - 1))
    spoiled[bit // 8] ^= 1 << bit % 8
    driver, _ = asked(vector)
    assert final(driver, bytes(spoiled)) == []


@pytest.mark.parametrize("wire", WIRES)
@given(data=st.data())
def test_a_lost_or_doubled_byte_is_no_answer_at_all(wire: str, data: Any) -> None:
    vector = vectors(f"payment_{wire}")[0]
    spoiled = bytearray.fromhex(vector["wire_hex"])
    at = data.draw(st.integers(0, len(spoiled) - 2))  # a doubled end of line ends an empty one
    if data.draw(st.booleans()):
        spoiled.insert(at, spoiled[at])
    else:
        del spoiled[at]
    driver, _ = asked(vector)
    unharmed = bytes.fromhex(vector["wire_hex"]) in spoiled  # a doubled STX stands before a whole frame
    assert final(driver, bytes(spoiled)) == ([("approved", 2490)] if unharmed else [])


@given(body=st.binary(min_size=1, max_size=MAX_BODY_BYTES), before=st.binary(max_size=20))
def test_a_frame_comes_out_whole_behind_anything(body: bytes, before: bytes) -> None:
    deframer = Deframer()
    bodies = deframer.receive(before + framed(body)) + deframer.give_up()
    assert body in bodies or any(body in other for other in bodies)
    assert deframer.held_bytes == 0


@given(
    act=ACTS,
    said_act=ACTS,
    said_id=IDS,
    original=IDS,
    verdict=VERDICTS,
    amount=AMOUNTS,
    text=st.text(max_size=300),
    count=st.one_of(st.none(), st.just(3)),
)
def test_approval_is_never_guessed(
    act: Any,
    said_act: Any,
    said_id: str,
    original: str,
    verdict: Any,
    amount: int | None,
    text: str,
    count: int | None,
) -> None:
    request = Pay(request_id="r-1", device_id="pos", act=act, amount_fen=2490, original_id="sale-7")
    answer = judge(
        request,
        Said(
            request_id=said_id,
            act=said_act,
            original_id=original,
            verdict=verdict,
            text=text,
            reference=text,
            scheme=text,
            account=text,
            amount_fen=amount,
            settled_count=count,
            settled_fen=count,
        ),
    )
    if (said_id, said_act, original) != ("r-1", act, "sale-7"):
        assert answer is None
        return
    assert answer is not None
    assert decode_gateway_frame(encode(answer)) == answer
    if answer.state == "approved" and act != "settlement":
        undone = act == "reversal" and verdict in {"absent", "reversed"}
        assert undone or (verdict, amount) == ("approved", 2490)
    if answer.state == "refused":
        assert verdict in {"refused", "absent", "reversed"}
    if verdict == "in_doubt":
        assert answer.state == "unknown"
