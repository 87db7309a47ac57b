"""Activated versions from their events."""

from hub.kernel.journal import Record
from hub.kernel.module import Rows
from hub.kernel.sql import Row, upsert
from hub.modules.catalogue.events import VersionActivated
from hub.modules.catalogue.tables import versions

_save = upsert(versions, replace=("activated_ms", "activated_seq"))


def version_activated(record: Record[VersionActivated]) -> Rows:
    """The version is the newest activated now, be it for the first time or again."""
    event = record.event
    row: Row = {
        "store_id": record.store_id,
        "version": event.version,
        "sha256": event.sha256,
        "item_count": event.item_count,
        "activated_ms": record.at_ms,
        "activated_seq": record.seq,
    }
    return [(_save, row)]
