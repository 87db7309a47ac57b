"""Activated versions and recalls from their events."""

from hub.kernel.journal import Record
from hub.kernel.module import Rows
from hub.kernel.sql import Row, upsert
from hub.modules.catalogue.events import GoodsRecalled, RecallLifted, VersionActivated
from hub.modules.catalogue.tables import recalls, versions

_save = upsert(versions, replace=("activated_ms", "activated_seq"))
_save_recall = upsert(recalls, replace=("reason", "is_open", "changed_ms"))


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


def goods_recalled(record: Record[GoodsRecalled]) -> Rows:
    """The recall is open, be it for the first time or again."""
    return [(_save_recall, _recall_row(record, is_open=1))]


def recall_lifted(record: Record[RecallLifted]) -> Rows:
    """The recall is over, for the reason given."""
    return [(_save_recall, _recall_row(record, is_open=0))]


def _recall_row(record: Record[GoodsRecalled] | Record[RecallLifted], is_open: int) -> Row:
    event = record.event
    return {
        "store_id": record.store_id,
        "item_id": event.item_id,
        "batch": event.batch,
        "reason": event.reason,
        "is_open": is_open,
        "changed_ms": record.at_ms,
    }
