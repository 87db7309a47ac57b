"""Ids are UUIDs of version 7: different, well formed, in the order of time."""

import time
from uuid import RFC_4122, UUID

import pytest

from hub.kernel.ids import is_id, new_id


def test_ids_differ_and_are_uuids_of_version_7() -> None:
    ids = {new_id() for _ in range(2_000)}
    assert len(ids) == 2_000
    for one in ids:
        assert is_id(one)
        assert (UUID(one).version, UUID(one).variant) == (7, RFC_4122)


def test_ids_stand_in_the_order_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    moments_ms = (0, 1_764_000_000_000, 1_764_000_000_001, 2**48 - 1)
    ids = []
    for moment_ms in moments_ms:
        monkeypatch.setattr(time, "time_ns", lambda moment_ms=moment_ms: moment_ms * 1_000_000)
        ids.append(new_id())
    assert ids == sorted(ids)
    assert [int(one[:12], 16) for one in ids] == list(moments_ms)


@pytest.mark.parametrize("text", ["", "0" * 31, "0" * 33, "0" * 31 + "G", "0" * 31 + "A", "0" * 32 + "\n"])
def test_anything_else_is_no_id(text: str) -> None:
    assert not is_id(text)
