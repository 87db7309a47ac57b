"""The recorder's log: what a program did to its directory, and what a power cut leaves of it."""

from __future__ import annotations

import enum
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.worlds.powercut.disk import Change, FileOnDisk, Mode
from tests.worlds.powercut.names import Entry, Names

HEADER = struct.Struct("=IIQQqqIIII")
"""magic, kind, seq, inode, offset, length, pid, bytes of path, of the second path, of data."""
HEADER_MAGIC = 0x31525344
SHARED_MEMORY_SUFFIX = "-shm"
"""SQLite's WAL index: mmapped, never synced, rebuilt by recovery. Never part of what survives."""


class Kind(enum.IntEnum):
    """What a record says happened (recorder.h has the same numbers)."""

    CREATE = 2
    MKDIR = 3
    UNLINK = 4
    RMDIR = 5
    RENAME = 6
    WRITE = 7
    TRUNCATE = 8
    EXTEND = 9
    SYNC_BEGIN = 10
    SYNC_END = 11
    SYNC_FAILED = 12
    SYNC_ALL = 13
    MARK = 14
    BLIND = 15
    LINK = 16


NAMING = (Kind.CREATE, Kind.MKDIR, Kind.UNLINK, Kind.RMDIR, Kind.RENAME, Kind.LINK)


class Unreplayable(Exception):
    """The log is broken, or the program did something the recorder cannot see into."""


@dataclass(frozen=True)
class Record:
    """One operation that succeeded (or a SYNC_FAILED)."""

    kind: Kind
    seq: int
    pid: int
    ino: int = 0
    offset: int = 0
    length: int = 0
    path: str = ""
    path_to: str = ""
    data: bytes = b""

    def packed(self) -> bytes:
        """As in the log."""
        path, path_to = self.path.encode(), self.path_to.encode()
        sizes = (self.pid, len(path), len(path_to), len(self.data))
        head = HEADER.pack(HEADER_MAGIC, self.kind, self.seq, self.ino, self.offset, self.length, *sizes)
        return head + path + path_to + self.data


def snapshot(directory: Path) -> bytes:
    """The log's beginning: what is there, durable, before the program starts."""
    records: list[Record] = []

    def add(kind: Kind, path: Path, data: bytes = b"") -> None:
        ino, length = path.stat().st_ino, len(data)
        records.append(Record(kind, len(records), 0, ino, length=length, path=str(path), data=data))

    root = directory.resolve()
    add(Kind.MKDIR, root)
    for path in sorted(root.rglob("*")):
        add(Kind.MKDIR if path.is_dir() else Kind.CREATE, path)
        if path.is_file():
            add(Kind.WRITE, path, path.read_bytes())
    records.append(Record(Kind.SYNC_ALL, len(records), 0))
    return b"".join(record.packed() for record in records)


@dataclass(frozen=True)
class Recording:
    """All a program did to its directory, in order. At a moment `at`, the first `at` records had happened."""

    records: list[Record]

    @classmethod
    def load(cls, path: Path) -> Recording:
        """Read a log; a record missing from any process is an error."""
        records = list(_parse(path.read_bytes()))
        expected: dict[int, int] = {}
        for record in records:
            if record.seq != expected.get(record.pid, 0):
                raise Unreplayable(f"process {record.pid} has a gap before its operation {record.seq}")
            expected[record.pid] = record.seq + 1
        return cls(records)

    def boundaries(self) -> list[int]:
        """The moments just before and just after each fsync takes effect, and the end."""
        ends = [at for at, record in enumerate(self.records) if record.kind in (Kind.SYNC_END, Kind.SYNC_ALL)]
        return sorted({moment for at in ends for moment in (at, at + 1)} | {len(self.records)})

    def sample(self, rng: Random, count: int, since: int = 0) -> list[int]:
        """Some of the boundaries, in order; always the last one."""
        known = [at for at in self.boundaries() if at >= since]
        return sorted({*rng.sample(known, min(count, len(known))), known[-1]})

    def marks(self, before: int) -> list[bytes]:
        """What the program had marked (acknowledged) by that moment, a write to the marks file each."""
        return [record.data for record in self.records[:before] if record.kind is Kind.MARK]

    def rebuild(self, at: int, into: Path, rng: Random, mode: Mode) -> None:
        """Write what a power cut at that moment may leave (the rules: disk.py) into an empty directory."""
        replay = _Replay()
        for index, record in enumerate(self.records[:at]):
            replay.feed(index, record)
        into.mkdir(parents=True, exist_ok=True)
        for path, entry in sorted(replay.names.after_power_cut(rng, mode).items()):
            target = into / os.path.relpath(path, replay.root)
            if entry.file is None:
                target.mkdir(exist_ok=True)
            elif not path.endswith(SHARED_MEMORY_SUFFIX):
                target.write_bytes(entry.file.after_power_cut(rng, mode))


def _parse(log: bytes) -> Iterator[Record]:
    at = 0
    while at < len(log):
        magic, kind, seq, ino, offset, length, pid, *sizes = HEADER.unpack_from(log, at)
        if magic != HEADER_MAGIC:
            raise Unreplayable(f"not a record at byte {at} of the log")
        at += HEADER.size
        parts: list[bytes] = []
        for size in sizes:
            parts.append(log[at : at + size])
            at += size
        if at > len(log):
            raise Unreplayable("the log's last record is cut off")
        yield Record(
            Kind(kind), seq, pid, ino, offset, length, parts[0].decode(), parts[1].decode(), parts[2]
        )


@dataclass
class _Replay:
    """Feeds records to the model of names and bytes."""

    root: str = ""
    names: Names = field(default_factory=Names)
    entries: dict[int, Entry] = field(default_factory=dict)
    begun: dict[tuple[int, int], int] = field(default_factory=dict)

    def feed(self, index: int, record: Record) -> None:
        """One record more has happened."""
        match record.kind:
            case Kind.BLIND:
                raise Unreplayable(
                    f"the program used {record.path} on {record.path_to}, which cannot be replayed"
                )
            case Kind.MARK:
                return
            case Kind.SYNC_ALL:
                for entry in self.entries.values():
                    self.names.settle(entry, index)
            case Kind.SYNC_BEGIN:
                self.begun[record.pid, record.seq] = index
            case Kind.SYNC_END:
                self.names.settle(self._entry(record), self.begun[record.pid, record.offset])
            case Kind.SYNC_FAILED:
                self._file(record).doubt(self.begun[record.pid, record.offset])
            case kind if kind in NAMING:
                self._feed_name(index, record)
            case _:
                self._file(record).unsynced.append(_change(index, record))

    def _feed_name(self, index: int, record: Record) -> None:
        self.root = self.root or record.path
        if record.kind in (Kind.CREATE, Kind.MKDIR):
            file = FileOnDisk() if record.kind is Kind.CREATE else None
            self.entries[record.ino] = Entry(record.path, file)
        removed = record.kind in (Kind.UNLINK, Kind.RMDIR)
        entry = self._entry(record)
        if record.kind is Kind.RENAME:
            self.names.rename(index, entry, record.path, record.path_to)
        elif record.kind is Kind.LINK:
            self.names.note(index, entry, record.path_to, removed=False)
        else:
            self.names.note(index, entry, record.path, removed=removed)

    def _entry(self, record: Record) -> Entry:
        if record.ino not in self.entries:
            raise Unreplayable(f"{record.kind.name} on {record.path}, whose making was not seen")
        return self.entries[record.ino]

    def _file(self, record: Record) -> FileOnDisk:
        file = self._entry(record).file
        if file is None:
            raise Unreplayable(f"{record.kind.name} on the directory {record.path}")
        return file


def _change(index: int, record: Record) -> Change:
    if record.kind is Kind.WRITE:
        return Change(index, record.offset, record.data)
    if record.kind is Kind.TRUNCATE:
        return Change(index, record.length, None)
    return Change(index, record.offset + record.length, None, shrinks=False)
