"""What a disk holds after a power cut: a model, fed with the operations a program made.

The model is deliberately harsher than most file systems, and never kinder than ext4 with data=ordered:

`whole` is no power cut at all: the program died, and everything it wrote is there.

*Bytes.* An fsync or fdatasync that returned makes durable what was written to that file before it was
called. Anything later is unsynced. `dropped`: none of it reached the disk. `torn`: each 512- or 4096-byte
sector of it holds, on its own, any of the contents it had since the last fsync (so writes land in any
order, whole, in part or not at all); a file may grow with a hole of zeros where the sector before did not
land. A sector never holds bytes nobody wrote.

*Names.* Creations, renames and removals go through one ordered journal, as on ext4 and xfs: what is durable
is always a prefix of them. An fsync of a file makes the last operation on that file durable, an fsync of a
directory the last one in that directory, and with them all earlier ones. `dropped`: exactly that prefix;
`torn`: that or a longer one. So a file that was renamed and not synced again may be back under its old
name, and a synced name may have an empty file.

*A failed fsync* makes nothing durable, and what was written before it may be lost for good, however often
fsync succeeds later (Linux marks the pages clean): it stays unsure until it is written anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Literal

Mode = Literal["whole", "dropped", "torn"]


@dataclass(frozen=True)
class Change:
    """One unsynced change of a file's content: bytes at an offset, or (data None) a new length."""

    seq: int
    offset: int
    data: bytes | None
    shrinks: bool = True

    @property
    def end(self) -> int:
        """Where the write ends, or the length that is set."""
        return self.offset + len(self.data or b"")

    def apply(self, content: bytearray) -> None:
        """Do it to the content."""
        if len(content) < self.end:
            content.extend(bytes(self.end - len(content)))
        if self.data is not None:
            content[self.offset : self.end] = self.data
        elif self.shrinks:
            del content[self.offset :]


@dataclass
class FileOnDisk:
    """One file: what is durable, and what is on its way."""

    durable: bytearray = field(default_factory=bytearray)
    unsynced: list[Change] = field(default_factory=list)
    unsure: list[Change] = field(default_factory=list)

    def settle(self, before: int) -> None:
        """An fsync that began at `before` returned."""
        for change in (known for known in self.unsynced if known.seq < before):
            change.apply(self.durable)
            self.unsure = [piece for old in self.unsure for piece in _outside(old, change)]
        self.unsynced = [change for change in self.unsynced if change.seq >= before]

    def doubt(self, before: int) -> None:
        """An fsync that began at `before` failed."""
        writes = [known for known in self.unsynced if known.seq < before and known.data is not None]
        for change in writes:
            self.unsure = [piece for old in self.unsure for piece in _outside(old, change)] + [change]
        self.unsynced = [known for known in self.unsynced if known not in writes]

    def after_power_cut(self, rng: Random, mode: Mode) -> bytes:
        """The content found when the power is back."""
        if mode == "whole":
            content = bytearray(self.durable)
            for change in sorted(self.unsure + self.unsynced, key=lambda known: known.seq):
                change.apply(content)
            return bytes(content)
        if mode == "dropped":
            return bytes(self.durable)
        return _torn(self.durable, self.unsure + self.unsynced, rng)


def _outside(old: Change, newer: Change) -> list[Change]:
    """The pieces of an old write that a newer change did not overwrite or cut off."""
    assert old.data is not None
    if newer.data is None and not newer.shrinks:
        return [old]
    head = old.data[: max(0, newer.offset - old.offset)]
    tail_from = min(len(old.data), max(0, newer.end - old.offset))
    tail = old.data[tail_from:] if newer.data is not None else b""
    pieces = [Change(old.seq, old.offset, head), Change(old.seq, old.offset + tail_from, tail)]
    return [piece for piece in pieces if piece.data]


def _torn(durable: bytearray, changes: list[Change], rng: Random) -> bytes:
    sector = rng.choice((512, 4096))
    likelihood = rng.choice((0.1, 0.5, 0.9))
    lengths = [change for change in changes if change.data is None]
    kept_lengths = lengths[: rng.randint(0, len(lengths))]
    base, cache = bytearray(durable), bytearray(durable)
    versions: dict[int, list[bytes]] = {}
    limit: int | None = None
    for change in changes:
        if change.data is not None:
            _note_versions(change, cache, versions, sector, limit)
        elif change in kept_lengths:
            change.apply(base)
            change.apply(cache)
            if change.shrinks:
                versions = {at: old for at, old in versions.items() if (at + 1) * sector <= change.offset}
        elif change.shrinks:
            # that length never reached the disk, nor did what was written where the old data still is
            limit = change.offset if limit is None else min(limit, change.offset)
    for at in sorted(versions):
        if rng.random() < likelihood:
            landed = versions[at][-1] if rng.random() < 0.7 else rng.choice(versions[at])
            Change(0, at * sector, landed).apply(base)
    return bytes(base)


def _note_versions(
    change: Change, cache: bytearray, versions: dict[int, list[bytes]], sector: int, limit: int | None
) -> None:
    assert change.data is not None
    data = change.data if limit is None else change.data[: max(0, limit - change.offset)]
    if not data:
        return
    visible = Change(change.seq, change.offset, data)
    visible.apply(cache)
    for at in range(visible.offset // sector, (visible.end - 1) // sector + 1):
        versions.setdefault(at, []).append(bytes(cache[at * sector : (at + 1) * sector]))
