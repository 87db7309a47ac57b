"""The counter's news as numbered frames, to any number of pages, each behind a bounded queue."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hardware_sim.bench.messages import BenchFrame, DeviceChanged, Printed, ReceiptCut, Scanned, Snapshot
from hardware_sim.counter import Counter
from hardware_sim.devices.printer import Printer
from hardware_sim.news import News
from hardware_sim.views import DeviceView, PaperLine, Receipt, ScanOutcome

QUEUE_FRAMES = 2000
SNAPSHOT_RECEIPTS = 20


class Listener:
    """Frames in order; `lagged` once some had to be left out, and nothing more comes."""

    def __init__(self) -> None:
        self._frames: asyncio.Queue[BenchFrame | None] = asyncio.Queue(QUEUE_FRAMES + 1)
        self.lagged = False

    def offer(self, frame: BenchFrame) -> None:
        if self.lagged:
            return
        if self._frames.qsize() >= QUEUE_FRAMES:
            self.lagged = True
            self._frames.put_nowait(None)
            return
        self._frames.put_nowait(frame)

    async def next(self) -> BenchFrame | None:
        """The next frame; None when this listener lagged behind and must start again."""
        return await self._frames.get()


class Feed(News):
    """Numbers frames from 1 and hands them on."""

    def __init__(self) -> None:
        super().__init__()
        self.seq = 0
        self._listeners: set[Listener] = set()

    def device_changed(self, device: DeviceView) -> None:
        self._publish(lambda seq: DeviceChanged(seq=seq, device=device))

    def printed(self, device_id: str, line: PaperLine) -> None:
        self._publish(lambda seq: Printed(seq=seq, device_id=device_id, line=line))

    def receipt_cut(self, receipt: Receipt) -> None:
        self._publish(lambda seq: ReceiptCut(seq=seq, receipt=receipt))

    def scanned(self, outcome: ScanOutcome) -> None:
        self._publish(lambda seq: Scanned(seq=seq, outcome=outcome))

    def snapshot(self, counter: Counter) -> Snapshot:
        """What a page needs to follow the frames after `seq`."""
        hanging = {
            device_id: tuple(device.core.hanging)
            for device_id, device in counter.devices.items()
            if isinstance(device, Printer)
        }
        return Snapshot(
            seq=self.seq,
            devices=tuple(device.view() for device in counter.devices.values()),
            paper=hanging,
            receipts=tuple(counter.receipts)[-SNAPSHOT_RECEIPTS:],
        )

    @contextmanager
    def listening(self) -> Iterator[Listener]:
        listener = Listener()
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def _publish(self, make: Callable[[int], BenchFrame]) -> None:
        self.seq += 1
        frame = make(self.seq)
        for listener in self._listeners:
            listener.offer(frame)
        self.stir()
