"""What each device has done, counted over restarts by the names that UnifiedPOS gives, where it has one."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from drivers.document import AnyBlock, Columns, Cut, Feed, Label, Rule, Text
from drivers.gateway.outbox import Answer, Outbox
from drivers.gateway.state_file import read_state, write_state
from drivers.messages import (
    AnyReading,
    DeviceInfo,
    DeviceStatistics,
    DrawerReleased,
    HubFrame,
    JobAnswer,
    Misread,
    Print,
    ReleaseDrawer,
    Scan,
    Statistics,
    Weight,
)

logger = logging.getLogger(__name__)

STATISTICS_FILE = "statistics.json"
# An SD card wears: what was counted is kept once a minute, mere hours of service every fifteen.
KEEP_EVERY_S = 60.0
KEEP_HOURS_EVERY_S = 900.0
REMEMBERED_ORDERS = 256
RATE_OVER_S = 60.0
MAX_RATED_SCANS = 600


class Record(msgspec.Struct):
    """One unit's counts for as long as it serves; another unit in its place begins at nothing."""

    identity: str = ""
    powered_s: float = 0.0
    counts: dict[str, int] = {}


class _Order(msgspec.Struct):
    device_id: str
    counts: Counter[str]
    begun: bool = False


class Tally:
    """Counts from what passes between hub and devices, so that no driver has to count."""

    def __init__(self, folder: Path, device_ids: Iterable[str], monotonic: Callable[[], float]) -> None:
        self._path = folder / STATISTICS_FILE
        self._monotonic = monotonic
        known = read_state(self._path, dict[str, Record]) or {}
        self._records = {device_id: known.get(device_id, Record()) for device_id in device_ids}
        self._enabled_since_s: dict[str, float] = {}
        self._served: set[str] = set()
        self._resting: dict[str, bool] = {}
        self._scans_s: dict[str, deque[float]] = {}
        self._orders: OrderedDict[str, _Order] = OrderedDict()
        self._is_news = False
        self._kept_s = monotonic()

    def heard(self, device_id: str, reading: AnyReading) -> None:
        """A device said something."""
        match reading:
            case Scan():
                self._count(device_id, "GoodScanCount")
                self._scans_s.setdefault(device_id, deque(maxlen=MAX_RATED_SCANS)).append(self._monotonic())
            case Misread():
                self._count(device_id, "MisreadCount")
            case Weight():
                self._weighed(device_id, reading)
            case _:
                pass

    def changed(self, before: DeviceInfo | None, now: DeviceInfo) -> None:
        """A device's state, health or unit is another."""
        device_id = now.device_id
        self._meet(device_id, now.identity)
        was_enabled = before is not None and before.state == "enabled"
        if now.state == "enabled" and not was_enabled:
            self._enabled_since_s[device_id] = self._monotonic()
            if device_id in self._served:
                self._count(device_id, "ReconnectCount")
            self._served.add(device_id)
        elif now.state != "enabled" and was_enabled:
            self._add_hours(device_id)
            self._enabled_since_s.pop(device_id, None)
            self._count(device_id, "CommunicationErrorCount")
        if name := _TROUBLES.get(now.reason if before is None or before.reason != now.reason else ""):
            self._count(device_id, name)

    def ordered(self, frame: HubFrame) -> None:
        """The hub wants something done; it is counted once it is."""
        match frame:
            case Print():
                self._remember(frame.job_id, _Order(frame.device_id, _printed(frame.document)))
            case ReleaseDrawer():
                kick = _Order(frame.device_id, Counter(DrawerGoodOpenCount=1), begun=True)
                self._remember(frame.release_id, kick)
            case _:
                pass

    def answered(self, answer: object) -> None:
        """What came of an order; one that is answered from memory was counted when it was done."""
        match answer:
            case JobAnswer(job_id=job_id, state="printing") if job_id in self._orders:
                self._orders[job_id].begun = True
            case JobAnswer(job_id=job_id, state="printed" | "unknown" | "failed" as state):
                self._settle(job_id, is_done=state == "printed")
            case DrawerReleased(release_id=release_id, ok=ok):
                self._settle(release_id, is_done=ok)
            case _:
                pass

    def statistics(self) -> Statistics:
        """Every device's counts as of now."""
        for device_id in self._enabled_since_s:
            self._add_hours(device_id)
        return Statistics(
            devices=tuple(
                DeviceStatistics(
                    device_id=device_id,
                    counts={**record.counts, "HoursPoweredCount": int(record.powered_s // 3600)},
                    scans_a_minute=self._scan_rate(device_id),
                )
                for device_id, record in sorted(self._records.items())
            )
        )

    async def keep(self) -> None:
        """Write them down if it is time."""
        since_s = self._monotonic() - self._kept_s
        if since_s >= (KEEP_EVERY_S if self._is_news else KEEP_HOURS_EVERY_S):
            self._is_news, self._kept_s = False, self._monotonic()
            await asyncio.to_thread(self._write, msgspec.json.encode(self._records))

    def close(self) -> None:
        """Write them down once more."""
        self.statistics()
        self._write(msgspec.json.encode(self._records))

    def _write(self, records: bytes) -> None:
        try:
            write_state(self._path, msgspec.Raw(records))
        except OSError as error:  # a disk that cannot is no reason to stop
            logger.warning("%s cannot be kept: %s", STATISTICS_FILE, error)

    def _meet(self, device_id: str, identity: str) -> None:
        record = self._records.setdefault(device_id, Record())
        if identity and record.identity and identity != record.identity:
            self._records[device_id] = Record(identity=identity)
        elif identity:
            record.identity = identity

    def _count(self, device_id: str, name: str, by: int = 1) -> None:
        counts = self._records.setdefault(device_id, Record()).counts
        counts[name] = counts.get(name, 0) + by
        self._is_news = True

    def _weighed(self, device_id: str, weight: Weight) -> None:
        """A load that comes to rest counts once, however often it is told."""
        rests = weight.stable and bool(weight.value)
        if rests and not self._resting.get(device_id):
            self._count(device_id, "GoodWeightReadCount")
        self._resting[device_id] = rests

    def _remember(self, order_id: str, order: _Order) -> None:
        self._orders[order_id] = order
        if len(self._orders) > REMEMBERED_ORDERS:
            self._orders.popitem(last=False)

    def _settle(self, order_id: str, *, is_done: bool) -> None:
        order = self._orders.pop(order_id, None)
        if order is None or not order.begun:
            return
        for name, by in order.counts.items():
            if counted := name if is_done else _FAILED.get(name):
                self._count(order.device_id, counted, by)

    def _add_hours(self, device_id: str) -> None:
        now_s = self._monotonic()
        self._records[device_id].powered_s += now_s - self._enabled_since_s[device_id]
        self._enabled_since_s[device_id] = now_s

    def _scan_rate(self, device_id: str) -> int:
        since_s = self._monotonic() - RATE_OVER_S
        return sum(at_s >= since_s for at_s in self._scans_s.get(device_id, ()))


_TROUBLES = {
    "printer.cover_open": "ReceiptCoverOpenCount",
    "printer.paper_out": "PaperOutCount",
    "printer.error": "PrinterFaultCount",
}
_FAILED = {"PaperCutCount": "FailedPaperCutCount", "DrawerGoodOpenCount": "DrawerFailedOpenCount"}


def _printed(document: tuple[AnyBlock, ...]) -> Counter[str]:
    """What a document comes to on paper, before its printer wraps long lines."""
    counts: Counter[str] = Counter()
    for block in document:
        match block:
            case Text(text=text):
                counts["ReceiptLinePrintedCount"] += text.count("\n") + 1
            case Columns() | Rule():
                counts["ReceiptLinePrintedCount"] += 1
            case Feed(lines=lines):
                counts["ReceiptLineFeedCount"] += lines
            case Cut():
                counts["PaperCutCount"] += 1
            case Label(copies=copies):
                counts["LabelPrintedCount"] += copies
            case _:
                pass
    return counts


class CountingOutbox(Outbox):
    """An outbox whose tally sees everything that is told to the hub."""

    def __init__(self, boot_id: str, monotonic: Callable[[], float], tally: Tally) -> None:
        super().__init__(boot_id, monotonic)
        self._tally = tally

    def add_reading(self, device_id: str, reading: AnyReading, at_s: float | None = None) -> None:
        """A device said something, at_s if not now."""
        self._tally.heard(device_id, reading)
        super().add_reading(device_id, reading, at_s)

    def set_device(self, info: DeviceInfo) -> None:
        """A device's state; only the latest matters."""
        self._tally.changed(self._devices.get(info.device_id), info)
        super().set_device(info)

    def add_answer(self, answer: Answer) -> None:
        """An answer to the hub."""
        self._tally.answered(answer)
        super().add_answer(answer)
