"""Erased people: after the event is committed their key is dropped, whatever happened in between.

How far this has come is kept in the keystore itself: an older keystore brings an older mark, and what it
missed is dropped again.
"""

from collections.abc import Iterable
from typing import Any

from hub.kernel.journal import Record, erasures_after, read_head
from hub.kernel.keystore import Keystore
from hub.kernel.messages import Command, Event
from hub.kernel.module import Manifest
from hub.kernel.sql import Reader

_MARK = "erasures_applied"
_FOR_EVER_MS = 1 << 62


def erasing_events(manifests: Iterable[Manifest]) -> tuple[type[Event], ...]:
    """Every event whose subject is a person to be forgotten."""
    return tuple(event for manifest in manifests for event in manifest.erasing)


def apply_erasures(read: Reader, keystore: Keystore, events: Iterable[type[Event]]) -> list[str]:
    """Drop the key of everybody whose erasure stands in the journal; returns whose was still there."""
    mark = keystore.recall(_MARK)
    head = read_head(read)
    if head is None:
        return []
    after = int.from_bytes(mark or b"", "big")
    dropped = []
    for event in events:
        for found in erasures_after(read, event.type_name(), after if after <= head.seq else 0):
            if keystore.has_key_of(found.subject):
                keystore.erase(found.subject, found.at_ms)
                dropped.append(found.subject)
    if after != head.seq:
        keystore.remember(_MARK, head.seq.to_bytes(8, "big"))
    return dropped


class DropKeys:
    """The effect that drops the key of a person as soon as the erasure is committed."""

    name = "people.drop_keys"
    max_age_ms = _FOR_EVER_MS

    def __init__(self, keystore: Keystore, events: tuple[type[Event], ...]) -> None:
        self.event_types = events
        self._keystore = keystore

    def run(self, record: Record[Any], command_id: str) -> Command | None:
        """Drop it; the event itself is the record of that."""
        self._keystore.erase(record.subject, record.at_ms)
        return None

    def too_old(self, record: Record[Any], command_id: str) -> Command | None:
        """An erasure never is."""
        return self.run(record, command_id)
