"""The journal's growing end, held in memory by the writer's thread and taken back where a command fails."""

from collections.abc import Sequence
from typing import Any

import msgspec

from hub.kernel.context import Caller, Context
from hub.kernel.decision import Decision
from hub.kernel.errors import Refused
from hub.kernel.journal import GENESIS, Head, Record, append_entry, chain_hash, encode_record, read_head
from hub.kernel.messages import Event
from hub.kernel.sql import Reader, Row, Session

MAX_BODY_BYTES = 240 * 1024
"""One body must fit one message to the cloud; what could never be sent is never recorded."""


class Origin(msgspec.Struct, frozen=True):
    """Who writes this journal: a hub of a store in one of its lives (`epoch`)."""

    hub_id: str
    store_id: str
    epoch: int = 1


class Ledger:
    """Appends records to the chain. Only the writer's thread may touch it."""

    def __init__(self, origin: Origin, read: Reader) -> None:
        self._origin = origin
        self.head = _head_of(read, origin)

    def reload(self, read: Reader) -> None:
        """Take the head from the database again."""
        self.head = _head_of(read, self._origin)

    def append(
        self, session: Session, context: Context, caller: Caller, decision: Decision, request_hash: str
    ) -> list[Record[Any]]:
        """Write a decision's events as the next entries; the first carries the answer or the refusal.

        Raises Refused `command.too_large`.
        """
        records = [
            self._record(number, event, context, caller, request_hash, decision if number == 0 else None)
            for number, event in enumerate(decision.events)
        ]
        session.write(append_entry, self._entries(records, context.command_id))
        return records

    def _record(
        self,
        number: int,
        event: Event,
        context: Context,
        caller: Caller,
        request_hash: str,
        decision: Decision | None,
    ) -> Record[Any]:
        return Record(
            origin=self._origin.hub_id,
            epoch=self._origin.epoch,
            seq=self.head.seq + 1 + number,
            store_id=self._origin.store_id,
            at_ms=context.now_ms,
            clock_trusted=context.clock_trusted,
            command_id=context.command_id,
            request_hash=request_hash,
            actor=caller.actor.staff_id if caller.actor else None,
            terminal_id=caller.terminal_id,
            subject=event.subject,
            event=event,
            answer=decision.answer if decision else None,
            refusal=decision.refusal if decision else None,
        )

    def _entries(self, records: Sequence[Record[Any]], command_id: str) -> list[Row]:
        rows: list[Row] = []
        previous = self.head.hash
        for number, record in enumerate(records):
            body = encode_record(record)
            if len(body) > MAX_BODY_BYTES:
                raise Refused("command.too_large", 413, limit_kib=MAX_BODY_BYTES // 1024)
            previous = chain_hash(previous, body)
            rows.append(
                {
                    "seq": record.seq,
                    "epoch": record.epoch,
                    "type": record.event.type_name(),
                    "subject": record.subject,
                    "command_id": command_id if number == 0 else None,
                    "request_hash": record.request_hash if number == 0 else None,
                    "at_ms": record.at_ms,
                    "body": body,
                    "hash": previous,
                }
            )
        last = records[-1]
        self.head = Head(last.epoch, last.seq, previous, last.at_ms)
        return rows


def _head_of(read: Reader, origin: Origin) -> Head:
    return read_head(read) or Head(origin.epoch, 0, GENESIS, 0)
