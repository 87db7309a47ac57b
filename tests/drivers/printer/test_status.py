"""Telling a printer's answers apart, against bytes out of the manuals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.printer.status import AnswerFramer, AutoStatus, ProcessId, Queued, RealTime
from tests.drivers.wire import MANNERS, portions

READY = bytes.fromhex("1400000f")


@pytest.mark.parametrize("manner", MANNERS)
def test_all_four_kinds_in_one_stream(manner: str) -> None:
    wire = b"\x12" + READY + b"\x37\x22ab12\x00" + b"\x00" + b"\x1a" + b"\x0c" + READY
    framer = AnswerFramer()
    answers = [answer for portion in portions(wire, manner) for answer in framer.receive(portion)]
    assert answers == [
        RealTime(0x12),
        AutoStatus(READY),
        ProcessId(b"ab12"),
        Queued(0x00),
        RealTime(0x1A),
        Queued(0x0C),
        AutoStatus(READY),
    ]


def test_a_real_time_answer_inside_an_automatic_block() -> None:
    framer = AnswerFramer()
    assert framer.receive(b"\x14\x00\x12\x00\x0f") == [RealTime(0x12), AutoStatus(READY)]


def test_flow_control_and_noise_are_skipped() -> None:
    framer = AnswerFramer()
    assert framer.receive(b"\x11\x13\xff\x80\x90") == []
    assert framer.receive(READY) == [AutoStatus(READY)]


def test_a_torn_block_does_not_swallow_the_next() -> None:
    framer = AnswerFramer()
    assert framer.receive(READY[:2] + READY) == [AutoStatus(READY)]
    assert framer.receive(b"\x37\x22ab" + READY) == [AutoStatus(READY)]
    assert framer.receive(b"\x37" + b"\x37\x22ab12\x00") == [ProcessId(b"ab12")]


FRAMES = {
    b"\x12": RealTime(0x12),
    b"\x1a": RealTime(0x1A),
    b"\x37\x22ab12\x00": ProcessId(b"ab12"),
    b"\x00": Queued(0x00),
    READY: AutoStatus(READY),
    bytes.fromhex("18000c0f"): AutoStatus(bytes.fromhex("18000c0f")),
}
noise = st.lists(st.integers(0x80, 0xFF), max_size=4).map(bytes)


@given(st.lists(st.tuples(noise, st.sampled_from(sorted(FRAMES))), max_size=12), st.data())
def test_real_time_and_automatic_status_in_one_noisy_stream(
    said: list[tuple[bytes, bytes]], data: st.DataObject
) -> None:
    wire = b"".join(before + frame for before, frame in said)
    framer, answers = AnswerFramer(), []
    while wire:
        size = data.draw(st.integers(1, len(wire)))
        answers += framer.receive(wire[:size])
        wire = wire[size:]
    assert answers == [FRAMES[frame] for _, frame in said]


@given(st.lists(st.binary(max_size=60), max_size=20))
def test_any_bytes_are_survived_within_bounds(chunks: list[bytes]) -> None:
    framer = AnswerFramer()
    for chunk in chunks:
        for answer in framer.receive(chunk):
            if isinstance(answer, ProcessId):
                assert b"\x37\x22" + answer.mark + b"\x00" in b"".join(chunks)
    assert len(framer._partial) < 7
