"""The model of the disk, rule by rule."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tests.worlds.powercut.disk import Change, FileOnDisk

SEEDS = range(300)


def torn(file: FileOnDisk) -> set[bytes]:
    return {file.after_power_cut(Random(seed), "torn") for seed in SEEDS}


def test_an_fsync_settles_only_what_was_written_before_it() -> None:
    file = FileOnDisk(unsynced=[Change(1, 0, b"a" * 10), Change(5, 0, b"b" * 10)])
    file.settle(before=3)
    assert file.after_power_cut(Random(0), "dropped") == b"a" * 10
    assert torn(file) == {b"a" * 10, b"b" * 10}


def test_a_sector_may_hold_any_content_it_had_and_no_other() -> None:
    file = FileOnDisk(bytearray(b"0" * 512), [Change(1, 0, b"a" * 100), Change(2, 100, b"b" * 100)])
    first = b"a" * 100 + b"0" * 412
    assert torn(file) == {b"0" * 512, first, first[:100] + b"b" * 100 + b"0" * 312}


def test_sectors_land_apart_and_in_any_order() -> None:
    file = FileOnDisk(bytearray(b"0" * 8192), [Change(1, 0, b"a" * 4096), Change(2, 4096, b"b" * 4096)])
    found = torn(file)
    assert b"0" * 4096 + b"b" * 4096 in found
    assert b"a" * 4096 + b"0" * 4096 in found
    assert any(content[:512] != content[512:1024] for content in found)


def test_a_file_may_grow_with_a_hole() -> None:
    file = FileOnDisk(unsynced=[Change(1, 0, b"a" * 4096), Change(2, 4096, b"b" * 4096)])
    assert any(content[:512] == bytes(512) and content[-1:] == b"b" for content in torn(file))


def test_a_shorter_length_may_not_have_landed() -> None:
    file = FileOnDisk(bytearray(b"0" * 10), [Change(1, 4, None), Change(2, 4, b"new")])
    assert torn(file) == {b"0" * 10, b"0" * 4, b"0000new"}


def test_after_a_failed_fsync_the_data_stays_unsure() -> None:
    file = FileOnDisk(unsynced=[Change(1, 0, b"a" * 20)])
    file.doubt(before=2)
    file.settle(before=9)
    assert file.after_power_cut(Random(0), "dropped") == b""
    assert torn(file) == {b"", b"a" * 20}


def test_written_anew_and_fsynced_it_is_sure_again() -> None:
    file = FileOnDisk(unsynced=[Change(1, 0, b"a" * 20)])
    file.doubt(before=2)
    file.unsynced.append(Change(3, 5, b"b" * 20))
    file.settle(before=9)
    assert {content[5:] for content in torn(file)} == {b"b" * 20}
    assert {content[:5] for content in torn(file)} == {bytes(5), b"a" * 5}


changes = st.lists(
    st.one_of(
        st.tuples(st.integers(0, 3000), st.binary(min_size=1, max_size=2000)),
        st.tuples(st.integers(0, 3000), st.none()),
    ),
    max_size=12,
)


@given(before=changes, after=changes, seed=st.integers(0, 2**16))
def test_everything_synced_is_what_was_written(
    before: list[tuple[int, bytes | None]], after: list[tuple[int, bytes | None]], seed: int
) -> None:
    file, content = FileOnDisk(), bytearray()
    for seq, (offset, data) in enumerate(before + after):
        file.unsynced.append(Change(seq, offset, data))
        file.unsynced[-1].apply(content)
        if seq == len(before):
            file.settle(seq)
    assert file.after_power_cut(Random(seed), "whole") == bytes(content)
    file.settle(len(before + after))
    assert file.after_power_cut(Random(seed), "torn") == bytes(content)
    assert file.after_power_cut(Random(seed), "dropped") == bytes(content)
