"""Taking batches in: signature, chain, contiguity, insert, watermark, all in one transaction.

What is acknowledged is the committed contiguous prefix and nothing else. A batch is believed for its
signature, never for the topic it came by.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec

from cloud_sync.cloud.db import Connection
from cloud_sync.cloud.registry import HubRow, advance, lock_hub, quarantine_hub, raise_alarm
from cloud_sync.cloud.rows import RawEvent, insert_raw, raw_at, raw_event, set_aside
from cloud_sync.wire import envelope
from cloud_sync.wire.envelope import Batch
from cloud_sync.wire.frame import BadFrame
from cloud_sync.wire.topics import HubAddress
from hub.kernel.heads import is_signed_by

NOBODY = "-"
"""Where alarms go that no enrolled hub vouches for: one row, whatever names are claimed."""


class Standing(msgspec.Struct, frozen=True):
    """What a hub is to be told after the commit."""

    hub: HubAddress
    epoch: int
    applied: int
    applied_hash: bytes
    verdict: Literal["ok", "quarantined", "fenced"] = "ok"
    want: int | None = None
    reason: str | None = None


class Result(msgspec.Struct, frozen=True):
    """Who is to be told what, and how many events are new."""

    standings: list[Standing]
    new_events: int


def standing_of(hub: HubRow, want: int | None = None, reason: str | None = None) -> Standing:
    """Where a hub stands in the database."""
    if hub.state != "ok":
        return Standing(
            hub.address, hub.epoch, hub.applied, hub.applied_hash, "quarantined", None, hub.reason
        )
    return Standing(hub.address, hub.epoch, hub.applied, hub.applied_hash, "ok", want, reason)


class Ingest:
    """Takes frames that arrived together as one transaction; a database error means nothing was taken."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take(self, frames: Iterable[tuple[HubAddress, bytes]], now_ms: int) -> Result:
        """Commit what may be committed of these frames; `now_ms` is only noted."""
        by_origin: dict[str, list[Batch]] = {}
        refused: list[tuple[HubAddress, str]] = []
        for sender, frame in frames:
            try:
                batch = envelope.decode(frame)
            except BadFrame as error:
                refused.append((sender, error.reason))
                continue
            by_origin.setdefault(batch.head.origin, []).append(batch)
        standings: list[Standing] = []
        new_events = 0
        with self._connection.transaction():
            for sender, reason in refused:
                raise_alarm(self._connection, sender.hub, "sync.bad_frame", reason, now_ms)
            for origin in sorted(by_origin):  # one order for every aggregator, so that none waits in a ring
                standing, new = self._take_from(origin, by_origin[origin], now_ms)
                standings += standing
                new_events += new
        return Result(standings, new_events)

    def _take_from(self, origin: str, batches: list[Batch], now_ms: int) -> tuple[list[Standing], int]:
        hub = lock_hub(self._connection, origin)
        if hub is None:
            raise_alarm(self._connection, NOBODY, "sync.unknown_hub", origin, now_ms)
            return [], 0
        if hub.state != "ok":
            return [standing_of(hub)], 0
        turn = _HubTurn(self._connection, hub, now_ms)
        for batch in sorted(batches, key=lambda batch: batch.first_seq):
            turn.take(batch)
        standing, new = turn.finish()
        return [standing], new


class _HubTurn:
    """One hub's batches in the transaction: the prefix grows in memory and is written once, at the end."""

    def __init__(self, connection: Connection, hub: HubRow, now_ms: int) -> None:
        self._connection = connection
        self._hub = hub
        self._now_ms = now_ms
        self._applied = hub.applied
        self._applied_hash = hub.applied_hash
        self._fresh: list[RawEvent] = []
        self._poison: list[tuple[RawEvent, str]] = []
        self._want: int | None = None
        self._reason: str | None = None
        self._verdict: Literal["ok", "quarantined", "fenced"] = "ok"

    def take(self, batch: Batch) -> None:
        """Add a batch to the prefix, or note why not."""
        if self._verdict != "ok":
            return
        if not is_signed_by(batch.head, self._hub.public_key):
            self._refuse("sync.bad_signature", batch)
            return
        hashes = batch.hashes()
        if hashes[-1] != batch.head.hash:
            self._refuse("sync.chain_broken", batch)
        elif batch.head.epoch != self._hub.epoch:
            self._refuse("sync.fenced", batch)
            self._verdict = "fenced"
        elif batch.first_seq > self._applied + 1:
            self._want = self._applied + 1
        elif not self._continues(batch, hashes):
            self._fork(batch, hashes)
        else:
            self._append(batch, hashes)

    def finish(self) -> tuple[Standing, int]:
        """Write the prefix; where the hub stands now, and how many events are new."""
        if self._fresh:
            if insert_raw(self._connection, self._fresh) != len(self._fresh) and not self._is_as_stored():
                self._quarantine("sync.fork", self._hub.applied + 1)
                return self._standing(self._hub.applied, self._hub.applied_hash), 0
            for event, reason in self._poison:
                set_aside(self._connection, event, "poison", reason, self._now_ms)
                self._alarm("sync.poison_event", f"seq {event.seq}: {reason}")
            advance(self._connection, self._hub.hub_id, self._applied, self._applied_hash, self._now_ms)
        return self._standing(self._applied, self._applied_hash), len(self._fresh)

    def _continues(self, batch: Batch, hashes: list[bytes]) -> bool:
        """Whether the batch agrees with what is known; one hash vouches for all before it."""
        known = self._applied + 1 - batch.first_seq
        if known == 0:
            return batch.prev_hash == self._applied_hash
        if known <= len(hashes):
            return hashes[known - 1] == self._applied_hash
        return self._known_hash(batch.head.seq) == batch.head.hash

    def _known_hash(self, seq: int) -> bytes | None:
        if self._fresh and seq >= self._fresh[0].seq:
            return self._fresh[seq - self._fresh[0].seq].hash
        stored = raw_at(self._connection, self._hub.hub_id, self._hub.epoch, seq)
        return stored.hash if stored else None

    def _append(self, batch: Batch, hashes: list[bytes]) -> None:
        known = self._applied + 1 - batch.first_seq
        hub = self._hub
        for index in range(known, len(hashes)):
            event, fault = raw_event(
                hub.hub_id,
                hub.store_id,
                hub.epoch,
                batch.first_seq + index,
                batch.bodies[index],
                hashes[index],
            )
            self._fresh.append(event)
            if fault is not None:
                self._poison.append((event, fault))
        if known < len(hashes):
            self._applied, self._applied_hash = batch.head.seq, batch.head.hash
            self._want = None

    def _fork(self, batch: Batch, hashes: list[bytes]) -> None:
        """Another history under numbers that are taken: a cloned card or a restored backup."""
        hub = self._hub
        differing = [
            raw_event(hub.hub_id, hub.store_id, hub.epoch, batch.first_seq + index, body, entry_hash)[0]
            for index, (body, entry_hash) in enumerate(zip(batch.bodies, hashes, strict=True))
            if self._known_hash_or_none(batch.first_seq + index) != entry_hash
        ]
        for event in differing:
            set_aside(self._connection, event, "fork", "another entry is known", self._now_ms)
        self._quarantine("sync.fork", differing[0].seq if differing else batch.first_seq)

    def _known_hash_or_none(self, seq: int) -> bytes | None:
        return None if seq > self._applied else self._known_hash(seq)

    def _is_as_stored(self) -> bool:
        """Whether rows that were there before us are the same events."""
        hub = self._hub
        return all(
            (stored := raw_at(self._connection, hub.hub_id, hub.epoch, event.seq)) is not None
            and stored.hash == event.hash
            for event in self._fresh
        )

    def _quarantine(self, code: str, seq: int) -> None:
        self._verdict, self._reason = "quarantined", code
        quarantine_hub(self._connection, self._hub.hub_id, code)
        self._alarm(code, f"epoch {self._hub.epoch}, seq {seq}")

    def _refuse(self, code: str, batch: Batch) -> None:
        self._reason = code
        self._alarm(code, f"epoch {batch.head.epoch}, seq {batch.first_seq} to {batch.head.seq}")

    def _alarm(self, code: str, detail: str) -> None:
        raise_alarm(self._connection, self._hub.hub_id, code, detail, self._now_ms)

    def _standing(self, applied: int, applied_hash: bytes) -> Standing:
        return Standing(
            self._hub.address, self._hub.epoch, applied, applied_hash, self._verdict, self._want, self._reason
        )
