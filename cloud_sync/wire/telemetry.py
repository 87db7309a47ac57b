"""What a store's devices have done: lossy, the newest word only, never proof of anything."""

import msgspec

from cloud_sync.wire.frame import BadFrame, pack, unpack
from hub.kernel.messages import is_clean_text

MAX_DEVICES = 256
MAX_COUNTS = 40
MAX_PLAIN_BYTES = 512 * 1024
_MAX_TEXT_CHARS = 64
_MAX_NUMBER = 2**53


class DeviceFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One device's counts for as long as its unit serves, and how fast it scans now."""

    device_id: str
    counts: dict[str, int]
    scans_a_minute: int = 0


class Telemetry(msgspec.Struct, frozen=True, kw_only=True):
    """Every device of a hub; it takes the place of what was told before."""

    hub: str
    epoch: int
    devices: tuple[DeviceFigures, ...] = ()


_decoder = msgspec.msgpack.Decoder(Telemetry)


def encode(telemetry: Telemetry) -> bytes:
    """The telemetry as a frame."""
    return pack(telemetry)


def decode(frame: bytes) -> Telemetry:
    """Telemetry within its bounds. Raises BadFrame."""
    telemetry = unpack(frame, _decoder, MAX_PLAIN_BYTES)
    if len(telemetry.devices) > MAX_DEVICES or not is_clean_text(telemetry.hub, _MAX_TEXT_CHARS):
        raise BadFrame("field out of bounds")
    if not all(map(_is_sound, telemetry.devices)):
        raise BadFrame("device out of bounds")
    return telemetry


def _is_sound(device: DeviceFigures) -> bool:
    texts = (device.device_id, *device.counts)
    numbers = (device.scans_a_minute, *device.counts.values())
    return (
        len(device.counts) <= MAX_COUNTS
        and all(is_clean_text(text, _MAX_TEXT_CHARS) for text in texts)
        and all(0 <= number <= _MAX_NUMBER for number in numbers)
    )
