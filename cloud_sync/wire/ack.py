"""The acknowledgement: the cloud's database has committed this hub's prefix up to `applied`."""

from typing import Literal

import msgspec

from cloud_sync.wire.frame import BadFrame, pack, unpack

MAX_PLAIN_BYTES = 4096
Verdict = Literal["ok", "quarantined", "fenced"]


class Ack(msgspec.Struct, frozen=True, kw_only=True):
    """What the cloud says to one hub; `boot_id` and `serial` let the hub drop an answer that comes late.

    `want` is set when a batch came after a gap: the sequence number the cloud needs next. `credit` is how
    many events beyond `applied` the cloud takes now. Any verdict but ok stops the uplink with an alarm;
    `reason` is its code.
    """

    hub: str
    boot_id: str
    serial: int
    epoch: int
    applied: int
    applied_hash: bytes
    credit: int
    cloud_time_ms: int
    verdict: Verdict = "ok"
    want: int | None = None
    reason: str | None = None


_decoder = msgspec.msgpack.Decoder(Ack)


def encode(ack: Ack) -> bytes:
    """The acknowledgement as a frame."""
    return pack(ack)


def decode(frame: bytes) -> Ack:
    """An acknowledgement whose numbers are sound. Raises BadFrame."""
    ack = unpack(frame, _decoder, MAX_PLAIN_BYTES)
    if min(ack.applied, ack.credit, ack.epoch) < 0 or len(ack.applied_hash) != 32:
        raise BadFrame("field out of bounds")
    return ack
