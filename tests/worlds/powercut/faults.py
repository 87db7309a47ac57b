"""The control page through which a test makes storage fail, at a moment of its choosing."""

from __future__ import annotations

import enum
import errno
import mmap
import struct
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

MAGIC = 0x43465344
HEADER = struct.Struct("=IIQQQ")
RULE = struct.Struct("=IIiIQQQQ64s")
RULES = 8
PAGE_BYTES = HEADER.size + RULES * RULE.size


class Op(enum.IntFlag):
    """What a rule can make fail."""

    WRITE = 1
    GROW = 2
    """A write past the end of its file: what a full disk refuses."""
    SYNC = 4
    CREATE = 8
    TRUNCATE = 16
    RENAME = 32
    UNLINK = 64


@dataclass(frozen=True)
class Rule:
    """Operations on paths that end so: let `skip` through, then fail `times` (0 = until disarmed)."""

    ops: Op
    error: int = errno.EIO
    suffix: str = ""
    skip: int = 0
    times: int = 0
    partial: bool = False
    """The first write that fails comes out half, as when a disk fills in mid-write."""

    def packed(self) -> bytes:
        """As the C side reads it, not yet armed."""
        suffix = self.suffix.encode()
        if len(suffix) >= 64:
            raise ValueError("a fault's path suffix is at most 63 bytes")
        return RULE.pack(0, self.ops, self.error, self.partial, self.skip, self.times, 0, 0, suffix)


DISK_FULL = Rule(ops=Op.GROW | Op.CREATE, error=errno.ENOSPC, partial=True)


class FaultControl:
    """One mmapped page, shared with the programs whose DIANSHU_FAULT_CONTROL names it."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(HEADER.pack(MAGIC, 0, 0, 0, 0).ljust(PAGE_BYTES, b"\0"))
        self.path = path
        with path.open("r+b") as file:
            self._page = mmap.mmap(file.fileno(), PAGE_BYTES)

    def __enter__(self) -> FaultControl:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._page.close()

    def arm(self, rule: Rule, slot: int = 0) -> None:
        """From now on this rule holds; its counts begin at nought."""
        where = self._where(slot)
        self.disarm(slot)
        self._page[where : where + RULE.size] = rule.packed()
        self._page[where : where + 4] = struct.pack("=I", 1)

    def disarm(self, slot: int = 0) -> None:
        """The storage is well again."""
        where = self._where(slot)
        self._page[where : where + 4] = struct.pack("=I", 0)

    def fired(self, slot: int = 0) -> int:
        """How often the rule made something fail."""
        return int(RULE.unpack_from(self._page, self._where(slot))[7])

    def seen(self, slot: int = 0) -> int:
        """How many matching operations came by since it was armed."""
        return int(RULE.unpack_from(self._page, self._where(slot))[6])

    def slow_fsync(self, delay_us: int) -> None:
        """Every fsync from now on takes this much longer."""
        self._page[4:8] = struct.pack("=I", delay_us)

    @property
    def syncs(self) -> int:
        """How many fsyncs the program has asked for in the recorded directory."""
        return int(HEADER.unpack_from(self._page, 0)[3])

    @property
    def writes(self) -> int:
        """How many writes the program has asked for in the recorded directory."""
        return int(HEADER.unpack_from(self._page, 0)[2])

    def _where(self, slot: int) -> int:
        if not 0 <= slot < RULES:
            raise ValueError(f"there are {RULES} fault rules")
        return HEADER.size + slot * RULE.size
