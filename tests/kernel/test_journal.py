"""The journal on disk: gapless, chained, the exact bytes."""

import hashlib

import msgspec
import pytest

from hub.kernel.context import SYSTEM, Actor, Caller
from hub.kernel.engine import Engine
from hub.kernel.ids import is_id, new_id
from hub.kernel.journal import (
    GENESIS,
    Record,
    UnknownEvent,
    encode_record,
    read_command,
    read_entry,
    read_page,
    read_subject,
)
from hub.kernel.messages import is_clean_text
from tests.kernel.conftest import NOW_MS
from tests.kernel.jars import Fill, Filled

CASHIER = Caller(Actor("staff-1", "cashier", frozenset({"jars.fill"}), "session-1"), "T01")


def fill(hub: Engine, jar_id: str = "a", beans: int = 1) -> str:
    command = Fill(command_id=new_id(), jar_id=jar_id, beans=beans)
    assert hub.bus.dispatch(command, CASHIER).refusal is None
    return command.command_id


def test_numbers_have_no_gap_and_each_hash_covers_the_one_before(hub: Engine) -> None:
    for beans in (1, 2, 3):
        fill(hub, beans=beans)
    entries = read_page(hub.readers, 0, 100)
    assert [entry.seq for entry in entries] == [1, 2, 3]
    previous = GENESIS
    for entry in entries:
        assert entry.hash == hashlib.sha256(previous + entry.body).digest()
        previous = entry.hash


def test_a_body_says_who_what_where_and_when(hub: Engine) -> None:
    command_id = fill(hub, "jar-7", 5)
    entry = read_command(hub.readers, command_id)
    assert entry is not None
    body = msgspec.json.decode(entry.body)
    assert body.pop("request_hash") == entry.request_hash
    assert body == {
        "origin": "hub-1",
        "epoch": 1,
        "seq": 1,
        "store_id": "S001",
        "at_ms": NOW_MS,
        "clock_trusted": True,
        "command_id": command_id,
        "actor": "staff-1",
        "terminal_id": "T01",
        "subject": "jar-7",
        "event": {"type": "jars.filled.v1", "jar_id": "jar-7", "beans": 5},
        "answer": {"beans": 5},
    }


def test_a_decoded_body_encodes_to_the_same_bytes(hub: Engine) -> None:
    fill(hub)
    (entry,) = read_page(hub.readers, 0, 1)
    assert encode_record(hub.types.decode(entry.body)) == entry.body


def test_reading_by_number_subject_and_page(hub: Engine) -> None:
    for jar_id in ("a", "b", "a"):
        fill(hub, jar_id)
    assert [entry.seq for entry in read_subject(hub.readers, "a")] == [1, 3]
    assert [entry.seq for entry in read_page(hub.readers, 1, 3)] == [2, 3]
    assert [entry.seq for entry in read_page(hub.readers, 0, 3, limit=2)] == [1, 2]
    assert read_entry(hub.readers, 4) is None
    assert read_command(hub.readers, "nobody") is None


def test_an_event_of_another_version_s_making_is_kept_unknown(hub: Engine) -> None:
    fill(hub)
    (entry,) = read_page(hub.readers, 0, 1)
    foreign = hub.types.decode(entry.body.replace(b"jars.filled.v1", b"jars.sealed.v9"))
    assert foreign.event == UnknownEvent()
    assert foreign.subject == "a"


def test_a_field_that_a_later_version_added_is_tolerated(hub: Engine) -> None:
    fill(hub)
    (entry,) = read_page(hub.readers, 0, 1)
    later = entry.body.replace(b'"beans":1}', b'"beans":1,"colour":"red"}', 1)
    assert later != entry.body
    assert hub.types.decode(later).event == Filled(jar_id="a", beans=1)


@pytest.mark.parametrize("rubbish", [b"", b"{}", b"[]", b"\xff\xfe", b'{"seq": "one"}'])
def test_rubbish_is_a_decode_error(hub: Engine, rubbish: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        hub.types.decode(rubbish)


def test_an_event_without_an_aggregate_has_an_empty_subject() -> None:
    assert UnknownEvent().subject == ""
    assert Filled(jar_id="j", beans=1).subject == "j"
    assert Filled.type_name() == "jars.filled.v1"
    assert Record.__struct_config__.frozen


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("豆子罐", True),
        ("", True),
        ("a" * 200, True),
        ("a" * 201, False),
        ("nul\x00", False),
        ("cafe\u0301", False),
        ("caf\u00e9", True),
        ("\ud83d", False),
        ("\U0001f600", True),
    ],
)
def test_text_that_may_be_kept(text: str, clean: bool) -> None:
    assert is_clean_text(text) is clean


def test_ids_are_32_lower_case_hex_digits() -> None:
    assert is_id(new_id())
    assert not any(is_id(text) for text in ("", "A" * 32, "a" * 31, "a" * 33, "g" * 32, "a" * 32 + "\n"))


def test_system_callers_leave_no_name(hub: Engine) -> None:
    hub.bus.dispatch(Fill(command_id=new_id(), jar_id="a", beans=1), SYSTEM)
    (entry,) = read_page(hub.readers, 0, 1)
    record = hub.types.decode(entry.body)
    assert (record.actor, record.terminal_id) == (None, None)
