"""The faults a device has right now, and what the seeded ones do to bytes."""

from collections.abc import Iterator
from random import Random
from typing import TypeVar

from hardware_sim.faults import (
    Doubled,
    Fault,
    GarbageAtPowerUp,
    Noise,
    SplitFrames,
    Unplugged,
    WrongParity,
)

F = TypeVar("F", bound=Fault)


class FaultSet:
    """At most one fault of each kind; all randomness comes from (seed, device_id)."""

    def __init__(self, seed: int, device_id: str) -> None:
        self._random = Random(f"{seed}/{device_id}")
        self._faults: dict[object, Fault] = {}
        self._bytes_to_live: int | None = None
        self._just_powered = False

    def powered_up(self) -> None:
        """The device was plugged in: the next frame is its first."""
        self._just_powered = True

    def put(self, fault: Fault) -> None:
        self._faults[type(fault)] = fault
        if isinstance(fault, Unplugged):
            self._bytes_to_live = fault.after_bytes

    def drop(self, kind: type[Fault]) -> None:
        self._faults.pop(kind, None)
        if kind is Unplugged:
            self._bytes_to_live = None

    def clear(self) -> None:
        self._faults.clear()
        self._bytes_to_live = None

    def get(self, kind: type[F]) -> F | None:
        fault = self._faults.get(kind)
        return fault if isinstance(fault, kind) else None

    def active(self) -> tuple[Fault, ...]:
        return tuple(self._faults.values())

    def crossing(self, count: int) -> int:
        """How many of the next `count` bytes still cross the wire before the plug is pulled."""
        if self._bytes_to_live is None:
            return count
        crossed = min(count, self._bytes_to_live)
        self._bytes_to_live -= crossed
        return crossed

    @property
    def spent(self) -> bool:
        """Whether an armed plug has used up its bytes."""
        return self._bytes_to_live == 0

    def noise(self, alphabet: bytes) -> bytes:
        """The bytes that come before the next frame; empty without a fault that brings some."""
        garbage = self.get(GarbageAtPowerUp) if self._just_powered else None
        self._just_powered = False
        return self._babble(alphabet, garbage) + self._babble(alphabet, self.get(Noise))

    def bent(self, frame: bytes) -> bytes:
        """The frame as a wire of one byte at a time delivers it: with a bit turned, or twice."""
        if self._strikes(self.get(WrongParity)):
            at = self._random.randrange(len(frame))
            frame = frame[:at] + bytes([frame[at] ^ 0x80]) + frame[at + 1 :]
        return frame * 2 if self._strikes(self.get(Doubled)) else frame

    def pick(self, count: int) -> int:
        """A seeded number below `count`."""
        return self._random.randrange(count)

    def _babble(self, alphabet: bytes, fault: Noise | GarbageAtPowerUp | None) -> bytes:
        if fault is None:
            return b""
        return bytes(self._random.choice(alphabet) for _ in range(self._random.randint(1, fault.max_bytes)))

    def _strikes(self, fault: WrongParity | Doubled | None) -> bool:
        return fault is not None and self._random.randrange(fault.one_in) == 0

    def pieces(self, frame: bytes, unit: int = 1) -> Iterator[bytes]:
        """The frame in the pieces it leaves in; each piece is a whole number of `unit` bytes."""
        fault = self.get(SplitFrames)
        if fault is None:
            yield frame
            return
        most = max(1, fault.max_chunk // unit)
        start = 0
        while start < len(frame):
            size = unit * self._random.randint(1, most)
            yield frame[start : start + size]
            start += size
