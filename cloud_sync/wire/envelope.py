"""A batch: consecutive journal bodies as the exact bytes that were hashed, under one signed head."""

from collections.abc import Sequence

import msgspec

from cloud_sync.wire.frame import MAX_FRAME_BYTES, BadFrame, pack, unpack
from cloud_sync.wire.topics import is_name
from hub.kernel.heads import SignedHead
from hub.kernel.journal import chain_hash

MAX_EVENTS = 500
TARGET_FRAME_BYTES = 64 * 1024
"""A batch is cut to stay under this, unless one event alone is larger."""
MAX_BODY_BYTES = 512 * 1024
MAX_PLAIN_BYTES = 1024 * 1024
"""What a batch may inflate to: as many bodies as are cut together, or one large one."""
CUT_PLAIN_BYTES = 192 * 1024


class Batch(msgspec.Struct, frozen=True, array_like=True):
    """Journal entries first_seq..head.seq of one origin and epoch.

    The head's signature covers the last hash, and through the chain every body and `prev_hash`.
    """

    first_seq: int
    prev_hash: bytes
    bodies: list[bytes]
    head: SignedHead

    def hashes(self) -> list[bytes]:
        """The chain over the bodies, from `prev_hash` on."""
        chain, previous = [], self.prev_hash
        for body in self.bodies:
            previous = chain_hash(previous, body)
            chain.append(previous)
        return chain


_decoder = msgspec.msgpack.Decoder(Batch)


def encode(batch: Batch) -> bytes:
    """The batch as a frame. Raises BadFrame when no broker would take it."""
    frame = pack(batch)
    if len(frame) > MAX_FRAME_BYTES:
        raise BadFrame(f"batch of {len(frame)} bytes")
    return frame


def decode(frame: bytes) -> Batch:
    """A batch whose shape is sound; its signature and chain are still to be checked. Raises BadFrame."""
    batch = unpack(frame, _decoder, MAX_PLAIN_BYTES)
    if not 1 <= len(batch.bodies) <= MAX_EVENTS:
        raise BadFrame(f"{len(batch.bodies)} events")
    if batch.first_seq < 1 or batch.head.seq != batch.first_seq + len(batch.bodies) - 1:
        raise BadFrame("sequence numbers do not fit the bodies")
    if len(batch.prev_hash) != 32 or len(batch.head.hash) != 32 or len(batch.head.signature) != 64:
        raise BadFrame("hash or signature of a wrong length")
    if not is_name(batch.head.origin) or max(map(len, batch.bodies)) > MAX_BODY_BYTES:
        raise BadFrame("field out of bounds")
    return batch


def cut(body_sizes: Sequence[int]) -> int:
    """How many of the first bodies make one batch: at least one, by count and by plain size."""
    total = 0
    for count, size in enumerate(body_sizes[:MAX_EVENTS]):
        total += size
        if total > CUT_PLAIN_BYTES:
            return max(count, 1)
    return min(len(body_sizes), MAX_EVENTS)
