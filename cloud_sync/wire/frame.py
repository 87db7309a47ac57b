"""What is common to every message: bounded, versioned, compressed msgpack."""

import zlib
from typing import TypeVar

import msgspec

MAX_FRAME_BYTES = 256 * 1024
"""No message may be larger: brokers disconnect a publisher that sends more than they take."""

_PACKED = 1
_LEVEL = 1
T = TypeVar("T")
_encoder = msgspec.msgpack.Encoder()


class BadFrame(Exception):
    """Bytes that are not a message of ours; `reason` is for the log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def pack(message: msgspec.Struct) -> bytes:
    """A struct as a frame. The caller checks its size against the bound that applies."""
    return bytes((_PACKED,)) + zlib.compress(_encoder.encode(message), _LEVEL)


def unpack(frame: bytes, decoder: msgspec.msgpack.Decoder[T], max_plain_bytes: int) -> T:
    """The struct in a frame, never inflating past `max_plain_bytes`. Raises BadFrame."""
    if not 2 <= len(frame) <= MAX_FRAME_BYTES:
        raise BadFrame(f"{len(frame)} bytes")
    if frame[0] != _PACKED:
        raise BadFrame(f"unknown frame version {frame[0]}")
    inflater = zlib.decompressobj()
    try:
        plain = inflater.decompress(memoryview(frame)[1:], max_plain_bytes)
        if not inflater.eof:
            raise BadFrame("cut short or inflates past its bound")
        return decoder.decode(plain)
    except (zlib.error, msgspec.MsgspecError) as error:
        raise BadFrame(str(error)) from error
