"""What a hub says of itself between batches; lossy, and never proof of anything journaled."""

import msgspec

from cloud_sync.wire.frame import BadFrame, pack, unpack

MAX_PLAIN_BYTES = 4096
_MAX_TEXT_CHARS = 64


class LiveTotals(msgspec.Struct, frozen=True):
    """The store's day so far as the hub sees it, marked provisional while events are pending."""

    business_date: str
    orders: int
    total_fen: int


class Heartbeat(msgspec.Struct, frozen=True, kw_only=True):
    """`asks` wants an acknowledgement in return; `online` is false in the will that the broker publishes."""

    hub: str
    epoch: int
    online: bool
    asks: bool = False
    head_seq: int = 0
    pending_events: int = 0
    pending_money_fen: int | None = None
    oldest_age_s: int = 0
    live: LiveTotals | None = None
    version: str = ""
    state: str = "ok"


_decoder = msgspec.msgpack.Decoder(Heartbeat)


def encode(heartbeat: Heartbeat) -> bytes:
    """The heartbeat as a frame."""
    return pack(heartbeat)


def decode(frame: bytes) -> Heartbeat:
    """A heartbeat within its bounds. Raises BadFrame."""
    beat = unpack(frame, _decoder, MAX_PLAIN_BYTES)
    texts = (beat.hub, beat.version, beat.state, beat.live.business_date if beat.live else "")
    if (
        max(map(len, texts)) > _MAX_TEXT_CHARS
        or min(beat.pending_events, beat.oldest_age_s, beat.head_seq) < 0
    ):
        raise BadFrame("field out of bounds")
    return beat
