"""The names of files and directories on a disk: one ordered journal, durable up to a point (see disk.py)."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from random import Random

from tests.worlds.powercut.disk import FileOnDisk, Mode


@dataclass(eq=False)
class Entry:
    """A file, or a directory (file None), under the name it has now."""

    path: str
    file: FileOnDisk | None


@dataclass(frozen=True)
class Naming:
    """One creation (no `before`), removal (no `after`) or renaming."""

    seq: int
    entry: Entry
    before: str | None
    after: str | None

    def concerns(self, entry: Entry) -> bool:
        """True if it is about this entry, or happened in this directory."""
        if self.entry is entry:
            return True
        return entry.file is None and entry.path in (_parent(self.before), _parent(self.after))


@dataclass
class Names:
    """Every naming so far, and how many of them are durable."""

    journal: list[Naming] = field(default_factory=list)
    durable: int = 0

    def note(self, seq: int, entry: Entry, path: str, *, removed: bool) -> None:
        """A name of the entry was made or removed."""
        self.journal.append(Naming(seq, entry, path if removed else None, None if removed else path))

    def rename(self, seq: int, entry: Entry, before: str, after: str) -> None:
        """The entry has another name; whatever had that name is gone."""
        entry.path = after
        self.journal.append(Naming(seq, entry, before, after))

    def settle(self, entry: Entry, before: int) -> None:
        """An fsync of the entry, begun at `before`, returned."""
        if entry.file is not None:
            entry.file.settle(before)
        for count in range(len(self.journal), self.durable, -1):
            if self.journal[count - 1].seq < before and self.journal[count - 1].concerns(entry):
                self.durable = count
                return

    def after_power_cut(self, rng: Random, mode: Mode) -> dict[str, Entry]:
        """The names found when the power is back."""
        count = {"whole": len(self.journal), "dropped": self.durable}.get(mode)
        if count is None:
            count = rng.randint(self.durable, len(self.journal))
        found: dict[str, Entry] = {}
        for naming in self.journal[:count]:
            if naming.before is not None and naming.after is not None and naming.entry.file is None:
                found = {_moved(path, naming.before, naming.after): entry for path, entry in found.items()}
            elif naming.before is not None:
                found.pop(naming.before, None)
            if naming.after is not None:
                found[naming.after] = naming.entry
        return found


def _parent(path: str | None) -> str | None:
    return None if path is None else posixpath.dirname(path)


def _moved(path: str, before: str, after: str) -> str:
    return after + path[len(before) :] if path == before or path.startswith(before + "/") else path
