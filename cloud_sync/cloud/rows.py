"""From journal bodies to rows of the raw journal; what cannot be read is kept all the same."""

from typing import Annotated

import msgspec
from sqlalchemy import bindparam, select

from cloud_sync.cloud.db import Connection
from cloud_sync.cloud.tables import quarantine, raw_journal
from hub.kernel.messages import View
from hub.kernel.sql import Query, Reader, Row, upsert

POISON_TYPE = "poison"
MAX_REASON_CHARS = 300
_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
_Whole = Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class _Type(msgspec.Struct, frozen=True):
    type: _Name


class _Header(msgspec.Struct, frozen=True):
    """What the raw journal keeps beside the body."""

    origin: str
    epoch: int
    seq: int
    store_id: _Name
    at_ms: _Whole
    subject: Annotated[str, msgspec.Meta(max_length=256)]
    event: _Type


class RawEvent(View, frozen=True):
    """One row of the raw journal."""

    hub_id: str
    epoch: int
    seq: int
    store_id: str
    type: str
    subject: str
    at_ms: int
    body: bytes
    hash: bytes


class Quarantined(View, frozen=True):
    """One event set aside."""

    hub_id: str
    epoch: int
    seq: int
    kind: str
    hash: bytes
    reason: str
    body: bytes
    at_ms: int


_decoder = msgspec.json.Decoder(_Header)
_insert = upsert(raw_journal, keep=True)
_set_aside = upsert(quarantine, keep=True)
_hub = raw_journal.c.hub_id == bindparam("hub_id")
_epoch = raw_journal.c.epoch == bindparam("epoch")
_page = Query(
    select(*raw_journal.c)
    .where(_hub, _epoch, raw_journal.c.seq > bindparam("after"), raw_journal.c.seq <= bindparam("up_to"))
    .order_by(raw_journal.c.seq)
    .limit(bindparam("limit")),
    RawEvent,
)
_at = Query(select(*raw_journal.c).where(_hub, _epoch, raw_journal.c.seq == bindparam("seq")), RawEvent)
_of_subject = Query(
    select(*raw_journal.c)
    .where(raw_journal.c.store_id == bindparam("store_id"), raw_journal.c.subject == bindparam("subject"))
    .order_by(raw_journal.c.hub_id, raw_journal.c.epoch, raw_journal.c.seq)
    .limit(bindparam("limit")),
    RawEvent,
)
_set_aside_of = Query(
    select(*quarantine.c)
    .where(quarantine.c.hub_id == bindparam("hub_id"))
    .order_by(quarantine.c.epoch, quarantine.c.seq)
    .limit(bindparam("limit")),
    Quarantined,
)
_COPY = (
    "COPY cloud_journal_staging (hub_id, epoch, seq, store_id, type, subject, at_ms, body, hash) "
    "FROM STDIN (FORMAT BINARY)"
)
_STAGE = (
    "CREATE TEMPORARY TABLE IF NOT EXISTS cloud_journal_staging "
    "(LIKE cloud_journal INCLUDING DEFAULTS) ON COMMIT DELETE ROWS"
)
_MERGE = "INSERT INTO cloud_journal SELECT * FROM cloud_journal_staging ON CONFLICT DO NOTHING"
_COPY_TYPES = ("text", "int8", "int8", "text", "text", "text", "int8", "bytea", "bytea")


def raw_event(
    hub_id: str, store_id: str, epoch: int, seq: int, body: bytes, entry_hash: bytes
) -> tuple[RawEvent, str | None]:
    """The row for one body, and what is wrong with it when it is poison."""
    try:
        header = _decoder.decode(body)
    except msgspec.MsgspecError as error:
        return _poison(hub_id, store_id, epoch, seq, body, entry_hash), str(error)[:MAX_REASON_CHARS]
    if (header.origin, header.epoch, header.seq, header.store_id) != (hub_id, epoch, seq, store_id):
        return _poison(hub_id, store_id, epoch, seq, body, entry_hash), "the body names another place"
    if "\x00" in header.event.type or "\x00" in header.subject:
        return _poison(hub_id, store_id, epoch, seq, body, entry_hash), "NUL in a name"
    return RawEvent(
        hub_id, epoch, seq, store_id, header.event.type, header.subject, header.at_ms, body, entry_hash
    ), None


def insert_raw(connection: Connection, events: list[RawEvent]) -> int:
    """Insert what is not there yet; how many rows were new."""
    if connection.dialect == "postgresql":
        return _copy(connection, events)
    before = connection.raw.total_changes
    connection.write(_insert, [_row(event) for event in events])
    return int(connection.raw.total_changes - before)


def set_aside(connection: Connection, event: RawEvent, kind: str, reason: str, at_ms: int) -> None:
    """Keep an event in quarantine; the same again changes nothing."""
    row: Row = {
        "hub_id": event.hub_id,
        "epoch": event.epoch,
        "seq": event.seq,
        "kind": kind,
        "hash": event.hash,
        "reason": reason.replace("\x00", "?")[:MAX_REASON_CHARS],
        "body": event.body,
        "at_ms": at_ms,
    }
    connection.write(_set_aside, [row])


def read_raw(read: Reader, hub_id: str, epoch: int, after: int, up_to: int, limit: int) -> list[RawEvent]:
    """At most `limit` events of a hub with after < seq <= up_to, in order."""
    return read.all(_page, hub_id=hub_id, epoch=epoch, after=after, up_to=up_to, limit=limit)


def raw_at(read: Reader, hub_id: str, epoch: int, seq: int) -> RawEvent | None:
    """One event of a hub, or None."""
    return read.first(_at, hub_id=hub_id, epoch=epoch, seq=seq)


def raw_of_subject(read: Reader, store_id: str, subject: str, limit: int) -> list[RawEvent]:
    """The events of one aggregate in the order of its hub's journal."""
    return read.all(_of_subject, store_id=store_id, subject=subject, limit=limit)


def quarantined_of(read: Reader, hub_id: str, limit: int = 100) -> list[Quarantined]:
    """The events of a hub that were set aside."""
    return read.all(_set_aside_of, hub_id=hub_id, limit=limit)


def _copy(connection: Connection, events: list[RawEvent]) -> int:
    cursor = connection.raw.cursor()
    cursor.execute(_STAGE)
    with cursor.copy(_COPY) as copy:
        copy.set_types(_COPY_TYPES)
        for event in events:
            copy.write_row(
                (
                    event.hub_id, event.epoch, event.seq, event.store_id, event.type,
                    event.subject, event.at_ms, event.body, event.hash,
                )
            )  # fmt: skip
    cursor.execute(_MERGE)
    return int(cursor.rowcount)


def _row(event: RawEvent) -> Row:
    return {
        "hub_id": event.hub_id,
        "epoch": event.epoch,
        "seq": event.seq,
        "store_id": event.store_id,
        "type": event.type,
        "subject": event.subject,
        "at_ms": event.at_ms,
        "body": event.body,
        "hash": event.hash,
    }


def _poison(hub_id: str, store_id: str, epoch: int, seq: int, body: bytes, entry_hash: bytes) -> RawEvent:
    return RawEvent(hub_id, epoch, seq, store_id, POISON_TYPE, "", 0, body, entry_hash)
