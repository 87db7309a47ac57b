"""The faults a device has right now, and what the seeded ones do to bytes."""

from collections.abc import Iterator
from random import Random
from typing import TypeVar

from hardware_sim.faults import Fault, Noise, SplitFrames, Unplugged

F = TypeVar("F", bound=Fault)


class FaultSet:
    """At most one fault of each kind; all randomness comes from (seed, device_id)."""

    def __init__(self, seed: int, device_id: str) -> None:
        self._random = Random(f"{seed}/{device_id}")
        self._faults: dict[object, Fault] = {}
        self._bytes_to_live: int | None = None

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
        """The bytes that come before the next frame; empty without a noise fault."""
        fault = self.get(Noise)
        if fault is None:
            return b""
        return bytes(self._random.choice(alphabet) for _ in range(self._random.randint(1, fault.max_bytes)))

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
