"""Reads the journal in pages and makes signed batches of it."""

from collections import OrderedDict, deque

from cloud_sync.edge.window import Span
from cloud_sync.wire import envelope
from cloud_sync.wire.envelope import MAX_EVENTS, TARGET_FRAME_BYTES, Batch
from cloud_sync.wire.frame import pack
from hub.kernel.db import Readers
from hub.kernel.heads import SignedHead, sign_head
from hub.kernel.journal import GENESIS, Entry, read_entry, read_page
from hub.kernel.keystore import Keystore

_RECENT_HASHES = 512
"""Ends of batches whose hash is kept at hand: more than can be in flight."""


class Outbox:
    """One hub's journal as batches. Only the uplink's thread enters it."""

    def __init__(self, readers: Readers, keystore: Keystore, origin: str, epoch: int) -> None:
        self._readers = readers
        self._keystore = keystore
        self._origin = origin
        self._epoch = epoch
        self._page: deque[Entry] = deque()
        self._hashes: OrderedDict[int, bytes] = OrderedDict({0: GENESIS})

    def next_batch(self, span: Span) -> tuple[Batch, bytes] | None:
        """The batch that follows `span.after`, at most to `span.up_to`, and its frame; None past the end.

        Raises BadFrame when a single event is larger than any broker takes.
        """
        entries = self._entries(span)
        count = envelope.cut([len(entry.body) for entry in entries])
        while count:
            batch = self._batch(span.after, entries[:count])
            if count == 1:
                return self._taken(batch, envelope.encode(batch))
            frame = pack(batch)
            if len(frame) <= TARGET_FRAME_BYTES:
                return self._taken(batch, frame)
            count //= 2
        return None

    def hash_at(self, seq: int) -> bytes | None:
        """Our own hash at a sequence number, or None when the journal has no such entry."""
        if seq not in self._hashes:
            with self._readers.session() as read:
                entry = read_entry(read, seq)
            if entry is None:
                return None
            self._keep_hash(seq, entry.hash)
        return self._hashes[seq]

    def signed(self, seq: int, entry_hash: bytes) -> SignedHead:
        """A signed head of this journal."""
        return sign_head(self._keystore, self._origin, self._epoch, seq, entry_hash)

    def _entries(self, span: Span) -> list[Entry]:
        if not self._page or self._page[0].seq != span.after + 1:
            self._page.clear()
        if len(self._page) < MAX_EVENTS:
            after = self._page[-1].seq if self._page else span.after
            if after < span.up_to:
                with self._readers.session() as read:
                    self._page += read_page(read, after, span.up_to, MAX_EVENTS)
        return [entry for entry in self._page if entry.seq <= span.up_to][:MAX_EVENTS]

    def _batch(self, after: int, entries: list[Entry]) -> Batch:
        previous = self.hash_at(after)
        if previous is None:
            raise LookupError(f"the journal has no entry {after}")
        last = entries[-1]
        head = self.signed(last.seq, last.hash)
        return Batch(entries[0].seq, previous, [entry.body for entry in entries], head)

    def _taken(self, batch: Batch, frame: bytes) -> tuple[Batch, bytes]:
        for _ in batch.bodies:
            self._page.popleft()
        self._keep_hash(batch.head.seq, batch.head.hash)
        return batch, frame

    def _keep_hash(self, seq: int, entry_hash: bytes) -> None:
        self._hashes[seq] = entry_hash
        while len(self._hashes) > _RECENT_HASHES:
            oldest = next(iter(self._hashes))
            del self._hashes[oldest]
            if oldest == 0:
                self._hashes[0] = GENESIS
