"""What waits to be told to the hub: readings until acked, newest weights, states, answers; all bounded."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterator

import msgspec

from drivers.messages import (
    Ack,
    AnyReading,
    DeviceChanged,
    DeviceInfo,
    DrawerLearnt,
    DrawerReleased,
    GatewayFrame,
    JobAnswer,
    PayAnswer,
    Reading,
    Statistics,
    Weight,
)

MAX_READINGS = 1_000
MAX_ANSWERS = 500

Answer = JobAnswer | DrawerReleased | DrawerLearnt | PayAnswer


class _Kept(msgspec.Struct):
    seq: int
    device_id: str
    at_s: float
    reading: AnyReading
    sent: bool = False


class Outbox:
    """Filled by the devices, emptied by the hub link; a reading's age is counted here, on a steady clock."""

    def __init__(self, boot_id: str, monotonic: Callable[[], float]) -> None:
        self.boot_id = boot_id
        self.overflowed = 0
        self._monotonic = monotonic
        self._seq = 0
        self._readings: deque[_Kept] = deque()
        self._weights: dict[str, _Kept] = {}
        self._answers: dict[str, Answer] = {}
        self._devices: dict[str, DeviceInfo] = {}
        self._changed: dict[str, None] = {}
        self._statistics: Statistics | None = None
        self._is_statistics_due = False
        self._news = asyncio.Event()

    def add_reading(self, device_id: str, reading: AnyReading, at_s: float | None = None) -> None:
        """A device said something, at_s if not now; of too many one goes and its number is missed."""
        at_s = self._monotonic() if at_s is None else at_s
        self._seq += 1
        kept = _Kept(seq=self._seq, device_id=device_id, at_s=at_s, reading=reading)
        if isinstance(reading, Weight):  # only what lies on the pan now matters
            self._weights[device_id] = kept
        else:
            self._readings.append(kept)
        if len(self._readings) > MAX_READINGS:
            self._drop_one()
        self._news.set()

    def _drop_one(self) -> None:
        """The oldest of the device that says most: one that babbles pushes out nobody else's scan."""
        ((loudest, _),) = Counter(kept.device_id for kept in self._readings).most_common(1)
        at = next(at for at, kept in enumerate(self._readings) if kept.device_id == loudest)
        del self._readings[at]
        self.overflowed += 1

    def set_device(self, info: DeviceInfo) -> None:
        """A device's state; only the latest matters."""
        if self._devices.get(info.device_id) != info:
            self._devices[info.device_id] = info
            self._changed[info.device_id] = None
            self._news.set()

    def device(self, device_id: str) -> DeviceInfo:
        """The device as last set."""
        return self._devices[device_id]

    def add_answer(self, answer: Answer) -> None:
        """An answer to the hub; one that finds no link is kept until the next, a newer one replaces it."""
        key = _key(answer)
        self._answers.pop(key, None)
        self._answers[key] = answer
        if len(self._answers) > MAX_ANSWERS:
            self._answers.pop(next(iter(self._answers)))
        self._news.set()

    def set_statistics(self, statistics: Statistics) -> None:
        """What the devices have done; lossy, only the newest goes out."""
        self._statistics, self._is_statistics_due = statistics, True
        self._news.set()

    def acked(self, ack: Ack) -> None:
        """The hub has these readings; weights go unacked, each until its scale's next one."""
        if ack.boot_id != self.boot_id:
            return
        while self._readings and self._readings[0].seq <= ack.seq:
            self._readings.popleft()

    def greet(self) -> tuple[DeviceInfo, ...]:
        """A new link: all unacked readings go again; the devices as hello must show them."""
        for kept in self._unacked():
            kept.sent = False
        self._changed.clear()
        self._is_statistics_due = self._statistics is not None
        self._news.set()
        return tuple(self._devices.values())

    async def next_frames(self) -> list[GatewayFrame]:
        """Wait for news, then everything not yet sent on this link, states before readings before answers."""
        while not (frames := self._collect()):
            self._news.clear()
            await self._news.wait()
        return frames

    def give_back(self, frames: list[GatewayFrame]) -> None:
        """These could not be sent; readings come again by themselves, answers must be put back."""
        for frame in frames:
            if isinstance(frame, Answer):
                self._answers.setdefault(_key(frame), frame)

    def _collect(self) -> list[GatewayFrame]:
        frames: list[GatewayFrame] = [self._device_frame(device_id) for device_id in self._changed]
        self._changed.clear()
        frames.extend(self._reading_frame(kept) for kept in self._unacked() if not kept.sent)
        frames.extend(self._answers.values())
        self._answers.clear()
        if self._is_statistics_due and self._statistics is not None:
            self._is_statistics_due = False
            frames.append(self._statistics)
        return frames

    def _unacked(self) -> Iterator[_Kept]:
        yield from self._readings
        yield from self._weights.values()

    def _device_frame(self, device_id: str) -> DeviceChanged:
        info = self._devices[device_id]
        return DeviceChanged(
            device_id=device_id,
            state=info.state,
            health=info.health,
            reason=info.reason,
            identity=info.identity,
            swapped_by=info.swapped_by,
        )

    def _reading_frame(self, kept: _Kept) -> Reading:
        kept.sent = True
        now_s = self._monotonic()
        return Reading(
            device_id=kept.device_id,
            boot_id=self.boot_id,
            seq=kept.seq,
            age_ms=max(0, int((now_s - kept.at_s) * 1000)),
            at=int(now_s * 1000),
            reading=kept.reading,
        )


def _key(answer: Answer) -> str:
    match answer:
        case JobAnswer(job_id=name):
            return f"job {name}"
        case DrawerReleased(release_id=name):
            return f"release {name}"
        case DrawerLearnt(request_id=name):
            return f"learnt {name}"
        case PayAnswer(request_id=name):
            return f"pay {name}"
