"""The hub's own projections, run for every store behind a durable cursor.

They follow the acknowledged journal; nothing here can hold ingest up. An event whose tables fail is set
aside and the cursor goes on; an event of a type that this version does not know stays in the raw journal.
"""

import logging
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, select

from cloud_sync.cloud.db import ROW_ERRORS, Connection
from cloud_sync.cloud.registry import HubRow, every_hub, find_hub, raise_alarm
from cloud_sync.cloud.rows import POISON_TYPE, RawEvent, read_raw, set_aside
from cloud_sync.cloud.tables import cursors, quarantine
from hub.kernel.journal import EventTypes, Record, UnknownEvent
from hub.kernel.messages import View
from hub.kernel.module import Manifest
from hub.kernel.projections import Projector, event_types
from hub.kernel.schema import tables_of
from hub.kernel.sql import Kept, Query, Reader, upsert

log = logging.getLogger(__name__)

PAGE = 500
Notice = Callable[[list[Record[Any]]], None]
_FAULTS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, *ROW_ERRORS)
"""What one event's tables may fail with. A database that is gone or full is not the event's fault."""


class Cursor(View, frozen=True):
    """How far the tables have followed one hub."""

    hub_id: str
    epoch: int
    projected: int
    unknown_events: int


_cursor = Query(
    select(*cursors.c).where(cursors.c.hub_id == bindparam("hub_id"), cursors.c.epoch == bindparam("epoch")),
    Cursor,
)
_save_cursor = upsert(cursors, replace=("projected", "unknown_events"))
_forget = Kept(
    delete(quarantine).where(quarantine.c.hub_id == bindparam("hub"), quarantine.c.kind == "projection")
)


def read_cursor(read: Reader, hub: HubRow) -> Cursor:
    """A hub's cursor; at the beginning when there is none yet."""
    return read.first(_cursor, hub_id=hub.hub_id, epoch=hub.epoch) or Cursor(hub.hub_id, hub.epoch, 0, 0)


class Projections:
    """Applies pages of the raw journal; each page and its cursor are one transaction."""

    def __init__(
        self, connection: Connection, manifests: Iterable[Manifest], now_ms: Callable[[], int], notice: Notice
    ) -> None:
        manifests = tuple(manifests)
        self._connection = connection
        self._projector = Projector(manifests)
        self._types: EventTypes = event_types(manifests)
        self._tables = tables_of(manifests, "projected")
        self._now_ms = now_ms
        self._notice = notice

    def advance_all(self) -> int:
        """One page of every hub that is behind; how many events were applied."""
        return sum(self.advance(hub) for hub in every_hub(self._connection))

    def advance(self, hub: HubRow) -> int:
        """One page of one hub; `notice` is told of its records after the commit."""
        cursor = read_cursor(self._connection, hub)
        events = read_raw(self._connection, hub.hub_id, hub.epoch, cursor.projected, hub.applied, PAGE)
        if not events:
            return 0
        records, unreadable = self._decoded(events)
        try:
            with self._connection.transaction(), self._connection.pipelined():
                self._projector.apply(self._connection, records)
                self._finish(cursor, events[-1].seq, records, unreadable)
        except _FAULTS as error:
            log.warning("a page of %s failed, going event by event: %s", hub.hub_id, error)
            records = self._one_by_one(cursor, events[-1].seq, records, unreadable, events)
        self._notice(records)
        return len(events)

    def rebuild(self, hub_id: str) -> int:
        """Empty the store's tables and apply its whole journal again; how many events were applied."""
        hub = find_hub(self._connection, hub_id)
        if hub is None:
            raise LookupError(hub_id)
        with self._connection.transaction():
            for table in self._tables:
                scope = next(iter(table.primary_key.columns))
                self._connection.write(
                    Kept(delete(table).where(scope == bindparam("scope"))), [{"scope": hub.store_id}]
                )
            self._connection.write(_forget, [{"hub": hub_id}])
            self._save(Cursor(hub.hub_id, hub.epoch, 0, 0))
        applied = 0
        while (step := self.advance(hub)) > 0:
            applied += step
        return applied

    def _decoded(self, events: list[RawEvent]) -> tuple[list[Record[Any]], list[tuple[RawEvent, str]]]:
        records: list[Record[Any]] = []
        unreadable: list[tuple[RawEvent, str]] = []
        for event in events:
            if event.type == POISON_TYPE:
                continue  # set aside when it came in
            try:
                records.append(self._types.decode(event.body))
            except (msgspec.MsgspecError, *_FAULTS) as error:
                unreadable.append((event, str(error)))
        return records, unreadable

    def _one_by_one(
        self,
        cursor: Cursor,
        last_seq: int,
        records: list[Record[Any]],
        unreadable: list[tuple[RawEvent, str]],
        events: list[RawEvent],
    ) -> list[Record[Any]]:
        by_seq = {event.seq: event for event in events}
        good: list[Record[Any]] = []
        with self._connection.transaction():
            for record in records:
                try:
                    with self._connection.savepoint():
                        self._projector.apply(self._connection, [record])
                    good.append(record)
                except _FAULTS as error:
                    unreadable.append((by_seq[record.seq], str(error)))
            self._finish(cursor, last_seq, good, unreadable)
        return good

    def _finish(
        self,
        cursor: Cursor,
        last_seq: int,
        records: list[Record[Any]],
        faulty: list[tuple[RawEvent, str]],
    ) -> None:
        for event, reason in faulty:
            set_aside(self._connection, event, "projection", reason, self._now_ms())
            raise_alarm(
                self._connection, event.hub_id, "sync.projection_failed", f"seq {event.seq}", self._now_ms()
            )
        unknown = sum(isinstance(record.event, UnknownEvent) for record in records)
        self._save(Cursor(cursor.hub_id, cursor.epoch, last_seq, cursor.unknown_events + unknown))

    def _save(self, cursor: Cursor) -> None:
        self._connection.write(_save_cursor, [msgspec.structs.asdict(cursor)])
