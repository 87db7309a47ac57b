"""What a hub says of itself between batches; lossy, and never proof of anything journaled."""

import msgspec

from cloud_sync.wire.frame import BadFrame, pack, unpack
from hub.kernel.messages import is_clean_text

MAX_PLAIN_BYTES = 4096
_MAX_TEXT_CHARS = 64
_MAX_NUMBER = 2**53
"""No database of ours refuses it, and no page shows it wrong."""


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
    live = beat.live or LiveTotals("", 0, 0)
    texts = (beat.hub, beat.version, beat.state, live.business_date)
    numbers = (
        beat.epoch, beat.head_seq, beat.pending_events, abs(beat.pending_money_fen or 0), beat.oldest_age_s,
        live.orders, abs(live.total_fen),
    )  # fmt: skip
    sound = all(0 <= number <= _MAX_NUMBER for number in numbers)
    if not sound or not all(is_clean_text(text, _MAX_TEXT_CHARS) for text in texts):
        raise BadFrame("field out of bounds")
    return beat
